import { sharePairs, type TwoSamples } from './shares.js';

/** PSI_SHARE_FLOOR: a share below this counts as this, because the logarithm of an empty cell is infinite. */
export const PSI_SHARE_FLOOR = 1e-4;

/**
 * psi: population stability index, Σ (w − b)·ln(w / b) over cells, natural logarithm (Siddiqi, Credit Risk Scorecards, 2006).
 *
 * Variant: shares below {@link PSI_SHARE_FLOOR} are lifted to it without scaling the others, so a cell that is empty on both
 * sides adds nothing, and one that is empty on one side adds a finite amount (5 % of the rows in a new cell: 0.31).
 * Symmetric, ≥ 0. Null when either sample is empty.
 *
 * @example psi({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] }) // 0.2282
 */
export function psi(samples: TwoSamples): number | null {
  const pairs = sharePairs(samples);
  if (pairs === null) return null;
  return pairs.reduce((total, [b, w]) => {
    const [before, now] = [Math.max(b, PSI_SHARE_FLOOR), Math.max(w, PSI_SHARE_FLOOR)];
    return total + (now - before) * Math.log(now / before);
  }, 0);
}
