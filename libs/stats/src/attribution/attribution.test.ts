import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generator } from '../../../../tests/fixtures/stats/random.js';
import reference from '../../../../tests/fixtures/stats/attribution.json' with { type: 'json' };
import { globalImportance, medianImportance } from './global-importance.js';
import { importanceShares } from './importance-shares.js';
import { ndcg } from './ndcg.js';
import { signFlip } from './sign-flip.js';

describe('ndcg', () => {
  it.each(reference.rankings)('equals scikit-learn: $name', (c) => expect(ndcg(c)).toBeCloseTo(c.ndcg, 10));

  it('of the published example is 0.68764', () => {
    expect(ndcg({ baseline: [0.7, 0.5, 0.05], window: [0.1, 0.2, 0.7] })).toBeCloseTo(0.68764, 5);
  });

  it('lies in (0, 1], is 1 for the same order, and blind to scale and to the order of features', () => {
    const importance = fc.double({ min: 0, max: 10, noNaN: true });
    const features = fc.array(fc.tuple(importance, importance), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        features.filter((list) => list.some(([b]) => b > 1e-6)),
        (list) => {
          const [baseline, window] = [list.map(([b]) => b), list.map(([, w]) => w)];
          const value = ndcg({ baseline, window })!;
          expect(value).toBeGreaterThan(0);
          expect(value).toBeLessThanOrEqual(1);
          expect(ndcg({ baseline, window: baseline })).toBeCloseTo(1, 9);
          expect(ndcg({ baseline: baseline.toReversed(), window: window.toReversed() })).toBeCloseTo(
            value,
            9,
          );
          expect(
            ndcg({ baseline: baseline.map((b) => b * 7), window: window.map((w) => w * 4) }),
          ).toBeCloseTo(value, 9);
        },
      ),
    );
  });

  it.each([
    { name: 'no features', baseline: [], window: [] },
    { name: 'no importance at training', baseline: [0, 0], window: [1, 2] },
  ])('has no value for $name', (c) => expect(ndcg(c)).toBeNull());

  it.each([
    { name: 'other features', baseline: [1], window: [1, 2] },
    { name: 'NaN', baseline: [1, NaN], window: [1, 2] },
    { name: 'negative importance', baseline: [1, 2], window: [-1, 2] },
  ])('refuses $name', (c) => {
    expect(() => ndcg(c)).toThrow(RangeError);
    expect(() => importanceShares(c)).toThrow(RangeError);
  });

  it('survives the largest numbers', () => {
    const huge = { baseline: [1e308, 1e308, 1], window: [1e308, 1, 1e308] };
    expect(Number.isFinite(ndcg(huge))).toBe(true);
    expect(importanceShares(huge)!.drift).toBeCloseTo(0.5, 9);
  });
});

describe('importanceShares', () => {
  it.each(reference.rankings)('equals numpy: $name', (c) => {
    const shares = importanceShares(c);
    if (c.drift === null) expect(shares).toBeNull();
    else expect(shares!.drift).toBeCloseTo(c.drift, 12);
  });

  it('sees magnitudes that keep the order, and who gained what', () => {
    const moved = { baseline: [0.5, 0.3, 0.2], window: [0.9, 0.06, 0.04] };
    expect(ndcg(moved)).toBeCloseTo(1, 12);
    const shares = importanceShares(moved)!;
    expect(shares.drift).toBeCloseTo(0.4, 12);
    expect(shares.features.map(({ change }) => Number(change.toFixed(9)))).toEqual([0.4, -0.24, -0.16]);
    expect(importanceShares({ baseline: [1, 2], window: [10, 20] })!.drift).toBeCloseTo(0, 12);
  });
});

