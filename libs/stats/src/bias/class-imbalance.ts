import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { wilson } from '../wilson.js';
import { missing, type BiasInterval, type Facets, type IntervalOptions, type Measured } from './facets.js';

/**
 * classImbalance: CI, (n_a − n_d) / (n_a + n_d) of the rows of both sides: 1 when the disfavoured side is absent, 0 for equal sizes.
 * An absent side is a value here, not a missing one; only no rows at all have none.
 */
export function classImbalance({ favoured, disfavoured }: Facets<number>): Measured {
  const rows = favoured + disfavoured;
  return rows > 0 ? { value: (favoured - disfavoured) / rows } : missing('no_rows');
}

/** classImbalanceInterval: 2·share − 1 with Wilson's interval of the favoured side's share. */
export function classImbalanceInterval(
  { favoured, disfavoured }: Facets<number>,
  { level = 0.95, deff = 1 }: IntervalOptions = {},
): BiasInterval | null {
  const rows = favoured + disfavoured;
  if (!(rows > 0)) return null;
  const { low, high } = wilson(favoured / rows, rows / deff, normalQuantile((1 + level) / 2, 0, 1));
  return { low: 2 * low - 1, high: 2 * high - 1, method: 'wilson' };
}
