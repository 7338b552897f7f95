import { afterAll, beforeEach, expect, test } from 'vitest';
import { createStore, type Store } from '#libs/store';
import type { Database } from '../../libs/store/src/client/index.js';
import {
  createProfiles,
  planHash,
  type ProfilePlan,
  type Profiles,
} from '../../libs/store/src/profiles/index.js';
import { comparable, expectedCells, type Row } from './profiles-model.js';
import { PLAN, randomRow, seeded, stored, truthOf } from './profiles-rows.js';
import { batch, DAY_MS, freshDatabase, HOUR_MS, rowsOf, START_MS } from './store-fixture.js';

const fresh = await freshDatabase();
const raw: Database = fresh.raw;
const store: Store = createStore(fresh.config);
const profiles: Profiles = store.profiles;
afterAll(async () => {
  await store.close();
  await fresh.drop();
});

const LATER_MS = START_MS + 2 * DAY_MS;
const WHOLE = { startMs: START_MS - DAY_MS, endMs: LATER_MS };
let plan: ProfilePlan;
let rows: Row[];
let offset: number;

/** Sends rows as new events. */
async function send(some: readonly Row[]): Promise<void> {
  const predictions = some.map((row) => stored(row, offset++));
  await store.intake.write(batch({ project: plan.project, predictions }));
}

async function settle(of: Profiles = profiles): Promise<number[]> {
  const dirty = await of.dirtyBuckets(plan, 1_000);
  await of.compute(plan, dirty);
  return dirty.map(({ startMs }) => startMs);
}

const cells = async (window: Parameters<Profiles['read']>[1] = 'all') =>
  comparable((await profiles.read(plan, window)).cells);
const merged = (): Promise<void> =>
  Promise.all(
    ['predictions', 'profiles', 'profile_runs', 'bucket_marks'].map((table) =>
      raw.command({ name: 'test-merge', sql: `OPTIMIZE TABLE ${table} FINAL`, timeoutMs: 60_000 }),
    ),
  ).then(() => undefined);

let projects = 0;
beforeEach(async () => {
  offset = 0;
  plan = { ...PLAN, project: `p${projects++}`, segments: PLAN.segments.slice(0, 2) };
  const random = seeded(projects);
  rows = Array.from({ length: 60 }, (_, at) => randomRow(random, `id-${at}`, START_MS + (at % 30) * HOUR_MS));
  await send(rows);
  await settle();
});

const expected = (some: readonly Row[] = rows) =>
  Object.fromEntries(
    Object.entries(comparable(expectedCells(some))).filter(([key]) => /^(all|region|colour)\|/.test(key)),
  );

test('a bucket is clean once profiled, and computing it again changes nothing', async () => {
  expect(await profiles.dirtyBuckets(plan, 10)).toEqual([]);
  const before = { cells: await cells(), hash: await profiles.inputsHash(plan, WHOLE) };
  expect(before.cells).toEqual(expected());
  const all = Array.from({ length: 30 }, (_, at) => START_MS + at * HOUR_MS);
  const marks = await rowsOf(raw, `SELECT count() AS n FROM bucket_marks WHERE project = '${plan.project}'`);
  expect(marks).toEqual([{ n: '30' }]);
  for (let again = 0; again < 3; again += 1) {
    await profiles.compute(
      plan,
      all.map((startMs) => ({ startMs, covers: 0n })),
    );
    expect({
      cells: await cells(),
      hash: { ...(await profiles.inputsHash(plan, WHOLE)), complete: true },
    }).toEqual(before);
    await merged();
    expect(await cells()).toEqual(before.cells);
  }
  expect(await settle()).toEqual(all);
  expect(await profiles.inputsHash(plan, WHOLE)).toEqual(before.hash);
});

test('events sent again make their buckets dirty and change nothing', async () => {
  const before = { cells: await cells(), hash: await profiles.inputsHash(plan, WHOLE) };
  await send(rows.toReversed());
  expect((await profiles.inputsHash(plan, WHOLE)).complete).toBe(false);
  expect((await settle()).length).toBe(30);
  expect({ cells: await cells(), hash: await profiles.inputsHash(plan, WHOLE) }).toEqual(before);
});

test('a late event makes its own bucket dirty, and changes what covers it alone', async () => {
  const day = { startMs: START_MS - 2 * HOUR_MS, endMs: START_MS + 22 * HOUR_MS };
  const next = { startMs: day.endMs, endMs: day.endMs + DAY_MS };
  const before = await Promise.all([profiles.inputsHash(plan, day), profiles.inputsHash(plan, next)]);
  const late = { ...randomRow(seeded(99), 'late', START_MS + 5 * HOUR_MS) };
  await send([late]);
  expect((await profiles.dirtyBuckets(plan, 10)).map(({ startMs }) => startMs)).toEqual([late.bucketMs]);
  await settle();
  const after = await Promise.all([profiles.inputsHash(plan, day), profiles.inputsHash(plan, next)]);
  expect(after[0]).toEqual({
    hash: expect.not.stringMatching(before[0].hash) as string,
    rows: before[0].rows + 1,
    complete: true,
  });
  expect(after[1]).toEqual(before[1]);
  expect(await cells()).toEqual(expected([...rows, late]));
});

