import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INTAKE_MONITORS } from '#libs/contracts';
import { advanceGap } from '#libs/monitoring';
import { openApi } from '../../apps/cli/src/intake/api.js';
import { accountingText, type Ingestion } from '../../apps/cli/src/intake/tables.js';
import { errorsOf, itemsOf, startTestApi, type ApiUnderTest, type Json } from './api-fixture.js';
import { batch, prediction } from './store-fixture.js';

const base = '/v1/projects/default';
const topic = 'plumbline.predictions';
const HOUR_MS = 3_600_000;
const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const where = { project: 'default', topic };

let at: ApiUnderTest;
const refused = (offset: number, raw: Uint8Array) => ({
  ...{
    offset: BigInt(offset),
    brokerTimeMs: hourMs,
    reason: 'not_json' as const,
    field: '',
    message: 'no JSON',
  },
  ...{ key: 'k', raw, rawBytes: raw.length, headers: { source: 'shop' } },
});
const long = Buffer.from(`"${'é'.repeat(3_000)}"`);

beforeAll(async () => {
  at = await startTestApi();
  await at.call('PUT', `${base}/models/m`, { body: { problem: 'binary', positiveLabel: 'late' } });
  const rows = (...offsets: number[]) => offsets.map((offset) => prediction(`p-${offset}`, offset));
  await at.store.intake.write(
    batch({ ...where, predictions: rows(0, 1), quarantined: [refused(2, long)], lastBrokerTimeMs: hourMs }),
  );
  await at.store.intake.write(
    batch({
      ...where,
      predictions: rows(6),
      quarantined: [refused(5, Uint8Array.of(0xff, 0, 0x7b))],
      lastBrokerTimeMs: hourMs - HOUR_MS,
    }),
  );
  await at.store.intake.positions([
    {
      ...{ ...where, incarnation: 'i1', partition: 0, nextOffset: 7n, endOffset: 11n },
      ...{ brokerTimeMs: hourMs, lastRecordAtMs: Date.now(), behindSinceMs: Date.now() },
    },
  ]);
});
afterAll(() => at.stop());

test('one answer says what became of everything', async () => {
  const { body, status } = await at.call('GET', `${base}/ingestion?hours=24`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    totals: {
      ...{ received: 5, accepted: 3, quarantined: 2, current: 3, duplicates: 0, amended: 0 },
      ...{ gaps: 1, missing: 2, openGaps: 1, balanced: true },
    },
    items: [{ topic, received: 5, gaps: [{ from: '3', to: '4' }] }],
    gaps: [{ topic, from: '3', to: '4', records: 2, cause: 'skipped', acknowledged: null }],
    models: [{ model: 'm', lagRecords: 4, watermark: new Date(hourMs).toISOString() }],
    hours: [
      { hour: new Date(hourMs - HOUR_MS).toISOString(), received: 2, accepted: 1, quarantined: 1 },
      { hour: new Date(hourMs).toISOString(), received: 3, accepted: 2, quarantined: 1 },
    ],
  });
  expect((await at.call('GET', `${base}/ingestion`)).body['hours']).toBeUndefined();
  expect((await at.call('GET', `${base}/ingestion?hours=9999`)).status).toBe(422);
  expect(accountingText(body as unknown as Ingestion)).toMatch(
    /^5 received = 3 accepted \+ 2 quarantined\. 2 records are missing\./,
  );
});

