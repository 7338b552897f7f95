import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as stats from './index.js';

/** numbersIn: every number of an answer, however deep. */
function numbersIn(answer: unknown): number[] {
  if (typeof answer === 'number') return [answer];
  return typeof answer === 'object' && answer !== null ? Object.values(answer).flatMap(numbersIn) : [];
}
const allFinite = (answer: unknown) => expect(numbersIn(answer).every(Number.isFinite)).toBe(true);

/** Counts with many empty cells, single rows and huge ones. */
const count = fc.oneof(fc.constantFrom(0, 0, 1, 2 ** 53 - 1, 1e15), fc.nat(100));
const value = fc.oneof(
  fc.constantFrom(0, 1e308, -1e308, 1e-308, 2 ** 53),
  fc.double({ min: -10, max: 10, noNaN: true }),
);
const samples = fc.array(fc.tuple(count, count, fc.boolean()), { maxLength: 12 }).map((cells) => ({
  baseline: cells.map(([b]) => b),
  window: cells.map(([, w]) => w),
  exact: cells.map(([, , exact]) => exact),
}));

it('metrics of cells are finite or none', () => {
  fc.assert(
    fc.property(samples, ({ exact, ...cells }) => {
      for (const metric of [
        stats.psi,
        stats.kullbackLeibler,
        stats.jensenShannon,
        stats.hellinger,
        stats.totalVariation,
        stats.lInfinity,
        stats.chiSquaredTwoSample,
        stats.gTest,
        stats.cramersV,
        stats.cramerVonMises,
        stats.andersonDarling,
      ]) {
        allFinite(metric(cells));
      }
      allFinite(stats.cramersV({ ...cells, biasCorrected: true, balanced: true }));
      allFinite(stats.kolmogorovSmirnov({ ...cells, exact }));
    }),
  );
});

it('metrics of values at the ends of the numbers are finite or none', () => {
  const side = fc.tuple(fc.array(count, { minLength: 4, maxLength: 4 }), count, value, count, value);
  const edges = fc.uniqueArray(value, { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(
      edges,
      side,
      side,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (points, first, second, probability) => {
        const sorted = points.sort((a, b) => a - b);
        const of = ([counts, under, low, over, high]: typeof first) => ({
          counts,
          under,
          underSum: under * Math.min(low, sorted[0]!),
          over,
          overSum: over * Math.max(high, sorted[4]!),
        });
        const input = { edges: sorted.slice(0, 4), max: sorted[4]!, baseline: of(first), window: of(second) };
        allFinite(stats.wasserstein(input));
        allFinite(stats.quantileShift({ ...input, probability }));
        allFinite(stats.medianImportance({ edges: input.edges, max: input.max, counts: first[0] }));
      },
    ),
  );
  const sums = fc.record({ count, sum: value, sumSquares: value.map(Math.abs), sumAbs: value.map(Math.abs) });
  fc.assert(
    fc.property(sums, sums, (first, second) => {
      const [baseline, window] = [stats.moments(first), stats.moments(second)];
      allFinite(stats.meanShift({ baseline, window }));
      allFinite(stats.stdRatio({ baseline, window }));
      allFinite(stats.globalImportance(first));
      allFinite(stats.signFlip({ baseline: first, window: second }));
    }),
  );
});

it('bias metrics and their intervals are finite or none', () => {
  const confusion = fc.record({ tp: count, fp: count, tn: count, fn: count });
  fc.assert(
    fc.property(confusion, confusion, (first, second) => {
      const facets = { favoured: stats.facetCounts(first), disfavoured: stats.facetCounts(second) };
      for (const metric of Object.values(stats.biasMetrics)) {
        const result = metric.measure(facets);
        const interval = metric.interval(facets);
        allFinite(result);
        allFinite(interval);
        if (result.value === null || interval === null) continue;
        allFinite(stats.distanceFromNeutral(result.value, metric.scale));
        const estimate = { value: result.value, low: interval.low, high: interval.high };
        allFinite(stats.biasDriftTest({ live: estimate, baseline: { value: 0.5 }, scale: metric.scale }));
        allFinite(stats.biasDriftTest({ live: estimate, baseline: estimate, scale: metric.scale }));
      }
      allFinite(stats.generalizedEntropy(first));
      allFinite(stats.generalizedEntropyInterval(first));
      const subgroup = {
        favoured: { accepted: first.tp, rejected: first.tn },
        disfavoured: { accepted: second.tp, rejected: second.tn },
      };
      allFinite(stats.conditionalDisparity([subgroup, subgroup]));
      allFinite(stats.conditionalDisparityInterval([subgroup, subgroup]));
    }),
  );
});
