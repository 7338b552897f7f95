import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import type { DimensionBody, Feature } from '#libs/contracts';
import { binningHash, createStore, type ProfilePlan, type Store } from '#libs/store';
import { seeded } from './profiles-rows.js';
import { freshDatabase, HOUR_MS } from './store-fixture.js';

const fresh = await freshDatabase();
const store: Store = createStore(fresh.config);
afterAll(async () => {
  await store.close();
  await fresh.drop();
});

const feature = (
  name: string,
  type: Feature['type'] = 'numeric',
  role: Feature['role'] = 'input',
): Feature => ({ name, type, role });
const FEATURES: Feature[] = [
  feature('spread'),
  feature('constant'),
  feature('empty'),
  feature('half zero'),
  feature('colour', 'categorical'),
  feature('wide', 'categorical'),
  feature('member', 'boolean'),
  feature('hour', 'numeric', 'context'),
];

const ROWS = 3_000;
const random = seeded(3);
/** A vocabulary too large for the address of a statement, of names that would break out of a careless one. */
const wide = (at: number): string => `"'); DROP TABLE predictions; -- ${'ü'.repeat(100)}${at % 1_200}"`;
const rows = Array.from({ length: ROWS }, (_, at) => ({
  spread: random() ** 3 * 100 - 20,
  constant: 4.25,
  empty: '',
  'half zero': at % 2 === 0 ? 0 : random(),
  colour: at % 10 === 0 ? 'NA' : at % 3 === 0 ? 'teal' : at % 3 === 1 ? 'red' : 'blue',
  wide: wide(at),
  member: 'true',
  hour: at % 24,
  score: at % 5 === 0 ? '' : random(),
  said: at % 4 === 0 ? 'late' : 'punctual',
  truth: at % 8 === 0 ? 'late' : 'punctual',
}));
const header = Object.keys(rows[0]!);
const csv = (ordered: typeof rows): Readable =>
  Readable.from(
    [Buffer.from(`${header.join(',')}\n${ordered.map((row) => Object.values(row).join(',')).join('\n')}\n`)],
    { objectMode: false },
  );

const insert = (origin: string, ordered: typeof rows, columns = {}) =>
  store.baselines.insert({
    project: 'p',
    model: 'm',
    version: '1',
    origin,
    features: FEATURES,
    schema: 1,
    columns: {
      predictionLabel: 'said',
      score: 'score',
      label: 'truth',
      tags: { shade: 'colour' },
      ...columns,
    },
    format: 'csv',
    fileColumns: header,
    bucketMs: HOUR_MS,
    file: () => csv(ordered),
  });

