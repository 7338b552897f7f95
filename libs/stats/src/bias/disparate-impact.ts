import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
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
 * disparateImpact: DI, ratio of the shares of positive predictions, disfavoured / favoured. Neutral value **1**; below it the
 * disfavoured side is chosen less often ("four fifths rule": 0.8). 2 is as far from 1 as 0.5: compare on the logarithm.
 * No value when a side is empty or the favoured side has no positive prediction (Clarify: infinity, and 0 for 0/0).
 */
export function disparateImpact({ favoured, disfavoured }: Facets<FacetCounts>): Measured {
  const [a, d] = [favoured.predicted, disfavoured.predicted];
  if (!(a.trials > 0 && d.trials > 0)) return missing('no_rows');
  return measured(d.successes / d.trials / (a.successes / a.trials));
}

/**
 * disparateImpactInterval: Katz's interval on the logarithm, se² = 1/x_d − 1/n_d + 1/x_a − 1/n_a (Katz et al. 1978); with half a row
 * added to both counts when the disfavoured side has no positive prediction at all (Walter 1975), and then from 0.
 * Null where the metric has no value.
 */
export function disparateImpactInterval(
  facets: Facets<FacetCounts>,
  { level = 0.95, deff = 1 }: IntervalOptions = {},
): BiasInterval | null {
  const { value } = disparateImpact(facets);
  if (value === null) return null;
  const z = normalQuantile((1 + level) / 2, 0, 1);
  const extra = value === 0 ? 0.5 : 0;
  const [a, d] = [facets.favoured.predicted, facets.disfavoured.predicted].map(({ successes, trials }) => ({
    x: successes / deff + extra,
    n: trials / deff + extra,
  })) as [{ x: number; n: number }, { x: number; n: number }];
  const half = z * Math.sqrt(Math.max(0, 1 / d.x - 1 / d.n + 1 / a.x - 1 / a.n));
  const ratio = d.x / d.n / (a.x / a.n);
  const [low, high] = [value === 0 ? 0 : ratio * Math.exp(-half), ratio * Math.exp(half)];
  return Number.isFinite(high) ? { low, high, method: 'katz-log' } : null;
}
