import { beforeAll, describe, expect, test } from 'vitest';
import { type Gap, type Replay } from '#libs/store';
import { expand, panelQueries, variableQueries } from '../e2e/panels.js';
import { batch, DAY_MS, freshStore, HOUR_MS, label, prediction, rowsOf, START_MS } from './store-fixture.js';

const { store, raw } = await freshStore();

const refused = (offset: number, rest: object = {}) => ({
  offset: BigInt(offset),
  brokerTimeMs: START_MS + offset,
  reason: 'not_json' as const,
  field: '',
  message: 'Unexpected end',
  key: 'k',
  raw: new Uint8Array([0x7b, 0xff, 0]),
  rawBytes: 3,
  headers: { a: 'b' },
  ...rest,
});
const rows = (...offsets: number[]) => ({ predictions: offsets.map((o) => prediction(`id-${o}`, o)) });
const rangesOf = (project: string) =>
  rowsOf(
    raw,
    `SELECT first, last, received FROM range_ledger FINAL WHERE project = '${project}' ORDER BY first`,
  );

describe('the ledger', () => {
  test('many batches become one range per hour, and every answer stays the same', async () => {
    const project = 'compact';
    for (let at = 0; at < 12; at += 1)
      await store.intake.write(
        batch({
          project,
          ...rows(at * 3, at * 3 + 1),
          quarantined: [refused(at * 3 + 2)],
          lastBrokerTimeMs: START_MS + (at < 6 ? 0 : HOUR_MS) + at,
        }),
      );
    await store.intake.write(batch({ project, ...rows(46, 47), lastBrokerTimeMs: START_MS + HOUR_MS + 99 }));
    await store.intake.write(batch({ project, ...rows(10, 11), lastBrokerTimeMs: START_MS + 5 }));
    const answers = () =>
      Promise.all([
        store.intake.accounting(project),
        store.intake.hours(project, { fromMs: START_MS, toMs: START_MS + DAY_MS }),
        store.intake.gaps(project),
      ]);
    const before = await answers();
    expect(before[0]).toMatchObject([{ received: 38, quarantined: 11, accepted: 27, gaps: [[36n, 45n]] }]);
    expect(before[1].map(({ hourMs, received }) => [(hourMs - START_MS) / HOUR_MS, received])).toEqual([
      [0, 18],
      [1, 20],
    ]);
    expect(await store.intake.compact(project)).toBe(11);
    expect(await rangesOf(project)).toEqual([
      { first: '0', last: '17', received: '18' },
      { first: '18', last: '35', received: '18' },
      { first: '46', last: '47', received: '2' },
    ]);
    expect(await answers()).toEqual(before);
    expect(await store.intake.compact(project)).toBe(0);
  });

  test('a redelivery that judges an event otherwise does not hide what was stored, before or after a merge', async () => {
    const project = 'judged';
    const accepted = batch({ project, ...rows(0, 1) });
    const rejected = batch({ project, ...rows(0), quarantined: [refused(1)] });
    await store.intake.write(accepted);
    await store.intake.write(rejected);
    expect(await store.intake.accounting(project)).toMatchObject([{ received: 2, accepted: 2, current: 2 }]);
    await store.intake.compact(project);
    expect(await rangesOf(project)).toHaveLength(1);
    await store.intake.write(rejected);
    expect(await store.intake.accounting(project)).toMatchObject([{ received: 2, accepted: 2, current: 2 }]);
  });
});

