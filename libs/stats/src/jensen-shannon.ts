import { sharePairs, type TwoSamples } from './shares.js';

/** half: one sample's part of the divergence in one cell; 0·log 0 is 0. */
const half = (share: number, middle: number): number => (share > 0 ? share * Math.log2(share / middle) : 0);

/**
 * jensenShannon: Jensen–Shannon *distance*, √(½ KL(b‖m) + ½ KL(w‖m)) with m the mean of both and logarithm base 2
 * (Endres & Schindelin 2003): a metric from 0 (same shares) to 1 (no cell in common). Empty cells need no floor.
 * Other tools leave out the square root or use the natural logarithm, so their limits are other limits.
 * Null when either sample is empty.
 *
 * @example jensenShannon({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] }) // 0.2005
 */
export function jensenShannon(samples: TwoSamples): number | null {
  const pairs = sharePairs(samples);
  if (pairs === null) return null;
  const divergence = pairs.reduce((total, [b, w]) => {
    const middle = (b + w) / 2;
    return total + (half(b, middle) + half(w, middle)) / 2;
  }, 0);
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}
