/** Moments: `std` is null where the sums cannot tell it from rounding. */
export type Moments = { mean: number; std: number | null };

/** Variances below this part of the mean square are made of rounding errors of the sums (2⁻⁵³ per addition, many additions). */
const LOST_DIGITS = 1e-11;

/**
 * moments: mean and population standard deviation from n, Σx and Σx²: √(Σx²/n − mean²).
 *
 * The subtraction loses all digits when the spread is tiny against the mean (time stamps, large identifiers); `std` is null
 * then, as it is when a sum has overflowed. All zeros give 0. Null when there is no value or Σx is not finite.
 */
export function moments({
  count,
  sum,
  sumSquares,
}: {
  readonly count: number;
  readonly sum: number;
  readonly sumSquares: number;
}): Moments | null {
  if (!(count > 0) || !Number.isFinite(sum)) return null;
  const mean = sum / count;
  const meanSquare = sumSquares / count;
  if (meanSquare === 0) return { mean, std: 0 };
  const variance = meanSquare - mean * mean;
  return {
    mean,
    std: variance > LOST_DIGITS * meanSquare && variance < Infinity ? Math.sqrt(variance) : null,
  };
}