describe('globalImportance and medianImportance', () => {
  it.each(reference.attributions)('equal numpy: $name', ({ sums, bins, meanAbs, meanSquare, median }) => {
    expect(globalImportance(sums)).toBeCloseTo(meanAbs, 10);
    expect(globalImportance(sums, 'mean_sq')).toBeCloseTo(meanSquare, 10);
    const binned = medianImportance(bins)!;
    expect(Math.abs(binned.value - median)).toBeLessThanOrEqual(binned.resolution + 1e-9);
    expect(binned.resolution).toBeLessThan(0.25);
  });

  it.each([
    { name: 'no rows', count: 0, sum: 0, sumAbs: 0, sumSquares: 0 },
    { name: 'a sum that has overflowed', count: 3, sum: NaN, sumAbs: Infinity, sumSquares: Infinity },
  ])('has no value for $name', (sums) => {
    expect(globalImportance(sums)).toBeNull();
    expect(globalImportance(sums, 'mean_sq')).toBeNull();
  });

  it.each([
    { name: 'no rows', edges: [0, 1], max: 2, counts: [0, 0], value: null },
    { name: 'no bins', edges: [], max: 0, counts: [], value: null },
    { name: 'one value', edges: [-3], max: -3, counts: [4], value: 3 },
    { name: 'both signs of one value', edges: [-2, 2], max: 2, counts: [5, 5], value: 2 },
    { name: 'zero', edges: [0], max: 0, counts: [4], value: 0 },
    { name: 'a bin around zero', edges: [-1], max: 3, counts: [8], value: 1 },
  ])('the median of $name', ({ value, ...bins }) => {
    const result = medianImportance(bins);
    if (value === null) expect(result).toBeNull();
    else expect(Math.abs(result!.value - value)).toBeLessThanOrEqual(Math.max(1e-9, result!.resolution));
  });
});

describe('signFlip', () => {
  const sums = (mean: number, std: number, count: number) => ({
    count,
    sum: mean * count,
    sumAbs: 0,
    sumSquares: (std * std + mean * mean) * count,
  });

  it.each(reference.attributions.filter((c) => c.t < 0))(
    'has the p of a t-test, but for few rows: $name',
    ({ sums: window, t }) => {
      const flip = signFlip({ baseline: sums(1, 0, 100), window })!;
      expect(flip.p).toBeCloseTo(normalCdf(t, 0, 1), 9);
    },
  );

  it.each([
    { name: 'flips on evidence', before: 0.5, now: -0.5, flipped: true },
    { name: 'does not for small means around zero', before: 0.01, now: -0.01, flipped: false },
    { name: 'does not when only one side is sure', before: 0.5, now: -0.01, flipped: false },
    { name: 'does not within one sign', before: 0.1, now: 0.9, flipped: false },
    { name: 'does not from zero', before: 0, now: -0.9, flipped: false },
  ])('$name', ({ before, now, flipped }) => {
    expect(signFlip({ baseline: sums(before, 1, 400), window: sums(now, 1, 400) })!.flipped).toBe(flipped);
  });

  it('decides constants, and has no value for one explained row', () => {
    expect(signFlip({ baseline: sums(1, 0, 9), window: sums(-1, 0, 9) })).toMatchObject({
      flipped: true,
      p: 0,
    });
    expect(signFlip({ baseline: sums(1, 0, 9), window: sums(-1, 0, 1) })).toBeNull();
    expect(
      signFlip({
        baseline: sums(1, 0, 9),
        window: { count: 5, sum: Infinity, sumAbs: Infinity, sumSquares: Infinity },
      }),
    ).toBeNull();
  });

  it('reports a flip that is none no more often than alpha', () => {
    const random = generator(3);
    const runs = 2_000;
    const draw = (count: number) => {
      const values = Array.from({ length: count }, () => normalQuantile(random() || 0.5, 0, 1));
      return {
        count,
        sum: values.reduce((a, b) => a + b, 0),
        sumAbs: 0,
        sumSquares: values.reduce((a, b) => a + b * b, 0),
      };
    };
    const flips = Array.from({ length: runs }, () =>
      signFlip({ baseline: sums(0.5, 1, 1_000), window: draw(30), alpha: 0.05 }),
    ).filter((flip) => flip!.flipped).length;
    expect(flips / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  });
});
