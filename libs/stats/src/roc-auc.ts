import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

/** RocAuc: the area, and one-sided p that it lies above ½. */
export type RocAuc = { auc: number; p: number };

export type RocAucInput = {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
  /** ≥ 1: counts n / deff rows (default 1). */
  readonly deff?: number;
};

/**
 * rocAuc: area under the ROC curve as the probability that a positive scores above a negative, equal scores counting one half (Mann &
 * Whitney 1947; the same as the trapezoids of scikit-learn's `roc_auc_score`). p is that of the rank-sum test, asymptotic, with
 * the variance reduced for ties (Lehmann, Nonparametrics, 1.4). Null when either side is empty.
 * Throws a RangeError for a score that is not a finite number.
 */
export function rocAuc({ positives, negatives, deff = 1 }: RocAucInput): RocAuc | null {
  if (!(deff >= 1)) throw new RangeError(`deff is ${deff}: it is at least 1`);
  const [n, m] = [positives.length, negatives.length];
  if (n === 0 || m === 0) return null;
  const scored = [...positives, ...negatives].map((score, index) => ({ score, positive: index < n }));
  if (scored.some(({ score }) => !Number.isFinite(score)))
    throw new RangeError('a score is not a finite number');
  scored.sort((a, b) => a.score - b.score);
  let [rankSum, ties] = [0, 0];
  for (let from = 0; from < scored.length;) {
    let [to, equal] = [from, 0];
    for (; to < scored.length && scored[to]?.score === scored[from]?.score; to++)
      equal += Number(scored[to]?.positive);
    rankSum += (equal * (from + to + 1)) / 2;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  const auc = (rankSum - (n * (n + 1)) / 2) / (n * m);
  const rows = n + m;
  const variance = ((rows + 1 - ties / (rows * (rows - 1))) / (12 * n * m)) * deff;
  return { auc, p: variance > 0 ? 1 - normalCdf((auc - 0.5) / Math.sqrt(variance), 0, 1) : 1 };
}
