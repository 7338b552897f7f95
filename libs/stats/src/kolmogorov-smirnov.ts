import { sharePairs, type TwoSamples } from './shares.js';

/** KolmogorovSmirnov: the distance seen at bin edges, and how much larger the true one may be. */
export type KolmogorovSmirnov = { distance: number; resolution: number };

/**
 * kolmogorovSmirnov: two-sample D = max |F_b − F_w| (Smirnov 1948) from counts of ordered bins.
 *
 * Variant: the distribution functions are exact at bin edges only, so `distance` is a lower bound and the true D lies in
 * [distance, distance + resolution]. Inside a bin with shares b and w after a gap d the functions are at most d + b or w − d
 * apart; a bin that `exact` marks (one single value, or mass whose order inside does not matter) cannot hide anything.
 * Null when either sample is empty. Throws a RangeError when `exact` has another length than the samples.
 */
export function kolmogorovSmirnov({
  exact,
  ...samples
}: TwoSamples & { readonly exact: readonly boolean[] }): KolmogorovSmirnov | null {
  const pairs = sharePairs(samples);
  if (exact.length !== samples.baseline.length) {
    throw new RangeError(`exact has ${exact.length} cells, the samples ${samples.baseline.length}`);
  }
  if (pairs === null) return null;
  let [gap, distance, highest] = [0, 0, 0];
  pairs.forEach(([b, w], i) => {
    if (exact[i] !== true) highest = Math.max(highest, gap + b, w - gap);
    gap += b - w;
    distance = Math.max(distance, Math.abs(gap));
  });
  return { distance: Math.min(1, distance), resolution: Math.max(0, Math.min(1, highest) - distance) };
}
