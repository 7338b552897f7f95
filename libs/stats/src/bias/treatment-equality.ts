import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { moverDifference, type Estimate } from '../mover.js';
import { wilson } from '../wilson.js';
import {
  measured,
  missing,
  type BiasInterval,
  type FacetCounts,
  type Facets,
  type IntervalOptions,
  type Measured,
} from './facets.js';

/**
 * treatmentEquality: TE, FN/FP of the disfavoured − FN/FP of the favoured side: positive when errors are more often at the expense
 * of the disfavoured side. (FN/FP as Clarify's page and code have it; a table of its guide shows the inverse.)
 * No value when a side has no rows or no false positive (Clarify: infinity, and 0 for 0/0).
 *
 * @example treatmentEquality(vector set A) // { value: 0.9 }
 */
export function treatmentEquality({ favoured, disfavoured }: Facets<FacetCounts>): Measured {
  const [a, d] = [favoured.confusion, disfavoured.confusion];
  const rows = [a, d].map(({ tp, fp, tn, fn }) => tp + fp + tn + fn);
  if (!rows.every((count) => count > 0)) return missing('no_rows');
  return measured(d.fn / d.fp - a.fn / a.fp);
}

/** errorOdds: FN/FP is the odds of a share of all errors, so Wilson's interval of that share becomes the interval of the ratio. */
function errorOdds({ confusion: { fn, fp } }: FacetCounts, z: number, deff: number): Estimate {
  const { low, high } = wilson(fn / (fn + fp), (fn + fp) / deff, z);
  return { value: fn / fp, low: low / (1 - low), high: high / (1 - high) };
}

/** treatmentEqualityInterval: both odds with Wilson's limits, joined by MOVER. Null where the metric has no value. */
export function treatmentEqualityInterval(
  facets: Facets<FacetCounts>,
  { level = 0.95, deff = 1 }: IntervalOptions = {},
): BiasInterval | null {
  if (treatmentEquality(facets).value === null) return null;
  const z = normalQuantile((1 + level) / 2, 0, 1);
  const limits = moverDifference(errorOdds(facets.disfavoured, z, deff), errorOdds(facets.favoured, z, deff));
  return Number.isFinite(limits.high - limits.low) ? { ...limits, method: 'wilson-odds-mover' } : null;
}
