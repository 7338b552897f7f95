import { describe, expect, it } from 'vitest';
import { generator } from '../../../../tests/fixtures/stats/random.js';
import { multinomial } from '../multinomial.js';
import { biasDriftTest } from './bias-drift.js';
import { biasMetrics } from './bias-metrics.js';
import { facetCounts, type FacetCounts, type Facets } from './facets.js';
import { distanceFromNeutral, toNeutral } from './neutral.js';

describe('distanceFromNeutral', () => {
  it.each([
    { from: 0.9, to: 0.5, scale: 'ratio', farther: true },
    { from: 0.5, to: 0.9, scale: 'ratio', farther: false },
    { from: 0.8, to: 1.25, scale: 'ratio', farther: false },
    { from: 0.9, to: 1.3, scale: 'ratio', farther: true },
    { from: 0.9, to: 0, scale: 'ratio', farther: true },
    { from: 0.2, to: 0.1, scale: 'difference', farther: false },
    { from: 0.2, to: -0.3, scale: 'difference', farther: true },
  ] as const)('$scale from $from to $to', ({ from, to, scale, farther }) => {
    expect(distanceFromNeutral(to, scale) > distanceFromNeutral(from, scale) + 1e-12).toBe(farther);
    expect(Number.isFinite(distanceFromNeutral(to, scale))).toBe(true);
  });

  it('refuses a negative ratio', () => expect(() => toNeutral(-1, 'ratio')).toThrow(RangeError));
});

describe('biasDriftTest', () => {
  const estimate = (value: number, half: number) => ({ value, low: value - half, high: value + half });
  const half = 1.959964 * 0.05;

  it.each([
    { name: 'farther on the same side', live: 0.3, baseline: 0.1, below: 0.01 },
    { name: 'farther on the other side', live: -0.3, baseline: 0.1, below: 0.01 },
    { name: 'away from a neutral baseline', live: -0.2, baseline: 0, below: 0.01 },
  ])('finds $name', ({ live, baseline, below }) => {
    const result = biasDriftTest({
      live: estimate(live, half),
      baseline: estimate(baseline, half),
      scale: 'difference',
    });
    expect(result.increase).toBeCloseTo(Math.abs(live) - Math.abs(baseline), 12);
    expect(result.p).toBeLessThan(below);
  });

  it.each([
    { name: 'nearer', live: 0.1, baseline: 0.3 },
    { name: 'as far on the other side', live: -0.3, baseline: 0.3 },
    { name: 'the same', live: 0.2, baseline: 0.2 },
  ])('finds nothing in $name', ({ live, baseline }) => {
    const result = biasDriftTest({
      live: estimate(live, half),
      baseline: estimate(baseline, half),
      scale: 'difference',
    });
    expect(result.p).toBeGreaterThanOrEqual(0.5);
  });

  it('is one-sided against a biased baseline and two-sided against a neutral one', () => {
    const of = (live: number, baseline: number) =>
      biasDriftTest({ live: estimate(live, half), baseline: { value: baseline }, scale: 'difference' }).p;
    expect(of(0.5 + 1.644854 * 0.05, 0.5)).toBeCloseTo(0.05, 4);
    expect(of(1.959964 * 0.05, 0)).toBeCloseTo(0.05, 4);
  });

  it('compares ratios on the logarithm: DI from 0.9 to 0.5 is drift, from 0.5 to 0.9 is none', () => {
    const di = (value: number) => ({ value, low: value * 0.85, high: value / 0.85 });
    expect(biasDriftTest({ live: di(0.5), baseline: di(0.9), scale: 'ratio' }).p).toBeLessThan(0.001);
    expect(biasDriftTest({ live: di(0.9), baseline: di(0.5), scale: 'ratio' }).p).toBeGreaterThan(0.5);
  });

  it('decides exactly known values exactly', () => {
    const known = (value: number) => ({ value, low: value, high: value });
    expect(biasDriftTest({ live: known(0.2), baseline: { value: 0.1 }, scale: 'difference' }).p).toBe(0);
    expect(biasDriftTest({ live: known(0.1), baseline: { value: 0.1 }, scale: 'difference' }).p).toBe(1);
  });

  const sides = { neutral: [0.3, 0.1, 0.5, 0.1], worse: [0.22, 0.1, 0.5, 0.18] };
  it.each([
    { name: 'no bias on either side', disfavoured: sides.neutral },
    { name: 'the same bias on both sides', disfavoured: sides.worse },
  ])('alarms no more often than asked: $name', ({ disfavoured }) => {
    const random = generator(23);
    const drawn = (cells: number[], rows: number): FacetCounts => {
      const [tp = 0, fp = 0, tn = 0, fn = 0] = multinomial({ cells, rows, random })!;
      return facetCounts({ tp, fp, tn, fn });
    };
    const facets = (n: number): Facets<FacetCounts> => ({
      favoured: drawn(sides.neutral, 2 * n),
      disfavoured: drawn(disfavoured, n),
    });
    const runs = 1_000;
    for (const name of ['dppl', 'di', 'rd', 'te'] as const) {
      const of = (own: Facets<FacetCounts>) => ({
        value: biasMetrics[name].measure(own).value!,
        ...biasMetrics[name].interval(own)!,
      });
      const alarms = Array.from({ length: runs }, () =>
        biasDriftTest({ live: of(facets(400)), baseline: of(facets(5_000)), scale: biasMetrics[name].scale }),
      ).filter(({ p }) => p <= 0.05).length;
      expect(alarms / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
      expect(alarms / runs).toBeGreaterThan(0.015);
    }
  });
});
