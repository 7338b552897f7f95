import { chiSquaredTwoSample } from './chi-squared-two-sample.js';
import { sum } from './shares.js';

/** DesignEffectInput: one list of cell counts per chunk, all over the same cells. */
export type DesignEffectInput = {
  readonly chunks: readonly (readonly number[])[];
  /** Chunks with fewer rows say nothing (default 50). */
  readonly minRows?: number;
  /** Fewer usable chunks than this give no estimate (default 5). */
  readonly minChunks?: number;
};

/** chunksAgainstRest: each usable chunk paired with the sum of all others; what normal variation looks like. */
export function chunksAgainstRest({
  chunks,
  minRows = 50,
}: DesignEffectInput): { chunk: readonly number[]; rest: number[] }[] {
  const all = (chunks[0] ?? []).map((_, cell) => sum(chunks.map((chunk) => chunk[cell] ?? 0)));
  return chunks
    .filter((chunk) => sum(chunk) >= minRows)
    .map((chunk) => ({ chunk, rest: all.map((count, cell) => count - (chunk[cell] ?? 0)) }));
}

/**
 * designEffect: how much more the chunks of a sample (days, as a rule) differ from each other than independent rows would:
 * the mean over chunks of chi²/df of the chunk against the rest, at least 1. Rows of one day are alike, so n rows carry the
 * information of n / deff independent ones (Kish 1965; dispersion estimate as for quasi-likelihood, McCullagh & Nelder 4.5).
 * Null when fewer than `minChunks` chunks can be tested; the caller decides what to assume then.
 */
export function designEffect(input: DesignEffectInput): number | null {
  const ratios = chunksAgainstRest(input)
    .map(({ chunk, rest }) => chiSquaredTwoSample({ baseline: rest, window: chunk }))
    .filter((test) => test !== null)
    .map((test) => test.statistic / test.df);
  return ratios.length < (input.minChunks ?? 5) ? null : Math.max(1, sum(ratios) / ratios.length);
}
