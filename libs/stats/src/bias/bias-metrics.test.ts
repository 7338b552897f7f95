import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../../tests/fixtures/stats/bias.json' with { type: 'json' };
import { biasMetrics, type BiasMetric, type BiasMetricName } from './bias-metrics.js';
import { facetCounts, mergeCounts, type Confusion } from './facets.js';
import { generalizedEntropy } from './generalized-entropy.js';

const names = Object.keys(biasMetrics) as BiasMetricName[];
const metricOf = (name: string): BiasMetric => biasMetrics[name as BiasMetricName];
const facetsOf = ({ favoured, disfavoured }: { favoured: Confusion; disfavoured: Confusion }) => ({
  favoured: facetCounts(favoured),
  disfavoured: facetCounts(disfavoured),
});
const close = (value: number | null, expected: number | null) => {
  if (expected === null) expect(value).toBeNull();
  else expect(value).toBeCloseTo(expected, 10);
};

describe.each(reference.sets)('bias metrics: $name', (set) => {
  const facets = facetsOf(set);

  it('equal the formulas, row by row', () => {
    const { ge, ...others } = set.clarify;
    for (const [name, expected] of Object.entries(others))
      close(metricOf(name).measure(facets).value, expected);
    close(generalizedEntropy(mergeCounts([facets.favoured, facets.disfavoured]).confusion).value, ge);
  });

  it('equal Fairlearn', () => {
    for (const [name, expected] of Object.entries(set.fairlearn ?? {})) {
      close(metricOf(name).measure(facets).value, expected);
    }
  });

  it('have the intervals of statsmodels', () => {
    for (const [name, [low, high]] of Object.entries(set.intervals ?? {}) as [string, [number, number]][]) {
      const interval = metricOf(name).interval(facets)!;
      expect(interval.low).toBeCloseTo(low, 9);
      expect(interval.high).toBeCloseTo(high, 9);
    }
  });

  it('are finite, or none with a reason, and lie within their interval', () => {
    for (const name of names) {
      const result = metricOf(name).measure(facets);
      const interval = metricOf(name).interval(facets);
      if (result.value === null) {
        expect(result.reason).toMatch(/^(no_rows|zero_denominator)$/);
        expect(interval).toBeNull();
      } else {
        expect(Number.isFinite(result.value)).toBe(true);
        if (interval === null) continue;
        expect(interval.low).toBeLessThanOrEqual(result.value + 1e-12);
        expect(interval.high).toBeGreaterThanOrEqual(result.value - 1e-12);
        expect(Number.isFinite(interval.high - interval.low)).toBe(true);
      }
    }
  });
});

describe('published examples', () => {
  const side = (tp: number, fp: number, tn: number, fn: number) => facetCounts({ tp, fp, tn, fn });
  it.each([
    // 70 labels per 60 predictions against 20 per 30; the outcomes behind them do not matter.
    { metric: 'dcacc', favoured: side(55, 5, 20, 15), disfavoured: side(15, 15, 20, 5), value: 0.5 },
    {
      metric: 'dcr',
      favoured: side(20, 5, 45, 15),
      disfavoured: side(20, 12, 28, 2),
      value: 40 / 30 - 50 / 60,
    },
    { metric: 'dar', favoured: side(35, 35, 10, 10), disfavoured: side(40, 60, 10, 10), value: 0.1 },
    { metric: 'te', favoured: side(10, 6, 10, 8), disfavoured: side(10, 2, 10, 5), value: 5 / 2 - 8 / 6 },
  ] as const)('$metric', ({ metric, favoured, disfavoured, value }) => {
    expect(biasMetrics[metric].measure({ favoured, disfavoured }).value).toBeCloseTo(value, 12);
  });

  it.each([
    { name: 'sd', value: 0.115942 },
    { name: 'rd', value: 0.187831 },
    { name: 'dar', value: 0.066667 },
    { name: 'drr', value: -0.08 },
    { name: 'ad', value: 0.09 },
    { name: 'te', value: 0.9 },
    { name: 'dcacc', value: -0.146667 },
    { name: 'dcr', value: -0.28 },
  ])('vector set A: $name', ({ name, value }) => {
    const facets = facetsOf({
      favoured: { tn: 20, fn: 5, fp: 10, tp: 65 },
      disfavoured: { tn: 18, fn: 7, fp: 5, tp: 20 },
    });
    expect(metricOf(name).measure(facets).value).toBeCloseTo(value, 6);
  });
});

const confusion = fc.record({ tp: fc.nat(200), fp: fc.nat(200), tn: fc.nat(200), fn: fc.nat(200) });
const signed = ['ci', 'dpl', 'dppl', 'dcacc', 'dcr', 'sd', 'rd', 'dar', 'drr', 'ad', 'te'] as const;
const unsigned = names.filter((name) => name.endsWith('_difference') || name.endsWith('_ratio'));