test('a value that changes within its bin, and a label, change the inputs', async () => {
  const { hash } = await profiles.inputsHash(plan, WHOLE);
  const [first, second] = rows as [Row, Row];
  const amended: Row = { ...first, numbers: { ...first.numbers, plain: 5 } };
  await send([amended]);
  await settle();
  const amendedHash = (await profiles.inputsHash(plan, WHOLE)).hash;
  second.truth = 'late';
  await store.intake.write(batch({ project: plan.project, labels: [truthOf(second, offset++)] }));
  expect(await settle()).toEqual([second.bucketMs]);
  const hashes = [hash, amendedHash, (await profiles.inputsHash(plan, WHOLE)).hash];
  expect(new Set(hashes).size).toBe(first.numbers['plain'] === 5 ? 2 : 3);
  expect(await cells()).toEqual(expected([amended, ...rows.slice(1)]));
});

test('a computation that dies before it is finished shows nothing of itself', async () => {
  const before = await cells();
  const late = randomRow(seeded(5), 'late', START_MS);
  await send([late]);
  const dying = createProfiles({
    ...raw,
    command: (statement) =>
      statement.name === 'profile-runs-finish' ? Promise.reject(new Error('killed')) : raw.command(statement),
  });
  for (let attempt = 0; attempt < 2; attempt += 1) await expect(settle(dying)).rejects.toThrow('killed');
  await merged();
  expect(await cells()).toEqual(before);
  expect(await settle()).toEqual([START_MS]);
  await merged();
  expect(await cells()).toEqual(expected([...rows, late]));
});

test('a day that was not merged is read from its buckets and merged with the next computation', async () => {
  const late = randomRow(seeded(5), 'late', START_MS);
  await send([late]);
  const dying = createProfiles({
    ...raw,
    command: (statement) =>
      statement.name === 'profile-merge-days' ? Promise.reject(new Error('killed')) : raw.command(statement),
  });
  await expect(settle(dying)).rejects.toThrow('killed');
  expect(await profiles.dirtyBuckets(plan, 10)).toEqual([]);
  expect(await cells()).toEqual(expected([...rows, late]));
  await profiles.compute(plan, []);
  const stale = await rowsOf(
    raw,
    `SELECT sum(rows) AS rows FROM current_profiles WHERE project = '${plan.project}' AND grain = 'day' AND segment = 'all' AND feature = 'plain'`,
  );
  expect(stale).toEqual([{ rows: '61' }]);
});

test('another plan makes every bucket dirty; segments that went are not read, values that went are not left over', async () => {
  const hash = planHash(plan);
  plan = {
    ...plan,
    segments: [{ name: 'region', body: { kind: 'dimension', model: 'm', tag: 'region', values: ['west'] } }],
  };
  expect(planHash(plan)).not.toBe(hash);
  expect(await profiles.dirtyBuckets(plan, 10)).toHaveLength(10);
  expect(Object.keys(await cells()).some((key) => key.startsWith('colour|'))).toBe(false);
  await settle();
  const values = (await profiles.read(plan, 'all', ['region'])).cells.map(({ segmentValue }) => segmentValue);
  expect([...new Set(values)].toSorted()).toEqual(['other', 'west']);
});

test('a sealed bucket is never dirty again, under no binning', async () => {
  await raw.command({
    name: 'test-seal',
    sql:
      `INSERT INTO profile_runs SELECT * REPLACE (run + 2 AS run, true AS sealed) FROM profile_runs FINAL ` +
      `WHERE project = '${plan.project}' AND grain = 'bucket' AND start = toDateTime(${START_MS / 1_000}, 'UTC')`,
  });
  await send(rows.slice(0, 2));
  expect(await settle()).toEqual([START_MS + HOUR_MS]);
  plan = { ...plan, binning: { ...plan.binning, hash: 'f'.repeat(16) } };
  expect((await profiles.dirtyBuckets(plan, 100)).length).toBe(29);
});

test('labels that wait for their prediction make no bucket dirty', async () => {
  await store.intake.write(
    batch({
      project: plan.project,
      labels: [truthOf({ ...rows[0]!, id: 'unknown', truth: 'late' }, offset++, { predictedAtMs: null })],
    }),
  );
  expect(await profiles.dirtyBuckets(plan, 10)).toEqual([]);
  expect(await profiles.firstAndLast(plan.project, 'm', '1')).toEqual({
    firstMs: START_MS,
    lastMs: START_MS + 29 * HOUR_MS,
  });
});
