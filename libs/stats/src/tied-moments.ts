/** Point: a weight on the squared Brownian bridge at `at` in (0, 1), whose variance there is `variance`. */
export type Point = { readonly weight: number; readonly at: number; readonly variance: number };

/**
 * tiedMoments: mean and variance of Σ weight·B(at)² for a Brownian bridge B, points ascending: what a quadratic statistic of
 * two distribution functions follows when rows are tied in bins. From cov(B(s), B(t)) = s(1 − t) for s < t, so
 * var = 2 Σ Σ weight·weight′·cov² is two running sums. With few bins the spread is far from that of the continuous case, for
 * which p-values are tabled.
 */
export function tiedMoments(points: readonly Point[]): { mean: number; variance: number } {
  let [mean, variance, before] = [0, 0, 0];
  for (const { weight, at, variance: own } of points) {
    mean += weight * own;
    variance += 2 * weight * (weight * own * own + 2 * before * (1 - at) ** 2);
    before += weight * at * at;
  }
  return { mean, variance };
}
