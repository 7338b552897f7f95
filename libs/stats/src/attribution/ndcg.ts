/** Importances: global importance (≥ 0) of the same features in the same order, at training and now. */
export type Importances = { readonly baseline: readonly number[]; readonly window: readonly number[] };

/** check: importances are finite and not negative; another length or value is a bug of the caller. */
export function checkImportances({ baseline, window }: Importances): void {
  if (baseline.length !== window.length) {
    throw new RangeError(
      `baseline has ${baseline.length} features, window ${window.length}: they must be the same`,
    );
  }
  const bad = [...baseline, ...window].find((value) => !(value >= 0 && value < Infinity));
  if (bad !== undefined) throw new RangeError(`importance ${bad}: it is finite and not negative`);
}

/** discount: weight of the rank counted from 0. */
const discount = (rank: number): number => 1 / Math.log2(rank + 2);

/** gainOf: discounted gain of features in the descending order of `scores`; tied features share the mean gain of their ranks. */
function gainOf(gains: readonly number[], scores: readonly number[]): number {
  const order = gains.map((gain, i) => ({ gain, score: scores[i] ?? 0 })).sort((a, b) => b.score - a.score);
  let total = 0;
  for (let start = 0; start < order.length;) {
    const score = order[start]?.score;
    const next = order.findIndex((feature, i) => i > start && feature.score !== score);
    const tied = order.slice(start, next < 0 ? undefined : next);
    const mean = tied.reduce((sum, { gain }) => sum + gain / tied.length, 0);
    total += tied.reduce((sum, _, i) => sum + mean * discount(start + i), 0);
    start += tied.length;
  }
  return total;
}

/**
 * ndcg: normalised discounted cumulative gain of the live ranking of features, with their baseline importance as gain (Järvelin & Kekäläinen
 * 2002; the measure of SageMaker Clarify's attribution drift, which alarms below 0.90). 1 for the same order.
 *
 * Variant: log₂ discount, tied live importances averaged over their ranks (McSherry & Najork 2008), as scikit-learn's `ndcg_score`. It has a high floor (a complete
 * reversal of three features can still score 0.69) and does not see magnitudes: pair it with `importanceShares`.
 * Null without features or when every baseline importance is 0. Throws a RangeError for different lengths and for what is no importance.
 *
 * @example ndcg({ baseline: [0.7, 0.5, 0.05], window: [0.1, 0.2, 0.7] }) // 0.68764
 */
export function ndcg(importances: Importances): number | null {
  checkImportances(importances);
  const { baseline, window } = importances;
  // Relative to the largest, so that sums of ±1e308 cannot overflow.
  const largest = baseline.reduce((a, b) => Math.max(a, b), 0);
  if (!(largest > 0)) return null;
  const gains = baseline.map((value) => value / largest);
  return Math.min(1, gainOf(gains, window) / gainOf(gains, gains));
}
