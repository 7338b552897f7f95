import { sharePairs, type TwoSamples } from './shares.js';

/**
 * lInfinity: the largest difference of a share, max |b − w| over cells (Chebyshev distance): SageMaker Model Monitor's "Simple" method
 * for categories. Its form for numbers is the largest gap of the distribution functions, which is `kolmogorovSmirnov`.
 * From 0 to 1. Null when either sample is empty.
 *
 * @example lInfinity({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] }) // 0.15
 */
export function lInfinity(samples: TwoSamples): number | null {
  const pairs = sharePairs(samples);
  if (pairs === null) return null;
  return pairs.reduce((largest, [b, w]) => Math.max(largest, Math.abs(b - w)), 0);
}

/** ROBUST_C: what SageMaker Model Monitor takes; the two-sample Kolmogorov–Smirnov level it stands for is 0.0031. */
const ROBUST_C = 1.8;

/** criticalFactor: c at which two-sample Kolmogorov–Smirnov rejects at `alpha`, √(−½ ln(alpha / 2)) (Smirnov 1948, first term). */
export function criticalFactor(alpha: number): number {
  if (!(alpha > 0 && alpha <= 1)) throw new RangeError(`alpha is ${alpha}: it lies in (0, 1]`);
  return Math.sqrt(-Math.log(alpha / 2) / 2);
}

/**
 * robustDistance: the "Robust" form of SageMaker Model Monitor's distance, max(0, distance − c·√((n + m) / (n·m))): what is left after
 * taking off what chance alone gives samples of n and m rows. `distance` is {@link lInfinity} or a Kolmogorov–Smirnov distance.
 * c is 1.8, or follows from `alpha`. On n / deff rows. Null when either sample is empty.
 *
 * @example robustDistance({ distance: 0.3, baselineRows: 1000, windowRows: 100 }) // 0.1112
 */
export function robustDistance({
  distance,
  baselineRows,
  windowRows,
  alpha,
  deff = 1,
}: {
  readonly distance: number;
  readonly baselineRows: number;
  readonly windowRows: number;
  readonly alpha?: number;
  readonly deff?: number;
}): number | null {
  if (!(baselineRows > 0 && windowRows > 0)) return null;
  const c = alpha === undefined ? ROBUST_C : criticalFactor(alpha);
  return Math.max(0, distance - c * Math.sqrt(deff * (1 / baselineRows + 1 / windowRows)));
}
