import chiSquaredCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import { poolRare, type ChiSquared } from './chi-squared-two-sample.js';
import { sum, type TwoSamples } from './shares.js';

/** part: observed · ln(observed / expected); an empty cell adds nothing. */
const part = (observed: number, expected: number): number =>
  observed > 0 ? observed * Math.log(observed / expected) : 0;

/**
 * gTest: likelihood-ratio test that two samples come from one distribution over k cells, G = 2 Σ observed·ln(observed / expected)
 * over the 2 × k table (Sokal & Rohlf, Biometry, 17.1; Wilks 1938). Close to Pearson's chi-squared for large cells.
 *
 * Variant: no Williams correction; cells are pooled as for `chiSquaredTwoSample`; `deff` ≥ 1 divides the statistic for p.
 * Null when a sample is empty or fewer than two cells are left.
 */
export function gTest({ deff = 1, ...samples }: TwoSamples & { readonly deff?: number }): ChiSquared | null {
  if (!(deff >= 1)) throw new RangeError(`deff is ${deff}: it is at least 1`);
  const columns = poolRare(samples)?.columns ?? [];
  if (columns.length < 2) return null;
  const [n, m] = [sum(columns.map(([b]) => b)), sum(columns.map(([, w]) => w))];
  const parts = columns.map(([b, w]) => {
    const share = (b + w) / (n + m);
    return part(b, share * n) + part(w, share * m);
  });
  const statistic = Math.max(0, 2 * sum(parts));
  const df = columns.length - 1;
  return { statistic, df, p: Math.max(0, 1 - chiSquaredCdf(statistic / deff, df)) };
}
