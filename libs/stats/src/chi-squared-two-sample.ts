import chiSquaredCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import { sum, toShares, type TwoSamples } from './shares.js';

/** MIN_EXPECTED: cells expected to hold fewer rows than this are pooled, or the chi-squared distribution does not fit. */
const MIN_EXPECTED = 5;

/** ChiSquared: `statistic` before, `p` after dividing by the design effect. */
export type ChiSquared = { statistic: number; df: number; p: number };

/** Column: the rows of both samples in one cell. */
type Column = readonly [baseline: number, window: number];

/** Pooled: cells that the chi-squared distribution fits; `rare` is what had to hide in one of them, if anything. */
export type Pooled = { columns: Column[]; rare: Column | null };

const total = ([b, w]: Column): number => b + w;
const add = (columns: readonly Column[]): Column => [
  sum(columns.map((c) => c[0])),
  sum(columns.map((c) => c[1])),
];

/**
 * poolRare: all rare cells become one; when that one is still rare it joins the smallest of the others. Does not depend on the
 * order of the cells. Null when a sample is empty. Throws a RangeError when the samples do not have the same cells.
 */
export function poolRare({ baseline, window }: TwoSamples): Pooled | null {
  if (baseline.length !== window.length) {
    throw new RangeError(
      `baseline has ${baseline.length} cells, window ${window.length}: they must be the same`,
    );
  }
  if (toShares(baseline) === null || toShares(window) === null) return null;
  const [n, m] = [sum(baseline), sum(window)];
  const rareBelow = (MIN_EXPECTED * (n + m)) / Math.min(n, m);
  const columns = baseline.map((b, i): Column => [b, window[i] ?? 0]);
  const common = columns.filter((c) => total(c) >= rareBelow);
  const rare = columns.filter((c) => total(c) > 0 && total(c) < rareBelow);
  if (rare.length === 0) return { columns: common, rare: null };
  const pooled = add(rare);
  if (total(pooled) >= rareBelow) return { columns: [...common, pooled], rare: null };
  const [smallest, ...others] = common.sort((a, b) => total(a) - total(b) || a[1] - b[1]);
  return { columns: [...others, add(smallest === undefined ? [pooled] : [smallest, pooled])], rare: pooled };
}

/** chiSquared: the test on cells that are large enough; null when fewer than two are left. */
function chiSquared(columns: readonly Column[], deff: number): ChiSquared | null {
  if (!(deff >= 1)) throw new RangeError(`deff is ${deff}: it is at least 1`);
  if (columns.length < 2) return null;
  const [n, m] = add(columns);
  // n·m·(b/n − w/m)² / (b + w), over cells, equals (observed − expected)² / expected over cells of both samples.
  const statistic = sum(columns.map(([b, w]) => ((b / n - w / m) ** 2 * (n * m)) / (b + w)));
  const df = columns.length - 1;
  return { statistic, df, p: Math.max(0, 1 - chiSquaredCdf(statistic / deff, df)) };
}

/**
 * chiSquaredTwoSample: Pearson's test that two samples come from one distribution over k cells (homogeneity of a 2 × k table;
 * Agresti, Categorical Data Analysis, 3.2). Both samples are random here: the goodness-of-fit form, which takes the baseline as
 * the truth, alarms too often when the baseline is not much larger than the window.
 *
 * Variant: no continuity correction; cells with an expected count below {@link MIN_EXPECTED} in either sample are pooled.
 * `deff` ≥ 1 divides the statistic (Rao & Scott 1981, first order), as if there were n / deff independent rows.
 * Null when a sample is empty or fewer than two cells are left. p is exact to about 1e-15.
 */
export function chiSquaredTwoSample({
  deff = 1,
  ...samples
}: TwoSamples & { readonly deff?: number }): ChiSquared | null {
  const pooled = poolRare(samples);
  return pooled === null ? null : chiSquared(pooled.columns, deff);
}
