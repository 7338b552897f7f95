import { quadraticFormTail } from './quadratic-form-tail.js';
import { sharePairs, sum, type TwoSamples } from './shares.js';
import { tiedMoments, type Point } from './tied-moments.js';

/** LIMIT: the limiting distribution without ties, Σ χ²₁ⱼ / (jπ)² (Anderson & Darling 1952); mean 1/6, variance 1/45. */
const LIMIT = {
  pole: (j: number) => (j * Math.PI) ** 2,
  determinant: (u: number) => Math.sin(Math.sqrt(u)) / Math.sqrt(u),
};

/** OrderedTest: a statistic in its own scale, and p. */
export type OrderedTest = { statistic: number; p: number };

/** fewRows: variance for n and m rows as a part of the limit's (Anderson 1962, exact without ties). */
const fewRows = (n: number, m: number): number =>
  ((n + m + 1) * (4 * (n + m) - 3 * (n / m + m / n) - 2)) / (4 * (n + m) ** 2);

/** standardised: the statistic moved to the mean and variance of the limit. */
function standardised(statistic: number, n: number, m: number, points: readonly Point[]): number {
  const { mean, variance } = tiedMoments(points);
  const spread = variance * fewRows(n, m);
  return spread > 0 ? 1 / 6 + (statistic - mean / (1 - 1 / (n + m))) / Math.sqrt(45 * spread) : 0;
}

/**
 * cramerVonMises: two-sample T = n·m/N² · Σ (F_b − F_w)² over the pooled rows (Anderson 1962), from counts of ordered bins.
 *
 * Variant: rows of one bin are ties, and their squared gap is the mean of those just below and at the bin, so that turning the
 * axis round changes nothing and samples without ties give Anderson's statistic exactly. p is asymptotic, at the statistic moved from
 * its mean and variance given the ties. (scipy's `cramervonmises_2samp` knows no ties: one atom makes its p 1e-11 where nothing differs.)
 * Rows of one bin hide their order: 100 equal-frequency bins of 300 rows or more move T by less than a tenth.
 * `deff` ≥ 1 counts n / deff rows. Null when either sample is empty or all rows lie in one bin.
 */
export function cramerVonMises({
  deff = 1,
  ...samples
}: TwoSamples & { readonly deff?: number }): OrderedTest | null {
  if (!(deff >= 1)) throw new RangeError(`deff is ${deff}: it is at least 1`);
  const pairs = sharePairs(samples)?.filter(([b, w]) => b + w > 0) ?? [];
  if (pairs.length < 2) return null;
  const [n, m] = [sum(samples.baseline) / deff, sum(samples.window) / deff];
  const masses = pairs.map(([b, w]) => (n * b + m * w) / (n + m));
  const points: Point[] = [];
  let [gap, below, total] = [0, 0, 0];
  for (const [i, [b, w]] of pairs.slice(0, -1).entries()) {
    const mass = masses[i] ?? 0;
    [gap, below] = [gap + b - w, Math.min(1, below + mass)];
    const weight = (mass + (masses[i + 1] ?? 0)) / 2;
    total += weight * gap * gap;
    points.push({ weight, at: below, variance: below * (1 - below) });
  }
  const statistic = (n / (1 + n / m)) * total;
  return { statistic, p: quadraticFormTail(standardised(statistic, n, m, points), LIMIT) };
}
