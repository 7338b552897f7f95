/** Course: one way in which chunks may follow each other, a first-order autoregression, and what that does to a sample of n of them. */
export type Course = {
  /** Variance of the sample's mean, in variances of one chunk: one over as many independent chunks as it is worth. */
  readonly ofMean: number;
  /** Trace of the squared covariance of deviations from that mean. */
  readonly squaredTrace: number;
};

/** A variance takes two: a sample worth fewer independent chunks cannot tell a shift from how it wanders, and no test could. */
const LEAST_INDEPENDENT = 2;
/** Points that stand for equal parts of the prior. */
const COURSES = 8;

/** courseOf: exact moments under AR(1) with the mean estimated: γₖ = φᵏ, M = I − 11ᵀ/n, tr (MΓMΓ) = tr Γ² − 2·1ᵀΓ²1/n + (1ᵀΓ1/n)². */
function courseOf(n: number, phi: number): Course {
  const powers = Array.from({ length: n }, (_, k) => phi ** k);
  const rows = powers.map((_, t) => powers.reduce((sum, _own, j) => sum + (powers[Math.abs(t - j)] ?? 0), 0));
  const total = rows.reduce((sum, row) => sum + row, 0);
  const squares = powers.reduce((sum, value, k) => sum + (k === 0 ? n : 2 * (n - k)) * value * value, 0);
  const ofRows = rows.reduce((sum, row) => sum + row * row, 0);
  return { ofMean: total / (n * n), squaredTrace: squares - (2 * ofRows) / n + (total / n) ** 2 };
}

/** meanVariance: of n chunks, in variances of one (Bartlett 1946). */
const meanVariance = (n: number, phi: number): number =>
  ((1 + phi) / (1 - phi) - (2 * phi * (1 - phi ** n)) / (n * (1 - phi) ** 2)) / n;

/** largestPhi: with more persistence the sample would be worth fewer than {@link LEAST_INDEPENDENT} chunks. */
function largestPhi(n: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (meanVariance(n, middle) * LEAST_INDEPENDENT < 1) low = middle;
    else high = middle;
  }
  return low;
}

const known = new Map<number, readonly Course[]>();

/**
 * coursesOf: how n chunks may follow each other, each as likely as the others: the reference prior of a stationary AR(1), 1/√(1 − φ²)
 * (Berger & Yang 1994), from independence to as much persistence as so many chunks can bear. It is not updated by the correlation of
 * neighbours: what moves a window far ahead is how slowly chunks wander, and a month of neighbours does not show that.
 */
export function coursesOf(n: number): readonly Course[] {
  const before = known.get(n);
  if (before !== undefined) return before;
  const largest = Math.asin(largestPhi(n));
  const made = Array.from({ length: COURSES }, (_, i) =>
    courseOf(n, Math.sin((largest * (i + 0.5)) / COURSES)),
  );
  known.set(n, made);
  return made;
}
