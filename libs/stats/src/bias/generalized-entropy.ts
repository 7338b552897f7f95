import { deltaInterval, type CellStatistic } from '../delta-interval.js';
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
  // Mean and variance of b without a difference of large numbers: products of the shares of b = 0, 1 and 2.
  const [zero, one, two] = [fn / rows, (tp + tn) / rows, fp / rows];
  const mean = one + 2 * two;
  if (!(mean > 0)) return missing('zero_denominator');
  return { value: (one * (zero + two) + 4 * zero * two) / (mean * mean) / 2 };
}

/**
 * generalizedEntropyInterval: delta method over the four cells on the logarithm, because the value is skewed and not negative. Without
 * any error it is 0 to what half a row in each empty cell would allow. Null where the metric has no value.
 */
export function generalizedEntropyInterval(
  { tp, fp, tn, fn }: Confusion,
  options: IntervalOptions = {},
): BiasInterval | null {
  const { value } = generalizedEntropy({ tp, fp, tn, fn });
  if (value === null) return null;
  const cells = value > 0 ? [tp, fp, tn, fn] : [tp, fp + 0.5, tn, fn + 0.5];
  const interval = deltaInterval({ samples: [cells], statistic: logarithm, ...options });
  if (interval === null) return null;
  const [low, high] = [value > 0 ? Math.exp(interval.low) : 0, Math.exp(interval.high)];
  return Number.isFinite(high) ? { low, high, method: 'log-delta' } : null;
}

const logarithm: CellStatistic = ([[tp = 0, fp = 0, tn = 0, fn = 0] = []]) => {
  const { value } = generalizedEntropy({ tp, fp, tn, fn });
  return value === null || value <= 0 ? null : Math.log(value);
};