describe('gaps', () => {
  const brief = (gaps: Gap[]) =>
    gaps.map((gap) => [
      gap.incarnation,
      gap.partition,
      gap.cause,
      gap.first,
      gap.last,
      gap.acknowledged?.author ?? '',
    ]);
  const position = (incarnation: string, rest: object) => ({
    project: 'lost',
    topic: 'predictions',
    incarnation,
    partition: 0,
    nextOffset: 0n,
    endOffset: 0n,
    brokerTimeMs: START_MS,
    lastRecordAtMs: START_MS,
    behindSinceMs: null,
    ...rest,
  });

  test('jumped over, lost with a re-created topic, told by the consumer: exact, until filled or acknowledged', async () => {
    const project = 'lost';
    await store.intake.write(batch({ project, ...rows(0, 1) }));
    await store.intake.write(batch({ project, ...rows(5) }));
    await store.intake.positions([position('i1', { nextOffset: 6n, endOffset: 9n, atMs: START_MS })]);
    expect(brief(await store.intake.gaps(project))).toEqual([['i1', 0, 'skipped', 2n, 4n, '']]);
    await store.intake.positions([position('i2', { atMs: START_MS + 1 })]);
    const at = { topic: 'predictions', incarnation: 'i2', partition: 0 };
    await store.intake.reportGap(project, {
      ...at,
      first: 0n,
      last: 3n,
      cause: 'skipped',
      atMs: START_MS,
    });
    expect(brief(await store.intake.gaps(project))).toEqual([
      ['i1', 0, 'skipped', 2n, 4n, ''],
      ['i1', 0, 'recreated', 6n, 8n, ''],
      ['i2', 0, 'skipped', 0n, 3n, ''],
    ]);
    await store.intake.write(batch({ project, incarnation: 'i2', ...rows(4) }));
    await store.intake.write(batch({ project, ...rows(2, 3) }));
    const note = { author: 'ann', comment: 'known', atMs: START_MS };
    await store.intake.acknowledgeGaps(project, [{ ...at, incarnation: 'i1', first: 6n, last: 8n }], note);
    expect(brief(await store.intake.gaps(project))).toEqual([
      ['i1', 0, 'skipped', 4n, 4n, ''],
      ['i1', 0, 'recreated', 6n, 8n, 'ann'],
      ['i2', 0, 'skipped', 0n, 3n, ''],
    ]);
    await store.intake.write(batch({ project, incarnation: 'i2', ...rows(0, 1, 2, 3) }));
    await store.intake.write(batch({ project, ...rows(4) }));
    expect(brief(await store.intake.gaps(project))).toEqual([['i1', 0, 'recreated', 6n, 8n, 'ann']]);
  });

  test('consumers went on past what is stored, and nothing came since', async () => {
    await store.intake.write(batch({ project: 'past', ...rows(0, 1) }));
    await store.intake.positions([position('i1', { project: 'past', nextOffset: 9n, endOffset: 9n })]);
    expect(brief(await store.intake.gaps('past'))).toEqual([['i1', 0, 'skipped', 2n, 8n, '']]);
    await store.intake.write(batch({ project: 'past', ...rows(9) }));
    expect(brief(await store.intake.gaps('past'))).toEqual([['i1', 0, 'skipped', 2n, 8n, '']]);
  });

  test('a topic that is read for the first time may begin anywhere', async () => {
    await store.intake.positions([position('i1', { project: 'first', nextOffset: 9n, endOffset: 9n })]);
    await store.intake.write(batch({ project: 'first', ...rows(7, 8) }));
    expect(await store.intake.gaps('first')).toEqual([]);
  });
});

