import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Proportion } from '../two-proportions.js';
import { wilson } from '../wilson.js';
import type { FacetCounts, IntervalOptions } from './facets.js';

const of = (successes: number, others: number): Proportion => ({ successes, trials: successes + others });

/** rates: every rate of a group as a proportion, so that each has a size and an interval. */
const rates = {
  observed_positive: ({ observed }: FacetCounts) => observed,
  predicted_positive: ({ predicted }: FacetCounts) => predicted,
  true_positive: ({ confusion: { tp, fn } }: FacetCounts) => of(tp, fn),
  false_positive: ({ confusion: { fp, tn } }: FacetCounts) => of(fp, tn),
  true_negative: ({ confusion: { fp, tn } }: FacetCounts) => of(tn, fp),
  false_negative: ({ confusion: { tp, fn } }: FacetCounts) => of(fn, tp),
  precision: ({ confusion: { tp, fp } }: FacetCounts) => of(tp, fp),
  negative_predictive_value: ({ confusion: { tn, fn } }: FacetCounts) => of(tn, fn),
  accuracy: ({ confusion: { tp, fp, tn, fn } }: FacetCounts) => of(tp + tn, fp + fn),
} as const;

/** RateName: true_positive is recall, true_negative specificity, predicted_positive the selection rate. */
export type RateName = keyof typeof rates;

/** RATE_NAMES: all of them, in the order of a table. */
export const RATE_NAMES = Object.keys(rates) as RateName[];

/** rateOf: one rate of a group. */
export const rateOf = (counts: FacetCounts, name: RateName): Proportion => rates[name](counts);

/** GroupRate: a share of `trials` rows with Wilson's interval; all null when there are none. */
export type GroupRate = {
  readonly rate: RateName;
  readonly trials: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

/** groupRates: the table of all rates of one group (a facet value, or an intersection of several). */
export function groupRates(
  counts: FacetCounts,
  { level = 0.95, deff = 1 }: IntervalOptions = {},
): GroupRate[] {
  const z = normalQuantile((1 + level) / 2, 0, 1);
  return RATE_NAMES.map((rate) => {
    const { successes, trials } = rateOf(counts, rate);
    if (!(trials > 0)) return { rate, trials: 0, value: null, low: null, high: null };
    const value = successes / trials;
    return { rate, trials, value, ...wilson(value, trials / deff, z) };
  });
}
