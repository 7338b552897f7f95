import { expect, test } from 'vitest';
import type { NumericCell } from '#libs/contracts';
import { densities } from './density.js';

const binning = { feature: 'x', kind: 'numeric' as const, edges: [0, 1, 2, 3], max: 4 };
const cell = (counts: number[], more: Partial<NumericCell> = {}): NumericCell => ({
  kind: 'numeric',
  segment: 'all',
  segmentValue: 'in',
  feature: 'x',
  rows: 100,
  nulls: 0,
  invalid: 0,
  counts,
  under: 0,
  underSum: 0,
  over: 0,
  overSum: 0,
  min: 0,
  max: 4,
  sum: 0,
  sumSquares: 0,
  ...more,
});
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('both sides are drawn over one range, and no row is lost', () => {
  const both = densities(cell([25, 25, 25, 25]), cell([0, 0, 50, 0], { over: 50, max: 9 }), binning);
  expect(both?.baseline).toMatchObject({ from: 0, to: 9 });
  for (const side of [both?.baseline, both?.window])
    expect(sum(side?.shares ?? []) + (side?.below ?? 0) + (side?.above ?? 0)).toBeCloseTo(1);
  expect(sum(both?.window.shares.slice(0, 12) ?? [])).toBe(0);
});

test.each([
  { name: 'nothing on both sides', baseline: cell([0, 0, 0, 0]), window: cell([0, 0, 0, 0]) },
  {
    name: 'a range wider than a number',
    baseline: cell([1, 1, 1, 1], { under: 50, min: -1.7e308 }),
    window: cell([1, 0, 0, 0], { over: 50, max: 1.7e308 }),
  },
])('$name cannot be drawn', ({ baseline, window }) => {
  expect(densities(baseline, window, binning)).toBeNull();
});