describe('replay of quarantined events', () => {
  const replay = (project: string, rest: Partial<Replay> = {}): Replay => ({
    ...{ project, id: 'r1', filter: {}, dry: false, state: 'requested', note: '' },
    ...{ author: 'ann', reason: 'fixed', requestedMs: Date.now() + 1_000 },
    ...rest,
  });

  test('an event moves from quarantined to accepted, its neighbours stay, twice is once', async () => {
    const project = 'moved';
    await store.intake.write(
      batch({ project, ...rows(1, 3), quarantined: [refused(2), refused(4), refused(8)] }),
    );
    const [before] = await store.intake.accounting(project);
    expect(before).toMatchObject({ received: 5, accepted: 2, quarantined: 3 });
    const where = { project, topic: 'predictions', incarnation: 'i1', partition: 0 };
    const again = { ...where, ...rows(2, 4), labels: [] };
    await store.intake.writeReplayed(again);
    const after = {
      received: 5,
      accepted: 4,
      quarantined: 1,
      current: 4,
      duplicates: 0,
      amended: 0,
      gaps: [],
    };
    expect(await store.intake.accounting(project)).toMatchObject([after]);
    await store.intake.writeReplayed(again);
    await store.intake.compact(project);
    expect(await store.intake.accounting(project)).toMatchObject([after]);
    const marks = await rowsOf(
      raw,
      `SELECT first, last, rows FROM bucket_marks FINAL WHERE project = '${project}' ORDER BY first, last`,
    );
    expect(marks).toEqual([
      { first: '1', last: '8', rows: 2 },
      { first: '2', last: '2', rows: 1 },
      { first: '4', last: '4', rows: 1 },
    ]);
  });

  test('a replayed event replaces nothing that is newer, and its label finds it', async () => {
    const project = 'older';
    await store.intake.write(
      batch({ project, predictions: [prediction('x', 5, { score: 0.9 })], quarantined: [refused(4)] }),
    );
    await store.intake.write(batch({ project, topic: 'ground-truth', labels: [label('y', 0)] }));
    await store.intake.writeReplayed({
      ...{ project, topic: 'predictions', incarnation: 'i1', partition: 0, labels: [] },
      predictions: [prediction('x', 4, { score: 0.1, contentHash: 9n })],
    });
    const scores = await rowsOf(raw, `SELECT score FROM predictions FINAL WHERE project = '${project}'`);
    expect(scores).toEqual([{ score: 0.9 }]);
    const [, account] = await store.intake.accounting(project);
    expect(account).toMatchObject({ accepted: 2, current: 1, amended: 1 });
  });

  test('takes what the filter names, once, and forgets nothing half done', async () => {
    const project = 'filtered';
    const late = { brokerTimeMs: START_MS + HOUR_MS };
    await store.intake.write(
      batch({
        project,
        quarantined: [refused(0), refused(1, { reason: 'schema' }), refused(2, late), refused(3)],
      }),
    );
    const next = async (rest: Partial<Replay>) =>
      (await store.intake.replays.next(replay(project, rest))).map(({ offset }) => Number(offset));
    const at = (offset: string) => ({ topic: 'predictions', partition: 0, offset });
    const iso = (ms: number) => new Date(ms).toISOString();
    expect(await next({})).toEqual([0, 1, 2, 3]);
    expect(await next({ filter: { reason: 'schema' } })).toEqual([1]);
    expect(await next({ filter: { from: iso(START_MS + HOUR_MS) } })).toEqual([2]);
    expect(await next({ filter: { to: iso(START_MS + HOUR_MS), reason: 'not_json' } })).toEqual([0, 3]);
    expect(await next({ filter: { ids: [at('2'), at('9'), { ...at('3'), incarnation: 'other' }] } })).toEqual(
      [2],
    );
    expect(await next({ requestedMs: START_MS })).toEqual([]);
    const where = { topic: 'predictions', incarnation: 'i1', partition: 0, field: '', message: '' };
    await store.intake.replays.settle(replay(project), [
      { ...where, offset: 0n, accepted: true, reason: '' },
      { ...where, offset: 1n, accepted: false, reason: 'schema', field: 'id' },
    ]);
    await store.intake.replays.settle(replay(project, { id: 'dry', dry: true }), [
      { ...where, offset: 2n, accepted: true, reason: '' },
    ]);
    expect(await next({})).toEqual([2, 3]);
    expect(await next({ id: 'r2' })).toEqual([1, 2, 3]);
    expect(await store.intake.replays.counts({ project, id: 'r1' })).toEqual([
      { accepted: true, reason: '', events: 1 },
      { accepted: false, reason: 'schema', events: 1 },
    ]);
    expect(await store.intake.quarantineCounts(project)).toMatchObject([
      { reason: 'not_json', waiting: 2, replayed: 1 },
      { reason: 'schema', waiting: 1, replayed: 0 },
    ]);
    const listed = await store.intake.quarantine(project, { limit: 9, state: 'replayed' });
    expect(listed.map(({ offset, replayedMs }) => [offset, replayedMs === null])).toEqual([[0n, false]]);
    expect(await store.intake.quarantine(project, { limit: 9, state: 'waiting' })).toHaveLength(3);
    expect(await store.intake.quarantined(project, at('1'))).toMatchObject({
      reason: 'schema',
      replayedMs: null,
    });
    expect(await store.intake.quarantined(project, at('7'))).toBeNull();
  });

  test('requests are kept with their state', async () => {
    const request = replay('asked', { filter: { reason: 'schema' } });
    await store.intake.replays.write(request);
    expect(await store.intake.replays.open(10)).toEqual([request]);
    await store.intake.replays.write({ ...request, state: 'failed', note: 'why' });
    expect(await store.intake.replays.open(10)).toEqual([]);
    expect(await store.intake.replays.read('asked', 'r1')).toMatchObject({ state: 'failed', note: 'why' });
    expect(await store.intake.replays.read('asked', 'nonesuch')).toBeNull();
  });

  test('entries expire when their project says', async () => {
    const project = 'expired';
    await store.intake.write(batch({ project, quarantined: [refused(0)], quarantineKeptMs: 0 }));
    await store.intake.write(batch({ project, partition: 1, quarantined: [refused(0)] }));
    await raw.command({ name: 'test', sql: 'OPTIMIZE TABLE quarantine FINAL' });
    const kept = await rowsOf(
      raw,
      `SELECT partition, kept_seconds FROM quarantine WHERE project = '${project}'`,
    );
    expect(kept).toEqual([{ partition: 1, kept_seconds: 2_592_000 }]);
  });
});

