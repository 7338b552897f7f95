import type { Moments } from './moments.js';

/** TwoMoments: mean and spread of both samples, as `moments` gives them. */
export type TwoMoments = { readonly baseline: Moments | null; readonly window: Moments | null };

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * meanShift: (mean_w − mean_b) / std_b, how many of the baseline's standard deviations the mean has moved (Glass's Δ, Glass 1976, with
 * the population standard deviation). Signed. 0 when a constant has stayed the same; null when the baseline is constant and the
 * mean has moved, because there is no spread to measure it in, and when a side is empty or its spread is not known.
 */
export function meanShift({ baseline, window }: TwoMoments): number | null {
  if (baseline === null || window === null || baseline.std === null) return null;
  if (window.mean === baseline.mean) return 0;
  return baseline.std > 0 ? finite(window.mean / baseline.std - baseline.mean / baseline.std) : null;
}

/**
 * stdRatio: std_w / std_b. Neutral value 1, and a halving is as far from it as a doubling: compare |ln ratio|. 1 for two constants;
 * null when only the baseline is constant, and when a side is empty or its spread is not known.
 */
export function stdRatio({ baseline, window }: TwoMoments): number | null {
  if (baseline === null || window === null || baseline.std === null || window.std === null) return null;
  if (baseline.std === window.std) return 1;
  return baseline.std > 0 ? finite(window.std / baseline.std) : null;
}
