import { sharePairs, type TwoSamples } from './shares.js';

/**
 * hellinger: Hellinger distance √(½ Σ (√b − √w)²) over cells (Hellinger 1909): a metric from 0 (same shares) to 1 (no cell in
 * common). Empty cells need no floor, and a cell that is new weighs more than under total variation.
 * Null when either sample is empty.
 *
 * @example hellinger({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] }) // 0.1679
 */
export function hellinger(samples: TwoSamples): number | null {
  const pairs = sharePairs(samples);
  if (pairs === null) return null;
  const squares = pairs.reduce((total, [b, w]) => total + (Math.sqrt(b) - Math.sqrt(w)) ** 2, 0);
  return Math.sqrt(Math.min(1, squares / 2));
}
