import { sharePairs, type TwoSamples } from './shares.js';

/**
 * totalVariation: total variation distance ½ Σ |b − w| over cells (Levin & Peres, Markov Chains and Mixing Times, 4.1): the share of rows
 * that would have to change cell. From 0 to 1. Null when either sample is empty.
 *
 * @example totalVariation({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] }) // 0.2
 */
export function totalVariation(samples: TwoSamples): number | null {
  const pairs = sharePairs(samples);
  if (pairs === null) return null;
  return Math.min(1, pairs.reduce((total, [b, w]) => total + Math.abs(b - w), 0) / 2);
}
