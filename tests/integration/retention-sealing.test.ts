import { beforeEach, expect, test } from 'vitest';
import { type SealRule } from '#libs/store';
import type { Database } from '../../libs/store/src/client/index.js';
import type { ProfilePlan } from '../../libs/store/src/profiles/index.js';
import { PLAN, randomRow, seeded, stored, truthOf } from './profiles-rows.js';
import type { Row } from './profiles-model.js';
import { batch, DAY_MS, freshStore, HOUR_MS, rowsOf, START_MS } from './store-fixture.js';

const { store, raw } = await freshStore();

/** Marks carry the database's clock, so "later" is later than the test. */
const OPENED_MS = Date.now();
const OPEN_MS = 37 * DAY_MS;
const rule = (nowMs: number, rest: Partial<SealRule> = {}): SealRule => ({
  nowMs,
  bucketMs: HOUR_MS,
  openMs: OPEN_MS,
  lookAfterMs: OPEN_MS,
  ...rest,
});
const LATER_MS = OPENED_MS + OPEN_MS + HOUR_MS;
const STARTS = [0, 1, 2].map((hour) => START_MS + hour * HOUR_MS);

let plan: ProfilePlan;
let rows: Row[];
let offset: number;
let projects = 0;

const send = (some: readonly Row[], rest: { timeMs?: number; expiresMs?: number } = {}): Promise<void> =>
  store.intake.write(
    batch({
      project: plan.project,
      predictions: some.map((row) => ({ ...stored(row, offset++), ...rest })),
    }),
  );
const label = (row: Row, truth: string, rest: object = {}): Promise<void> =>
  store.intake.write(
    batch({
      project: plan.project,
      topic: 'ground-truth',
      labels: [truthOf({ ...row, truth }, offset++, rest)],
    }),
  );
const settle = async (): Promise<number[]> => {
  const dirty = await store.profiles.dirtyBuckets(plan, 100);
  await store.profiles.compute(plan, dirty);
  return dirty.map(({ startMs }) => startMs);
};
const cells = () => store.profiles.read(plan, 'all');
const link = () => store.labels.link(plan.project, 1_000);
const tooLate = async () =>
  (await store.retention.tooLate(plan.project, 'm', { limit: 100 }))
    .map(({ cause, id, bucketMs }) => [cause, id, (bucketMs - START_MS) / HOUR_MS] as const)
    .toSorted(([a], [b]) => a.localeCompare(b));
const account = async (topic: string) =>
  (await store.intake.accounting(plan.project)).find((each) => each.topic === topic);

beforeEach(async () => {
  plan = { ...PLAN, project: `s${projects++}`, segments: PLAN.segments.slice(0, 1) };
  offset = 0;
  const random = seeded(projects);
  rows = Array.from({ length: 12 }, (_, at) => randomRow(random, `id-${at}`, STARTS[at % 3]!));
  await send(rows);
  await link();
  await settle();
});

test('a bucket is sealed once it is closed, profiled and at rest', async () => {
  expect(await store.retention.seal([plan], rule(LATER_MS - 2 * HOUR_MS))).toEqual([]);
  await send([randomRow(seeded(50), 'dirty', STARTS[1]!)]);
  expect(await store.retention.seal([plan], rule(LATER_MS))).toEqual([STARTS[0], STARTS[2]]);
  expect(await settle()).toEqual([STARTS[1]]);
  const finer = { ...plan, binning: { ...plan.binning, hash: 'cd'.repeat(8) } };
  expect(await store.retention.seal([plan, finer], rule(LATER_MS))).toEqual([]);
  expect(await store.retention.seal([plan], rule(LATER_MS))).toEqual([STARTS[1]]);
  expect(await store.retention.seal([plan], rule(LATER_MS))).toEqual([]);
});

test('a bucket that arrived long after its time stays open as long as any other', async () => {
  expect(START_MS + OPEN_MS).toBeLessThan(LATER_MS);
  expect(await store.retention.seal([plan], rule(OPENED_MS + OPEN_MS - HOUR_MS))).toEqual([]);
});

test('a bucket whose rows expire under earlier settings is sealed a day before', async () => {
  const short = randomRow(seeded(51), 'short', STARTS[2]!);
  await send([short], { expiresMs: OPENED_MS + 10 * DAY_MS });
  await settle();
  const look = { lookAfterMs: 5 * DAY_MS };
  expect(await store.retention.seal([plan], rule(OPENED_MS + 8 * DAY_MS, look))).toEqual([]);
  expect(await store.retention.seal([plan], rule(OPENED_MS + 9 * DAY_MS, look))).toEqual([STARTS[2]]);
});

test('what comes for a sealed bucket changes no profile, is listed and is counted, once', async () => {
  await store.retention.seal([plan], rule(LATER_MS));
  const before = await cells();
  const late = randomRow(seeded(52), 'late', STARTS[0]!);
  const lateBatch = batch({ project: plan.project, predictions: [stored(late, offset++)] });
  const truths = batch({
    project: plan.project,
    topic: 'ground-truth',
    labels: [truthOf({ ...rows[1]!, truth: 'late' }, offset++)],
  });
  for (let delivery = 0; delivery < 2; delivery += 1) {
    await store.intake.write(lateBatch);
    await store.intake.write(truths);
    await link();
    expect(await tooLate()).toEqual([
      ['label', 'id-1', 1],
      ['prediction', 'late', 0],
    ]);
  }
  expect(await settle()).toEqual([]);
  expect(await cells()).toEqual(before);
  expect(await account('predictions')).toMatchObject({ accepted: 13, current: 13, tooLate: 1 });
  expect(await account('ground-truth')).toMatchObject({ accepted: 1, tooLate: 1 });
});

