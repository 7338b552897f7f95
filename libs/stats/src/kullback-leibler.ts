import { sharePairs, type TwoSamples } from './shares.js';

/** KL_SHARE_FLOOR: a share below this counts as this in both samples, because the logarithm of an empty cell is infinite. */
export const KL_SHARE_FLOOR = 1e-4;

/**
 * kullbackLeibler: relative entropy KL(baseline ‖ window) = Σ b·ln(b / w), natural logarithm (Kullback & Leibler 1951): what it
 * costs to code the baseline's rows with the window's shares. Not symmetric.
 *
 * Variant: shares below {@link KL_SHARE_FLOOR} are lifted to it, as for the population stability index, and lifted shares are not
 * scaled back; the result is kept at or above 0. Null when either sample is empty.
 *
 * @example kullbackLeibler({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] }) // 0.1218
 */
export function kullbackLeibler(samples: TwoSamples): number | null {
  const pairs = sharePairs(samples);
  if (pairs === null) return null;
  const divergence = pairs.reduce((total, [b, w]) => {
    const [before, now] = [Math.max(b, KL_SHARE_FLOOR), Math.max(w, KL_SHARE_FLOOR)];
    return total + before * Math.log(before / now);
  }, 0);
  return Math.max(0, divergence);
}
