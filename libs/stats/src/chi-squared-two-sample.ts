import chisquare from '@stdlib/stats-base-dists-chisquare';
import { sum, toShares, type TwoSamples } from './shares.js';

/** MIN_EXPECTED: cells expected to hold fewer rows than this are pooled, or the chi-squared distribution does not fit. */
export const MIN_EXPECTED = 5;

/** ChiSquared: `statistic` before, `p` after dividing by the design effect. */
export type ChiSquared = { statistic: number; df: number; p: number };

type Column = readonly [baseline: number, window: number];
const total = ([b, w]: Column): number => b + w;
const add = (columns: readonly Column[]): Column => [
  sum(columns.map((c) => c[0])),
  sum(columns.map((c) => c[1])),
];

/**
 * pool: all rare cells become one; when that one is still rare it joins the smallest of the others. The result does not depend
 * on the order of the cells.
 */
function pool(columns: readonly Column[], rareBelow: number): Column[] {
  const common = columns.filter((c) => total(c) >= rareBelow);
  const rare = columns.filter((c) => total(c) > 0 && total(c) < rareBelow);
  if (rare.length === 0) return common;
  const pooled = add(rare);
  if (total(pooled) >= rareBelow || common.length === 0) return [...common, pooled];
  const [smallest, ...others] = common.sort((a, b) => total(a) - total(b) || a[1] - b[1]);
  return [...others, add(smallest === undefined ? [pooled] : [smallest, pooled])];
}

/**
 * chiSquaredTwoSample: Pearson's test that two samples come from one distribution over k cells (homogeneity of a 2 × k table;
 * Agresti, Categorical Data Analysis, 3.2). Both samples are random here: the goodness-of-fit form, which takes the baseline as
 * the truth, alarms too often when the baseline is not much larger than the window.
 *
 * Variant: no continuity correction; cells with an expected count below {@link MIN_EXPECTED} in either sample are pooled.
 * `deff` ≥ 1 divides the statistic (Rao & Scott 1981, first order), as if there were n / deff independent rows.
 * Null when a sample is empty or fewer than two cells are left: then there is nothing to test. p is exact to about 1e-15.
 */
export function chiSquaredTwoSample({
  baseline,
  window,
  deff = 1,
}: TwoSamples & { readonly deff?: number }): ChiSquared | null {
  if (baseline.length !== window.length) {
    throw new RangeError(
      `baseline has ${baseline.length} cells, window ${window.length}: they must be the same`,
    );
  }
  if (!(deff >= 1)) throw new RangeError(`deff is ${deff}: it is at least 1`);
  if (toShares(baseline) === null || toShares(window) === null) return null;
  const [n, m] = [sum(baseline), sum(window)];
  const rareBelow = (MIN_EXPECTED * (n + m)) / Math.min(n, m);
  const columns = pool(
    baseline.map((b, i) => [b, window[i] ?? 0]),
    rareBelow,
  );
  if (columns.length < 2) return null;
  // Σ (b·m − w·n)² / (n·m·(b + w)) equals Σ (observed − expected)² / expected over both rows.
  const statistic = sum(columns.map(([b, w]) => ((b / n - w / m) ** 2 * (n * m)) / (b + w)));
  const df = columns.length - 1;
  return { statistic, df, p: Math.max(0, 1 - chisquare.cdf(statistic / deff, df)) };
}
