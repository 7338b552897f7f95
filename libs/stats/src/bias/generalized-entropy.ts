import { deltaInterval } from '../delta-interval.js';
import { missing, type BiasInterval, type Confusion, type IntervalOptions, type Measured } from './facets.js';

/**
 * generalizedEntropy: GE, ½·(mean b² / (mean b)² − 1) with benefit b = predicted − observed + 1 (0 for a false negative, 2 for a false
 * positive): inequality of how people are treated over the whole population, α = 2 (Speicher et al. 2018). 0 when all
 * get the same. Has no facets. No value without rows, or when every row is a false negative (mean benefit 0).
 *
 * @example generalizedEntropy({ tp: 85, fp: 15, tn: 38, fn: 12 }) // { value: 0.086313 }
 */
export function generalizedEntropy({ tp, fp, tn, fn }: Confusion): Measured {
  const rows = tp + fp + tn + fn;
  if (!(rows > 0)) return missing('no_rows');
  const mean = (tp + tn + 2 * fp) / rows;
  if (!(mean > 0)) return missing('zero_denominator');
  return { value: Math.max(0, ((tp + tn + 4 * fp) / rows / (mean * mean) - 1) / 2) };
}

/** generalizedEntropyInterval: delta method over the four cells, not below 0. Null where the metric has no value. */
export function generalizedEntropyInterval(
  { tp, fp, tn, fn }: Confusion,
  options: IntervalOptions = {},
): BiasInterval | null {
  const interval = deltaInterval({
    samples: [[tp, fp, tn, fn]],
    statistic: ([[a = 0, b = 0, c = 0, d = 0] = []]) =>
      generalizedEntropy({ tp: a, fp: b, tn: c, fn: d }).value,
    ...options,
  });
  return interval && { low: Math.max(0, interval.low), high: interval.high, method: 'delta' };
}
