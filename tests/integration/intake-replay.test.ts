import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Replay } from '#libs/store';
import { event, freshIngest, truth, type IngestUnderTest, type Running } from './ingest-fixture.js';

let at: IngestUnderTest;
let running: Running;
beforeAll(async () => {
  at = await freshIngest({ partitions: 1 });
  await putProject(1, { maxDrafts: 0 });
  running = await at.start();
});
afterAll(() => at.close());

const putProject = (revision: number, body: object): Promise<void> =>
  at.store.documents.append({
    ...{ project: 'default', kind: 'project', id: 'default', revision, deleted: false },
    ...{ author: 'test', reason: '', at: new Date().toISOString() },
    body: { description: '', eventTime: { maxAge: 'P90D', maxAhead: 'PT1H' }, maxDrafts: 20, ...body },
  });

/** Asks as the API does, and waits until ingestion is through. */
async function replay(id: string, rest: Partial<Replay> = {}): Promise<Record<string, number>> {
  const request: Replay = {
    ...{ project: 'default', id, filter: {}, dry: false, state: 'requested', note: '' },
    ...{ author: 'test', reason: '', requestedMs: Date.now() + 1_000, ...rest },
  };
  await at.store.intake.replays.write(request);
  await expect
    .poll(async () => (await at.store.intake.replays.read('default', id))?.state, { timeout: 30_000 })
    .toBe('done');
  const counts = await at.store.intake.replays.counts({ project: 'default', id });
  return Object.fromEntries(
    counts.map(({ reason, events }) => [reason === '' ? 'accepted' : reason, events]),
  );
}

describe('events that were refused', () => {
  const cases = [
    event('a', { tags: { region: 'north' } }),
    event('b', { features: { distance: { km: 1 }, origin: 'ATL' } }),
    event('c', { version: '2' }),
    '{"id": tru',
    event('d', { time: '2001-01-01T00:00:00Z' }),
  ];

  test('are stored by a replay once the reason is gone, under the position that they always had', async () => {
    await at.send(at.topics.predictions, cases);
    await at.send(at.topics.groundTruth, [truth('a')]);
    const before = await at.settled();
    expect(before[at.topics.predictions]).toMatchObject({ received: 5, accepted: 0, quarantined: 5 });
    expect(await at.store.intake.quarantineCounts('default')).toMatchObject([
      { reason: 'too_many_drafts', waiting: 3 },
      { reason: 'event_time_range', waiting: 1 },
      { reason: 'not_json', waiting: 1 },
    ]);

    await putProject(2, { maxDrafts: 1, eventTime: { maxAge: 'P9999D', maxAhead: 'PT1H' } });
    // Ingestion reads the registry every few seconds: the dry run tells when it has seen the change.
    await expect
      .poll(() => replay(`dry-${Date.now()}`, { dry: true }), { timeout: 30_000 })
      .toEqual({ accepted: 3, not_json: 1, too_many_drafts: 1 });
    expect((await at.settled())[at.topics.predictions]).toEqual(before[at.topics.predictions]);
    expect(await at.store.documents.list('default', 'version')).toEqual([]);

    expect(await replay('real')).toEqual({ accepted: 3, not_json: 1, too_many_drafts: 1 });
    const after = {
      received: 5,
      accepted: 3,
      quarantined: 2,
      current: 3,
      duplicates: 0,
      amended: 0,
      gaps: 0,
    };
    expect((await at.settled())[at.topics.predictions]).toEqual(after);
    const rows = await at.rows(
      'SELECT id, toUInt64(row_version) AS offset FROM predictions FINAL ORDER BY id',
    );
    expect(rows).toEqual([
      { id: 'a', offset: '0' },
      { id: 'b', offset: '1' },
      { id: 'd', offset: '4' },
    ]);
    expect(await at.rows("SELECT invalid FROM predictions FINAL WHERE id = 'b'")).toEqual([
      { invalid: { distance: 'nested value: {"km":1}' } },
    ]);
  });

  test('and replayed again, or read again from the topic, change nothing', async () => {
    const account = (await at.settled())[at.topics.predictions];
    const stored = () =>
      at.rows(
        "SELECT bucket, id, time, label, score, tags, row_version FROM predictions FINAL WHERE id != 'e' ORDER BY ALL",
      );
    const before = await stored();
    expect(await replay('again')).toEqual({ not_json: 1, too_many_drafts: 1 });
    await running.stop();
    await at.rewind();
    running = await at.start();
    await at.send(at.topics.predictions, [event('e')]);
    const later = (await at.settled())[at.topics.predictions];
    expect(later).toEqual({ ...account, received: 6, accepted: 4, current: 4 });
    await at.store.intake.compact('default');
    expect((await at.settled())[at.topics.predictions]).toEqual(later);
    expect(await stored()).toEqual(before);
  });

  test('are listed with what became of them', async () => {
    const replayed = await at.store.intake.quarantine('default', { limit: 9, state: 'replayed' });
    expect(replayed.map(({ offset }) => offset).toSorted((a, b) => Number(a - b))).toEqual([0n, 1n, 4n]);
    const text = await running.metrics.text();
    expect(text).toMatch(
      /plumbline_ingest_events_received_total\{project="default",topic="[^"]+",app="ingest"\} \d/,
    );
  });
});
