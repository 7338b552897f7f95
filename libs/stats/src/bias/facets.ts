import type { Proportion } from '../two-proportions.js';

/** Facets: the same thing for both sides of a sensitive attribute. Signs: positive is bias against `disfavoured`. */
export type Facets<T> = { readonly favoured: T; readonly disfavoured: T };

/** Confusion: rows of which both label and prediction are known, by outcome; positive is the outcome people want. */
export type Confusion = {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
};

/**
 * FacetCounts: what all metrics but the conditional ones and the flip test need of one side. `predicted` counts all rows with a prediction
 * and `observed` all with a label, so that metrics which need one of the two neither wait for the other nor lose rows.
 */
export type FacetCounts = {
  readonly predicted: Proportion;
  readonly observed: Proportion;
  readonly confusion: Confusion;
};

/** Missing: why a metric has no value: an empty side; a ratio over zero; a divergence without bound. */
export type Missing = 'no_rows' | 'zero_denominator' | 'infinite';

/** Measured: a finite number, or none and why. */
export type Measured = { readonly value: number } | { readonly value: null; readonly reason: Missing };

/** BiasInterval: where the true value lies, and how that was found. */
export type BiasInterval = { readonly low: number; readonly high: number; readonly method: string };

/** IntervalOptions: `level` is 0.95 unless said otherwise; `deff` ≥ 1 makes the interval that of n / deff rows. */
export type IntervalOptions = { readonly level?: number; readonly deff?: number };

/** missing: no value, for a reason. */
export const missing = (reason: Missing): Measured => ({ value: null, reason });

/** measured: the value when it is a number, else none because of a zero denominator. */
export const measured = (value: number): Measured =>
  Number.isFinite(value) ? { value } : missing('zero_denominator');

/** facetCounts: the counts of a side on which every row has both a label and a prediction. */
export function facetCounts(confusion: Confusion): FacetCounts {
  const { tp, fp, tn, fn } = confusion;
  const trials = tp + fp + tn + fn;
  return {
    predicted: { successes: tp + fp, trials },
    observed: { successes: tp + fn, trials },
    confusion,
  };
}

/** mergeCounts: counts of disjoint groups add. */
export function mergeCounts(groups: readonly FacetCounts[]): FacetCounts {
  const add = (pick: (group: FacetCounts) => number) =>
    groups.reduce((total, group) => total + pick(group), 0);
  return {
    predicted: { successes: add((g) => g.predicted.successes), trials: add((g) => g.predicted.trials) },
    observed: { successes: add((g) => g.observed.successes), trials: add((g) => g.observed.trials) },
    confusion: {
      tp: add((g) => g.confusion.tp),
      fp: add((g) => g.confusion.fp),
      tn: add((g) => g.confusion.tn),
      fn: add((g) => g.confusion.fn),
    },
  };
}

/** unsignedInterval: the interval of |x| from that of x. */
export function unsignedInterval(interval: BiasInterval | null): BiasInterval | null {
  if (interval === null) return null;
  const { low, high, method } = interval;
  const [near, far] = [Math.min(Math.abs(low), Math.abs(high)), Math.max(Math.abs(low), Math.abs(high))];
  return { low: low <= 0 && high >= 0 ? 0 : near, high: far, method };
}
