import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ATTRIBUTION_BIN_COUNT,
  attributionEdge,
  type AttributionCell,
  type Feature,
  type Profile,
} from '#libs/contracts';
import { mergeProfiles } from '#libs/monitoring';
import { createStore, UNKNOWN_ATTRIBUTIONS, type ProfilePlan, type Store } from '#libs/store';
import { PLAN, seeded } from './profiles-rows.js';
import { batch, freshDatabase, HOUR_MS, prediction, START_MS } from './store-fixture.js';

const FEATURES: Feature[] = [
  { name: 'a', type: 'numeric', role: 'input' },
  { name: 'b', type: 'categorical', role: 'input' },
  { name: "c'", type: 'numeric', role: 'context' },
];
const ATTRIBUTED: ProfilePlan = {
  ...PLAN,
  features: FEATURES,
  binning: { ...PLAN.binning, features: [{ feature: 'a', kind: 'numeric', edges: [0], max: 1 }] },
  segments: [
    { name: 'region', body: { kind: 'dimension', model: 'm', tag: 'region', values: ['south', 'other'] } },
  ],
  attributions: true,
};

type Explained = { bucketMs: number; region: string; attributions: number[]; unknown: string };

const edges = Array.from({ length: ATTRIBUTION_BIN_COUNT }, (_, bin) => attributionEdge(bin));
const binOf = (x: number): number => edges.findLastIndex((edge) => Math.abs(x) >= edge);
const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);

function cellOf(rows: readonly Explained[], index: number): Partial<AttributionCell> {
  const explained = rows.filter(({ attributions }) => attributions.length > 0);
  // A row of an older schema has fewer places.
  const values = explained.map(({ attributions }) => attributions[index] ?? NaN);
  const sure = values.filter(Number.isFinite);
  return {
    rows: rows.length,
    explained: explained.length,
    nulls: values.filter(Number.isNaN).length,
    invalid: values.filter((x) => Math.abs(x) === Infinity).length,
    counts: edges.map((_, bin) => sure.filter((x) => binOf(x) === bin).length),
    negative: sure.filter((x) => x < 0).length,
    positive: sure.filter((x) => x > 0).length,
    sum: sum(sure),
    sumAbs: sum(sure.map(Math.abs)),
    sumSquares: sum(sure.map((x) => x * x)),
  };
}

let drop: () => Promise<void>;
let store: Store;
const rows: Explained[] = [];

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  store = createStore(fresh.config);
  const random = seeded(11);
  const special = [0, NaN, Infinity, 2 ** -20, 2 ** -21, 2 ** 24, -(2 ** 30), 1, -2];
  for (let at = 0; at < 400; at += 1) {
    const value = (): number =>
      random() < 0.3
        ? special[Math.floor(random() * special.length)]!
        : (random() - 0.4) * 10 ** (6 * random() - 3);
    const length = random() < 0.4 ? 0 : random() < 0.1 ? 2 : 3;
    rows.push({
      bucketMs: START_MS + Math.floor(random() * 30) * HOUR_MS,
      region: random() < 0.5 ? 'south' : 'north',
      attributions: Array.from({ length }, value),
      unknown: random() < 0.05 ? 'x\x1fy' : '',
    });
  }
  const predictions = rows.map(({ bucketMs, region, attributions, unknown }, at) =>
    prediction(`id-${at}`, at, {
      bucketMs,
      timeMs: bucketMs,
      num: [0, 0],
      cat: ['x'],
      tags: { region },
      attributions,
      invalid: unknown === '' ? {} : { [UNKNOWN_ATTRIBUTIONS]: unknown },
    }),
  );
  await store.intake.write(batch({ predictions }));
  await store.profiles.compute(ATTRIBUTED, await store.profiles.dirtyBuckets(ATTRIBUTED, 100));
}, 60_000);

afterAll(async () => {
  await store.close();
  await drop();
});

const cellAt = ({ attributions = [] }: Profile, segmentValue: string, feature: string) =>
  attributions.find((cell) => cell.segmentValue === segmentValue && cell.feature === feature);

test('attributions are counted and summed per feature and segment value; NaN and infinities are told apart', async () => {
  const profile = await store.profiles.read(ATTRIBUTED, 'all');
  for (const [segmentValue, of] of [
    ['in', rows],
    ['south', rows.filter(({ region }) => region === 'south')],
    ['other', rows.filter(({ region }) => region !== 'south')],
  ] as const) {
    for (const [index, { name }] of FEATURES.entries()) {
      const { sum: total, sumAbs, sumSquares, ...counted } = cellOf(of, index);
      const cell = cellAt(profile, segmentValue, name);
      expect(cell).toMatchObject(counted);
      expect(cell!.sum).toBeCloseTo(total!, 3);
      expect(cell!.sumAbs / sumAbs!).toBeCloseTo(1, 9);
      expect(cell!.sumSquares / sumSquares!).toBeCloseTo(1, 9);
    }
  }
});

test('attributions of unknown features are counted with their names', async () => {
  const unknown = rows.filter((row) => row.unknown !== '').length;
  expect(cellAt(await store.profiles.read(ATTRIBUTED, 'all'), 'in', '')).toMatchObject({
    rows: rows.length,
    explained: rows.filter(({ attributions }) => attributions.length > 0).length,
    invalid: unknown,
    unknown: { x: unknown, y: unknown },
  });
});

test('days add up to the whole', async () => {
  const merged = mergeProfiles(await store.profiles.chunks(ATTRIBUTED, 'all'));
  const whole = cellAt(await store.profiles.read(ATTRIBUTED, 'all'), 'in', 'a')!;
  const { sum: total, sumAbs, sumSquares, ...counted } = cellAt(merged, 'in', 'a')!;
  expect(whole).toMatchObject(counted);
  expect(
    [total / whole.sum, sumAbs / whole.sumAbs, sumSquares / whole.sumSquares].map((x) => x.toFixed(6)),
  ).toEqual(['1.000000', '1.000000', '1.000000']);
});