describe('silence, from the marks', () => {
  test('last arrivals and the longest usual silence by hour of the week', async () => {
    const project = 'quiet';
    const nowMs = Date.now();
    const monday = Math.floor(nowMs / DAY_MS) * DAY_MS - 21 * DAY_MS;
    const at = (ms: number, offset: number, rest: object = {}) =>
      batch({
        project,
        predictions: [prediction(`q-${offset}`, offset, { timeMs: ms, brokerTimeMs: ms, ...rest })],
      });
    await store.intake.write(at(monday + 5 * 60_000, 0));
    await store.intake.write(at(monday + 15 * 60_000, 1));
    await store.intake.write(at(monday + 3 * HOUR_MS, 2));
    await store.intake.write(at(monday + 3 * HOUR_MS, 3, { version: '2' }));
    const arrivals = await store.intake.arrivals(project);
    expect(arrivals.map(({ model, version }) => `${model} ${version}`).toSorted()).toEqual(['m 1', 'm 2']);
    for (const { lastMs } of arrivals) expect(lastMs).toBeGreaterThan(nowMs - 60_000);
    const [limits] = await store.intake.quietLimits(project, nowMs);
    const hourOf = (ms: number) => (Math.floor(ms / HOUR_MS) + 72) % 168;
    const long = 3 * HOUR_MS - 15 * 60_000;
    expect(limits).toMatchObject({ model: 'm', sinceMs: monday + 5 * 60_000 });
    expect(limits?.hours.toSorted((a, b) => a.hour - b.hour)).toEqual(
      [0, 1, 2, 3]
        .map((hour) => ({
          hour: hourOf(monday + hour * HOUR_MS),
          gaps: hour === 0 ? 2 : 1,
          quantileMs: long,
        }))
        .toSorted((a, b) => a.hour - b.hour),
    );
  });
});

describe('the dashboard of ingestion', () => {
  const project = 'panels';
  const choice = {
    values: { project: [project], topic: ['predictions'] },
    fromMs: START_MS,
    toMs: START_MS + DAY_MS,
  };
  const run = (sql: string) => rowsOf(raw, expand(sql, choice));
  const panels = panelQueries().filter(({ dashboard }) => dashboard === 'ingestion.json');
  const expected: Record<string, Record<string, unknown>[]> = {
    Received: [{ received: '6' }],
    Accepted: [{ accepted: '5' }],
    Quarantined: [{ quarantined: '1' }],
    Missing: [{ missing: '2' }],
    Waiting: [{ waiting: '3' }],
    'Received per hour': [
      { series: 'predictions · 0', records: 4 },
      { series: 'predictions · 0', records: 2 },
    ],
    'Quarantined per hour': [{ series: 'not_json', events: 1 }],
    'Topic partitions by hour': [
      { received: '2', accepted: '2', first_offset: '6' },
      { received: '4', accepted: '3', quarantined: '1', last_offset: '3' },
    ],
    'Topic partitions': [{ partition: 0, waiting: '3' }],
    Models: [{ model: 'm', version: '1' }],
    Gaps: [{ gap_first: '4', gap_last: '5', records: '2', cause: 'skipped' }],
    'Newest quarantined events': [{ offset: '3', reason: 'not_json' }],
  };
  beforeAll(async () => {
    await store.intake.write(batch({ project, ...rows(0, 1, 2), quarantined: [refused(3)] }));
    await store.intake.write(batch({ project, ...rows(6, 7), lastBrokerTimeMs: START_MS + HOUR_MS }));
    await store.intake.positions([
      {
        ...{ project, topic: 'predictions', incarnation: 'i1', partition: 0, nextOffset: 8n, endOffset: 11n },
        ...{ brokerTimeMs: START_MS, lastRecordAtMs: START_MS, behindSinceMs: null },
      },
    ]);
  });

  test.each(panels)('$title', async ({ title, sql, isTimeSeries }) => {
    const found = await run(sql);
    expect(found).toMatchObject(expected[title] ?? [{ title: 'is expected' }]);
    if (isTimeSeries)
      expect(found.map(({ time }) => String(time))).toEqual(found.map(({ time }) => String(time)).toSorted());
  });

  test('the drop-down of topics', async () => {
    const topic = variableQueries().find(({ name }) => name === 'topic');
    expect(await run(topic?.sql ?? '')).toEqual([{ topic: 'predictions' }]);
  });
});