test('events and labels that were in time are not listed when they come again', async () => {
  await label(rows[0]!, 'late');
  await settle();
  await store.retention.seal([plan], rule(LATER_MS));
  offset = 0;
  await send(rows);
  await label(rows[0]!, 'late');
  expect(await tooLate()).toEqual([]);
});

test('a writer that died after it listed and before it stored lists nothing twice', async () => {
  await store.retention.seal([plan], rule(LATER_MS));
  const late = batch({
    project: plan.project,
    predictions: [stored(randomRow(seeded(53), 'late', STARTS[0]!), offset++)],
  });
  const { writeBatch } = await import('../../libs/store/src/intake/write.js');
  const dying: Database = {
    ...raw,
    insertRowBinary: (insert) =>
      insert.table === 'predictions' ? Promise.reject(new Error('killed')) : raw.insertRowBinary(insert),
  };
  await expect(writeBatch(dying, late)).rejects.toThrow('killed');
  await store.intake.write(late);
  expect(await tooLate()).toEqual([['prediction', 'late', 0]]);
  expect(await account('predictions')).toMatchObject({ current: 13, tooLate: 1 });
});

test('a label that had waited, and an id that leaves a sealed bucket, are listed too', async () => {
  const waiting = randomRow(seeded(54), 'waiting', STARTS[0]!);
  await label(waiting, 'late');
  await link();
  await store.retention.seal([plan], rule(LATER_MS));
  const before = await cells();
  const elsewhere = START_MS + 30 * HOUR_MS;
  await send([waiting, { ...rows[1]!, bucketMs: elsewhere }]);
  await link();
  expect(await tooLate()).toEqual([
    ['label', 'waiting', 0],
    ['moved', 'id-1', 1],
    ['prediction', 'waiting', 0],
  ]);
  expect(await settle()).toEqual([elsewhere]);
  const window = { startMs: START_MS, endMs: START_MS + 24 * HOUR_MS };
  expect((await store.profiles.read(plan, window)).cells).toEqual(before.cells);
  await link();
  expect(await tooLate()).toHaveLength(3);
});

test('a run that was under way when its bucket was sealed is not finished', async () => {
  const [dirty] = [{ startMs: STARTS[0]!, covers: 1n }];
  await store.retention.seal([plan], rule(LATER_MS));
  const runs = await store.profiles.runs(plan);
  await store.profiles.compute(plan, [dirty]);
  expect(await store.profiles.runs(plan)).toEqual(runs);
});

test('a new plan computes the open buckets alone', async () => {
  await send([randomRow(seeded(55), 'open', STARTS[1]!)]);
  await store.retention.seal([plan], rule(LATER_MS));
  plan = { ...plan, segments: PLAN.segments.slice(0, 2) };
  expect(await settle()).toEqual([STARTS[1]]);
});

test('marks go a week after the seal, and nothing becomes fresh or forgotten by it', async () => {
  await label({ ...rows[0]!, id: 'never' }, 'late');
  await link();
  await send([randomRow(seeded(56), 'open', STARTS[1]!)]);
  await link();
  await store.retention.seal([plan], rule(LATER_MS));
  const count = async (table: string) =>
    Number(
      (await rowsOf(raw, `SELECT count() AS n FROM ${table} FINAL WHERE project = '${plan.project}'`))[0]?.[
        'n'
      ],
    );
  await store.retention.sweepMarks(plan.project, LATER_MS + 6 * DAY_MS);
  expect(await count('bucket_marks')).toBeGreaterThan(2);
  await store.retention.sweepMarks(plan.project, LATER_MS + 8 * DAY_MS);
  const left = await rowsOf(
    raw,
    `SELECT DISTINCT toUnixTimestamp(bucket) AS start FROM bucket_marks FINAL WHERE project = '${plan.project}'`,
  );
  expect(left).toEqual([{ start: STARTS[1]! / 1_000 }]);
  expect(await store.profiles.firstAndLast(plan.project, 'm', '1')).toEqual({
    firstMs: STARTS[0],
    lastMs: STARTS[2],
  });
  expect(await link()).toMatchObject({ moved: 0, linked: 0, waiting: 1 });
  expect(await settle()).toEqual([STARTS[1]]);
});

test('rows go when they expire, and the profile of their sealed bucket stays', async () => {
  await store.retention.seal([plan], rule(LATER_MS));
  const before = await cells();
  const mine = `project = '${plan.project}'`;
  await raw.command({
    name: 'test-expire',
    sql: `ALTER TABLE predictions UPDATE expires = toDateTime(1000) WHERE ${mine}`,
    settings: { mutations_sync: '2' },
    timeoutMs: 60_000,
  });
  await raw.command({ name: 'test-merge', sql: 'OPTIMIZE TABLE predictions FINAL', timeoutMs: 60_000 });
  expect(await rowsOf(raw, `SELECT count() AS n FROM predictions WHERE ${mine}`)).toEqual([{ n: '0' }]);
  plan = { ...plan, segments: [] };
  expect(await settle()).toEqual([]);
  plan = { ...plan, segments: PLAN.segments.slice(0, 1) };
  expect(await cells()).toEqual(before);
});
