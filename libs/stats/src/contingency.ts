import { sum, toShares, type TwoSamples } from './shares.js';

/** Contingency: statistics of a 2 × k table, with its degrees of freedom. */
export type Contingency = { readonly chiSquared: number; readonly g: number; readonly df: number };

/** part: observed · ln(observed / expected); an empty cell adds nothing. */
const part = (observed: number, expected: number): number =>
  observed > 0 ? observed * Math.log(observed / expected) : 0;

/**
 * contingency: Pearson's χ² and the likelihood ratio G of the table of two samples × cells, as `scipy.stats.chi2_contingency` gives them
 * without correction (`lambda_="log-likelihood"` for G): every cell as it is, none pooled, those without a row left out.
 *
 * They grow with the rows: a limit on them holds for windows of one size. `chiSquaredTwoSample` and `gTest` are the tests; these are the sizes.
 * Null when a sample is empty or fewer than two cells hold rows.
 *
 * @example contingency({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] }) // chiSquared 10.74…, df 3
 */
export function contingency({ baseline, window }: TwoSamples): Contingency | null {
  if (toShares(baseline) === null || toShares(window) === null) return null;
  const columns = baseline.map((b, i) => [b, window[i] ?? 0] as const).filter(([b, w]) => b + w > 0);
  if (columns.length < 2) return null;
  const [n, m] = [sum(baseline), sum(window)];
  const parts = columns.map(([b, w]) => {
    const share = (b + w) / (n + m);
    return {
      chiSquared: ((b / n - w / m) ** 2 * (n * m)) / (b + w),
      g: part(b, share * n) + part(w, share * m),
    };
  });
  return {
    chiSquared: sum(parts.map(({ chiSquared }) => chiSquared)),
    g: Math.max(0, 2 * sum(parts.map(({ g }) => g))),
    df: columns.length - 1,
  };
}
