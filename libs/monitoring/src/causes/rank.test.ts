import { expect, test } from 'vitest';
import type { RowSample } from '#libs/contracts';
import { seeded } from '../random.js';
import { dimensionScores } from './rank.js';

const NAMES = ['d0', 'd1', 'd2', 'd3', 'd4'];

/** Rows of five dimensions of four values and two numbers; `shift` by the values of the dimensions. */
function sample(seed: number, shift: (values: readonly number[]) => number, rows = 4_000): RowSample {
  const random = seeded(seed);
  const drawn = Array.from({ length: rows }, () => {
    const values = NAMES.map(() => Math.floor(random() * 4));
    return { values, x: random() + shift(values), y: random() };
  });
  return {
    columns: [
      ...NAMES.map((feature, i) => ({
        ...{ feature, kind: 'categorical' as const },
        values: drawn.map(({ values }) => `v${values[i] ?? 0}`),
      })),
      { feature: 'x', kind: 'numeric', values: drawn.map(({ x }) => x) },
      { feature: 'y', kind: 'numeric', values: drawn.map(({ y }) => y) },
    ],
  };
}

const candidates = NAMES.map((feature) => ({ feature, values: ['v0', 'v1', 'v2', 'v3'] }));
const scores = (shift: (values: readonly number[]) => number, seed = 7): [string, number][] =>
  [
    ...dimensionScores({ baseline: sample(seed, () => 0), window: sample(seed + 1_000, shift) }, candidates),
  ].toSorted(([, a], [, b]) => b - a);

test('the dimension whose value carries a change comes first, by far', () => {
  const [first, second] = scores((values) => (values[3] === 2 ? 0.8 : 0));
  expect(first?.[0]).toBe('d3');
  expect(first?.[1]).toBeGreaterThan(5 * (second?.[1] ?? 0));
});

test('changes that cancel out in all rows still have their dimension', () => {
  const [first] = scores((values) => (values[1] === 0 ? 0.5 : values[1] === 1 ? -0.5 : 0));
  expect(first?.[0]).toBe('d1');
});

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'where nothing changed nothing is explained (%i)',
  (seed) => {
    for (const [, score] of scores(() => 0, seed)) expect(score).toBeLessThan(0.02);
  },
);

test('what everybody shows is explained by nobody', () => {
  for (const [, score] of scores(() => 0.4)) expect(score).toBeLessThan(0.2);
});

test('a side without rows explains nothing', () => {
  const empty: RowSample = { columns: [] };
  const found = dimensionScores({ baseline: sample(1, () => 0), window: empty }, candidates);
  expect([...found.values()]).toEqual([0, 0, 0, 0, 0]);
});