describe('quarantine', () => {
  test('lists beginnings, shows one event whole by its position, and counts', async () => {
    const [first, second] = itemsOf(await at.call('GET', `${base}/quarantine`));
    expect(first).toMatchObject({
      offset: '5',
      text: null,
      raw: '/wB7',
      rawIsWhole: true,
      headers: { source: 'shop' },
    });
    expect(second).toMatchObject({ offset: '2', rawIsWhole: false, replayedAt: null });
    expect(String(second?.['text'])).toMatch(/^"é+$/);
    const event = `${base}/quarantine/event?topic=${topic}&partition=0&offset=2`;
    const whole = await at.call('GET', event);
    expect(whole.body).toMatchObject({
      text: long.toString(),
      raw: long.toString('base64'),
      rawIsWhole: true,
    });
    expect((await at.call('GET', `${event}9`)).status).toBe(404);
    expect((await at.call('GET', event.replace('offset=2', 'offset=99999999999999999999'))).status).toBe(422);
    expect((await at.call('GET', `${base}/quarantine/counts`)).body).toMatchObject({
      items: [{ reason: 'not_json', waiting: 2, replayed: 0 }],
      waiting: 2,
    });
  });

  test('a replay is requested by an editor, kept, and read under its id', async () => {
    const path = `${base}/quarantine/replay?wait=0`;
    const asked = await at.call('POST', path, {
      body: { filter: { ids: [{ topic, partition: 0, offset: '2' }] }, dryRun: true, comment: 'fixed' },
    });
    expect(asked.status, asked.text).toBe(201);
    expect(asked.body).toMatchObject({
      state: 'requested',
      dryRun: true,
      comment: 'fixed',
      accepted: 0,
      refused: 0,
    });
    const [open] = await at.store.intake.replays.open(10);
    expect(open).toMatchObject({
      id: asked.body['id'],
      dry: true,
      filter: { ids: [{ topic, offset: '2' }] },
    });
    await at.store.intake.replays.settle(open!, [
      {
        ...{ topic, incarnation: 'i1', partition: 0, offset: 2n, accepted: false, reason: 'schema' },
        field: 'id',
        message: 'x',
      },
    ]);
    await at.store.intake.replays.write({ ...open!, state: 'done' });
    expect((await at.call('GET', String(asked.headers.get('location')))).body).toMatchObject({
      state: 'done',
      refused: 1,
      outcomes: [{ offset: '2', accepted: false, reason: 'schema', field: 'id' }],
    });
    expect((await at.call('GET', `${base}/quarantine/replays/none`)).status).toBe(404);
    const wrong = await at.call('POST', path, { body: { filter: { reasons: 'x' } } });
    expect([wrong.status, errorsOf(wrong)[0]?.field]).toEqual([422, 'filter.reasons']);
    const viewer = await at.call('POST', `${base}/keys`, { body: { name: 'v', role: 'viewer' } });
    const key = String(viewer.body['key']);
    expect((await at.call('POST', path, { key, body: {} })).status).toBe(403);
    expect((await at.call('GET', `${base}/quarantine/counts`, { key })).status).toBe(200);
  });
});

test('a gap is acknowledged once, by a person with a name, and its alert can be routed and looked at', async () => {
  const gaps = await at.store.intake.gaps('default');
  const opened = advanceGap({
    ...{ project: 'default', topic, partition: 0, previous: null, gaps, nowMs: Date.now() },
    hash: (text) => `a${text.length}`,
  });
  await at.store.alerts.append([opened!], 'default');
  const alert = `${base}/alerts/${opened!.state.alertId}`;
  expect((await at.call('GET', alert)).body).toMatchObject({
    transitions: [{ notice: { kind: 'ingestion_gap', missing: [{ from: '3', to: '4' }] } }],
  });
  const match = { monitor: INTAKE_MONITORS.gap };
  await at.call('PUT', `${base}/channels/c`, {
    body: { kind: 'webhook', secret: { url: 'https://example.com/hook' } },
  });
  const route = await at.call('PUT', `${base}/routes/r`, { body: { match, channels: ['c'] } });
  expect(route.status, route.text).toBe(201);
  const taken = await at.call('PUT', `${base}/monitors/${INTAKE_MONITORS.gap}`, {
    body: { name: 'x', kind: 'drift', model: 'm', version: '1' },
  });
  expect([taken.status, errorsOf(taken)[0]?.field]).toEqual([422, 'id']);

  const acknowledged = await at.call('POST', `${alert}/acknowledge`, { body: { comment: 'test data' } });
  expect(acknowledged.status, acknowledged.text).toBe(200);
  const [gap] = itemsOf(acknowledged);
  expect(gap).toMatchObject({ from: '3', to: '4', acknowledged: { comment: 'test data' } });
  const { totals } = (await at.call('GET', `${base}/ingestion`)).body as { totals: Json };
  expect(totals).toMatchObject({ gaps: 1, missing: 2, openGaps: 0 });
  expect(itemsOf(await at.call('POST', `${alert}/acknowledge`, { body: {} }))).toEqual([]);
  expect((await at.call('POST', `${base}/alerts/none/acknowledge`, { body: {} })).status).toBe(404);
});

test('the command line reads the same answers', async () => {
  const { api, base: path } = await openApi({
    ...{ project: 'default', url: at.api.url, keyFile: `${at.config.home}/admin.key` },
  });
  expect(await api.get(`${path}/quarantine/counts`)).toMatchObject({ waiting: 2 });
  await expect(openApi({ project: 'default', keyFile: '/none' })).rejects.toThrow(/no API key at \/none/);
  const away = await openApi({
    project: 'p',
    url: 'http://127.0.0.1:9',
    keyFile: `${at.config.home}/admin.key`,
  });
  await expect(away.api.get('/x')).rejects.toThrow(/No API answers at/);
});
