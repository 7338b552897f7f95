import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { cramersV } from './cramers-v.js';
import { hellinger } from './hellinger.js';
import { jensenShannon } from './jensen-shannon.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { lInfinity } from './l-infinity.js';
import type { TwoSamples } from './shares.js';
import { totalVariation } from './total-variation.js';

const balancedV = (samples: TwoSamples) => cramersV({ ...samples, balanced: true });
const metrics = [
  { name: 'hellinger', metric: hellinger, symmetric: true, most: 1 },
  { name: 'total variation', metric: totalVariation, symmetric: true, most: 1 },
  { name: 'L∞', metric: lInfinity, symmetric: true, most: 1 },
  { name: 'Jensen–Shannon', metric: jensenShannon, symmetric: true, most: 1 },
  { name: 'Kullback–Leibler', metric: kullbackLeibler, symmetric: false, most: Infinity },
];
const cellCounts = fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 20 });
const filled = cellCounts.filter((cells) => cells.some(([b]) => b > 0) && cells.some(([, w]) => w > 0));
const samplesOf = (cells: readonly (readonly [number, number])[]) => ({
  baseline: cells.map(([b]) => b),
  window: cells.map(([, w]) => w),
});

it.each(reference.cells)('equals the reference: $name', (c) => {
  expect(kullbackLeibler(c)).toBeCloseTo(c.kullbackLeibler, 10);
  if (c.entropy !== null) expect(kullbackLeibler(c)).toBeCloseTo(c.entropy, 10);
  expect(hellinger(c)).toBeCloseTo(c.hellinger, 7);
  expect(totalVariation(c)).toBeCloseTo(c.totalVariation, 12);
  expect(lInfinity(c)).toBeCloseTo(c.lInfinity, 12);
});

describe.each(metrics)('$name', ({ metric, symmetric, most }) => {
  it('lies within its bounds, is 0 for the same shares and blind to order and size', () => {
    fc.assert(
      fc.property(filled, fc.integer({ min: 2, max: 1_000 }), (cells, scale) => {
        const { baseline, window } = samplesOf(cells);
        const value = metric({ baseline, window })!;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(most);
        expect(Number.isFinite(value)).toBe(true);
        expect(metric({ baseline, window: baseline })).toBeCloseTo(0, 7);
        expect(metric(samplesOf([...cells].reverse()))).toBeCloseTo(value, 7);
        expect(metric({ baseline: baseline.map((b) => b * scale), window })).toBeCloseTo(value, 7);
        if (symmetric) expect(metric({ baseline: window, window: baseline })).toBeCloseTo(value, 7);
      }),
    );
  });

  it('of cells that are joined is never larger', () => {
    fc.assert(
      fc.property(filled, (cells) => {
        const [first = [0, 0], ...others] = cells;
        const second = others[0] ?? [0, 0];
        const joined = [[first[0] + second[0], first[1] + second[1]] as const, ...others.slice(1)];
        // The floor of Kullback–Leibler and the largest cell of L∞ are not sums over cells.
        if (metric === kullbackLeibler || metric === lInfinity) return;
        expect(metric(samplesOf(joined))!).toBeLessThanOrEqual(metric(samplesOf(cells))! + 1e-7);
      }),
    );
  });
});

describe.each([
  ...metrics,
  { name: "Cramér's V", metric: cramersV },
  { name: 'balanced V', metric: balancedV },
])('$name', ({ metric }) => {
  it.each([
    { name: 'empty window', baseline: [1, 2], window: [0, 0] },
    { name: 'empty baseline', baseline: [0, 0], window: [1, 2] },
    { name: 'table without cells', baseline: [], window: [] },
  ])('has no value for an $name', (c) => expect(metric(c)).toBeNull());

  it.each([
    { name: 'different cells', baseline: [1], window: [1, 2] },
    { name: 'negative counts', baseline: [1, -1], window: [1, 2] },
    { name: 'not-a-number', baseline: [1, 2], window: [NaN, 2] },
  ])('refuses $name', (c) => expect(() => metric(c)).toThrow(RangeError));
});

it('Kullback–Leibler costs more where the window has lost rows than where it has new ones', () => {
  const [full, half] = [
    [50, 50],
    [100, 0],
  ];
  expect(kullbackLeibler({ baseline: full, window: half })!).toBeGreaterThan(
    kullbackLeibler({ baseline: half, window: full })!,
  );
});