describe('properties', () => {
  it('exchanging the sides turns the sign of differences, inverts DI and leaves the others', () => {
    fc.assert(
      fc.property(confusion, confusion, (favoured, disfavoured) => {
        const [facets, turned] = [
          facetsOf({ favoured, disfavoured }),
          facetsOf({ favoured: disfavoured, disfavoured: favoured }),
        ];
        for (const name of signed) {
          const [one, other] = [metricOf(name).measure(facets).value, metricOf(name).measure(turned).value];
          close(other, one === null ? null : -one);
        }
        for (const name of unsigned)
          close(metricOf(name).measure(turned).value, metricOf(name).measure(facets).value);
        const [di, inverse] = [biasMetrics.di.measure(facets).value, biasMetrics.di.measure(turned).value];
        if (di !== null && inverse !== null) expect(di * inverse).toBeCloseTo(1, 9);
      }),
    );
  });

  it('depends on shares only, is bounded, and narrows with more rows', () => {
    fc.assert(
      fc.property(confusion, confusion, (favoured, disfavoured) => {
        const times = (c: Confusion, by: number) => ({
          tp: c.tp * by,
          fp: c.fp * by,
          tn: c.tn * by,
          fn: c.fn * by,
        });
        const facets = facetsOf({ favoured, disfavoured });
        const larger = facetsOf({ favoured: times(favoured, 9), disfavoured: times(disfavoured, 9) });
        for (const name of names) {
          const metric = metricOf(name);
          const value = metric.measure(facets).value;
          close(metric.measure(larger).value, value);
          if (value !== null && !['di', 'te', 'dcacc', 'dcr'].includes(name)) {
            expect(Math.abs(value)).toBeLessThanOrEqual(1);
          }
          const [wide, narrow, deff] = [
            metric.interval(facets),
            metric.interval(larger),
            metric.interval(larger, { deff: 9 }),
          ];
          if (wide === null || narrow === null || deff === null) continue;
          expect(narrow.high - narrow.low).toBeLessThanOrEqual(wide.high - wide.low + 1e-9);
          expect(deff.low).toBeCloseTo(wide.low, 6);
        }
      }),
    );
  });

  it('of merged groups is that of their rows together', () => {
    fc.assert(
      fc.property(confusion, confusion, confusion, (first, second, other) => {
        const together = {
          tp: first.tp + second.tp,
          fp: first.fp + second.fp,
          tn: first.tn + second.tn,
          fn: first.fn + second.fn,
        };
        const merged = mergeCounts([facetCounts(first), facetCounts(second)]);
        expect(merged).toEqual(facetCounts(together));
        expect(mergeCounts([facetCounts(second), facetCounts(first)])).toEqual(merged);
        close(
          biasMetrics.ad.measure({ favoured: merged, disfavoured: facetCounts(other) }).value,
          biasMetrics.ad.measure(facetsOf({ favoured: together, disfavoured: other })).value,
        );
      }),
    );
  });

  it('a wider level gives a wider interval', () => {
    const facets = facetsOf(reference.sets[1]!);
    for (const name of names) {
      const [usual, wide] = [
        metricOf(name).interval(facets)!,
        metricOf(name).interval(facets, { level: 0.99 })!,
      ];
      expect(wide.low).toBeLessThanOrEqual(usual.low);
      expect(wide.high).toBeGreaterThanOrEqual(usual.high);
      expect(wide.high - wide.low).toBeGreaterThan(usual.high - usual.low);
    }
  });
});

describe('events that have only a label or only a prediction', () => {
  const half = { successes: 50, trials: 100 };
  const none = { successes: 0, trials: 0 };
  const empty = { tp: 0, fp: 0, tn: 0, fn: 0 };
  it.each([
    { name: 'predictions', counts: { predicted: half, observed: none, confusion: empty } },
    { name: 'labels', counts: { predicted: none, observed: half, confusion: empty } },
  ])('serve the metrics that need $name, and no others', ({ name, counts }) => {
    for (const metric of names) {
      const { value } = biasMetrics[metric].measure({ favoured: counts, disfavoured: counts });
      if (biasMetrics[metric].needs === name) expect(value).not.toBeNull();
      else expect(value).toBeNull();
    }
  });

  it('an absent side is a value for CI and none for the others', () => {
    const facets = { favoured: facetCounts({ tp: 5, fp: 5, tn: 5, fn: 5 }), disfavoured: facetCounts(empty) };
    expect(biasMetrics.ci.measure(facets).value).toBe(1);
    for (const metric of names) {
      if (metric !== 'ci')
        expect(biasMetrics[metric].measure(facets)).toEqual({ value: null, reason: 'no_rows' });
    }
  });
});
