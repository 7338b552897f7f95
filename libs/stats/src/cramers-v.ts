import { sharePairs, sum, type TwoSamples } from './shares.js';

/** CramersVInput: `biasCorrected` takes off what chance alone gives; `balanced` makes both samples as large as the smaller one. */
export type CramersVInput = TwoSamples & { readonly biasCorrected?: boolean; readonly balanced?: boolean };

/**
 * cramersV: strength of the association between sample and cell, √(χ² / N) for a 2 × k table (Cramér 1946, 21.9), from 0 to 1.
 * Counts here are all cells as they are, no pooling: this is a size, not a test.
 *
 * Variants: `biasCorrected` (Bergsma 2013) subtracts the value that independent samples of N rows are expected to show. The plain
 * value shrinks as one sample outgrows the other, because then knowing the cell says little about the sample; `balanced` computes
 * it with both at the size of the smaller one, so that a limit means the same for every baseline.
 * Null when either sample is empty, when all rows lie in one cell, or when too few rows are left to correct for.
 */
export function cramersV({
  biasCorrected = false,
  balanced = false,
  ...samples
}: CramersVInput): number | null {
  const pairs = sharePairs(samples)?.filter(([b, w]) => b + w > 0) ?? [];
  if (pairs.length < 2) return null;
  const [n, m] = [sum(samples.baseline), sum(samples.window)];
  const [before, now] = balanced ? [Math.min(n, m), Math.min(n, m)] : [n, m];
  const rows = before + now;
  // χ² / N of the table; each cell: n·m·(b − w)² / (N·(n·b + m·w)) with shares b and w.
  const phi2 = sum(
    pairs.map(([b, w]) => ((before / rows) * (now / rows) * (b - w) ** 2 * rows) / (before * b + now * w)),
  );
  if (!biasCorrected) return Math.sqrt(Math.min(1, phi2));
  const spare = (pairs.length - 1) / (rows - 1);
  const columns = pairs.length - (pairs.length - 1) * spare - 1;
  const both = 1 - 1 / (rows - 1);
  const largest = Math.min(columns, both);
  return largest > 0 ? Math.sqrt(Math.min(1, Math.max(0, phi2 - spare) / largest)) : null;
}
