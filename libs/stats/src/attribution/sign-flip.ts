import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import type { AttributionSums } from './global-importance.js';

/** SignFlip: the mean attributions, and whether they have opposite signs on evidence. */
export type SignFlip = {
  readonly baseline: number;
  readonly window: number;
  readonly flipped: boolean;
  readonly p: number;
};

/** meanOf: mean φ and its squared standard error. */
function meanOf(
  { count, sum, sumSquares }: AttributionSums,
  deff: number,
): { mean: number; variance: number } | null {
  if (!(count > 1)) return null;
  const mean = sum / count;
  const spread = Math.max(0, sumSquares / count - mean * mean) * (count / (count - 1));
  const variance = (spread * deff) / count;
  return Number.isFinite(mean) && Number.isFinite(variance) ? { mean, variance } : null;
}

/** against: one-sided p that the mean has the sign that it seems to have. */
const against = ({ mean, variance }: { mean: number; variance: number }): number =>
  variance > 0 ? normalCdf(-Math.abs(mean) / Math.sqrt(variance), 0, 1) : mean === 0 ? 1 : 0;

/**
 * signFlip: does a feature push the output in the opposite direction on average? p is the larger of two one-sided p-values, that the
 * mean attribution had its sign and that it now has the other one (intersection–union test, Berger 1982), so two small means around 0
 * do not flip; without opposite signs it is 1. On n / deff rows.
 * Null when a side has fewer than two explained rows or its sums have overflowed.
 */
export function signFlip({
  baseline,
  window,
  alpha = 0.01,
  deff = 1,
}: {
  readonly baseline: AttributionSums;
  readonly window: AttributionSums;
  readonly alpha?: number;
  readonly deff?: number;
}): SignFlip | null {
  const [before, now] = [meanOf(baseline, deff), meanOf(window, deff)];
  if (before === null || now === null) return null;
  const opposite = Math.sign(before.mean) * Math.sign(now.mean) < 0;
  const p = opposite ? Math.max(against(before), against(now)) : 1;
  return { baseline: before.mean, window: now.mean, flipped: p <= alpha, p };
}