test('a binning, and the profile of its baseline under it', async () => {
  expect(await insert('baseline:a', rows)).toMatchObject({
    ok: true,
    rows: ROWS,
    hasTime: false,
    hasLabels: true,
  });
  const { hash, features } = await store.baselines.createBinning('p', 'm', '1', 'baseline:a', FEATURES);
  expect(hash).toBe(binningHash(features));
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(features.map((binning) => binning.feature)).toEqual([
    'spread',
    'constant',
    'empty',
    'half zero',
    'colour',
    'wide',
    'member',
    'prediction.score',
    'prediction.label',
  ]);
  const of = (name: string) => features.find((binning) => binning.feature === name);
  expect(of('constant')).toEqual({ feature: 'constant', kind: 'numeric', edges: [4.25], max: 4.25 });
  expect(of('empty')).toEqual({ feature: 'empty', kind: 'numeric', edges: [0], max: 0 });
  expect(of('half zero')).toMatchObject({ edges: expect.arrayContaining([0, Number.MIN_VALUE]) as number[] });
  expect(of('colour')).toEqual({
    feature: 'colour',
    kind: 'categorical',
    categories: ['blue', 'red', 'teal', 'NA'],
  });
  expect(of('member')).toEqual({ feature: 'member', kind: 'categorical', categories: ['true', 'false'] });
  expect(of('wide')).toMatchObject({ categories: { length: 1_000 } });

  const plan: ProfilePlan = {
    project: 'p',
    model: 'm',
    version: '1',
    origin: 'baseline:a',
    binning: { model: 'm', version: '1', hash, features },
    features: FEATURES,
    segments: [
      { name: 'colour', body: { kind: 'dimension', model: 'm', feature: 'colour', values: ['red'] } },
    ],
    bucket: 'PT1H',
    timeZone: 'America/New_York',
  };
  expect(await store.profiles.inputsHash(plan, 'all')).toMatchObject({ complete: false });
  expect(await store.profiles.computeBaseline(plan)).toEqual({ rows: ROWS });
  expect(await store.profiles.inputsHash(plan, 'all')).toMatchObject({ rows: ROWS, complete: true });
  const { cells } = await store.profiles.read(plan, 'all', ['all']);
  const cell = (name: string) => cells.find((each) => each.feature === name);
  const spread = cell('spread');
  expect(spread).toMatchObject({
    rows: ROWS,
    nulls: 0,
    invalid: 0,
    under: 0,
    over: 0,
    max: Math.max(...rows.map((row) => row.spread)),
  });
  const counts = spread?.kind === 'numeric' ? spread.counts : [];
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(ROWS);
  // 0.5 and 0.1 % are apart at either end; what lies between is even.
  expect(Math.max(...counts)).toBeLessThanOrEqual(40);
  expect(counts.filter((count) => count >= 20).length).toBeGreaterThanOrEqual(94);
  expect(Math.max(...counts.slice(0, 2), ...counts.slice(-2))).toBeLessThan(20);
  expect(counts.length).toBeLessThanOrEqual(110);
  expect(cell('half zero')).toMatchObject({ counts: expect.arrayContaining([ROWS / 2]) as number[] });
  expect(cell('empty')).toMatchObject({ nulls: ROWS, min: null, max: null, counts: [0] });
  expect(cell('wide')).toMatchObject({
    unseen: expect.toSatisfy((n: number) => n >= 200 && n <= 600) as number,
  });
  expect(cell('prediction.score')).toMatchObject({ nulls: ROWS / 5 });
  expect(cells.find(({ kind }) => kind === 'confusion')).toMatchObject({
    rows: ROWS,
    labelled: ROWS,
    counts: { late: { late: 375 }, punctual: { late: 375, punctual: 2_250 } },
  });
  expect((await store.profiles.chunks(plan, 'all')).map(({ startMs }) => startMs)).toEqual([0]);

  await store.baselines.remove('p', 'm', '1', 'baseline:a');
  expect((await store.profiles.read(plan, 'all')).cells).toEqual([]);
});

test('the same rows in another order give the same binning', async () => {
  const made = [];
  for (const [origin, ordered] of [
    ['baseline:b', rows],
    ['baseline:c', rows.toReversed()],
  ] as const) {
    await insert(origin, ordered);
    made.push(await store.baselines.createBinning('p', 'm', '1', origin, FEATURES));
  }
  expect(made[1]).toEqual(made[0]);
});

test.each<{ name: string; body: Partial<DimensionBody>; expected: string[] }>([
  {
    name: 'a categorical feature, most frequent first, then by name',
    body: { feature: 'colour' },
    expected: ['blue', 'red', 'teal', 'NA'],
  },
  { name: 'a tag', body: { tag: 'shade' }, expected: ['blue', 'red', 'teal', 'NA'] },
  { name: 'a numeric feature', body: { feature: 'constant' }, expected: ['4.25'] },
  { name: 'a feature without values', body: { feature: 'empty' }, expected: [] },
  { name: 'an unknown feature', body: { feature: 'nothing' }, expected: [] },
  {
    name: 'ranges',
    body: {
      feature: 'hour',
      ranges: [
        { value: 'am', below: 12 },
        { value: 'pm', from: 12 },
        { value: 'am', from: 24 },
      ],
    },
    expected: ['am', 'pm'],
  },
])('frozen values of $name', async ({ body, expected }) => {
  await insert('baseline:d', rows);
  const dimension: DimensionBody = { kind: 'dimension', model: 'm', values: null, ...body };
  expect(await store.baselines.dimensionValues('p', 'm', '1', 'baseline:d', dimension, FEATURES)).toEqual(
    expected,
  );
});

test('at most fifty values are frozen', async () => {
  await insert('baseline:d', rows);
  const dimension: DimensionBody = { kind: 'dimension', model: 'm', feature: 'wide', values: null };
  expect(
    await store.baselines.dimensionValues('p', 'm', '1', 'baseline:d', dimension, FEATURES),
  ).toHaveLength(50);
});
