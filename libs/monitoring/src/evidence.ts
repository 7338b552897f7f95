import { designEffect, homogeneityTest } from '#libs/stats';

/** MIN_CHUNKS: with fewer days of baseline, what is normal from day to day is not known. */
export const MIN_CHUNKS = 5;

/** Evidence: the one test of a feature of a segment value, shared by its metrics. Null p: nothing to test. */
export type Evidence = { p: number | null; deff: number; statisticPerDf: number | null; note: string };

/** Counts: rows per cell in both samples, in the chunks of the baseline, and in those of `all` under cells of its own. */
export type EvidenceCounts = {
  readonly baseline: readonly number[];
  readonly window: readonly number[];
  readonly chunks: readonly (readonly number[])[];
  readonly allChunks: () => readonly (readonly number[])[];
  /** Chunks that the baseline has at all. */
  readonly chunkCount: number;
};

/** deffNote: says that serial dependence went unmeasured; empty when it was measured. */
export const deffNote = (chunkCount: number): string =>
  chunkCount >= MIN_CHUNKS
    ? ''
    : `design effect taken as 1: the baseline has ${chunkCount === 0 ? 'no time stamps' : `fewer than ${MIN_CHUNKS} days`}`;

/** dispersion: deff of the segment value's own days, else of all rows, else 1. */
export const dispersion = ({ chunks, allChunks }: Pick<EvidenceCounts, 'chunks' | 'allChunks'>): number =>
  designEffect({ chunks, minChunks: MIN_CHUNKS }) ??
  designEffect({ chunks: allChunks(), minChunks: MIN_CHUNKS }) ??
  1;

/** evidenceOf: are both samples alike over the cells, on n / deff rows? Chi-squared, with an exact test for what is rare. */
export function evidenceOf(counts: EvidenceCounts): Evidence {
  const deff = dispersion(counts);
  const test = homogeneityTest({ baseline: counts.baseline, window: counts.window, deff });
  const chiSquared = test?.chiSquared ?? null;
  return {
    p: test?.p ?? null,
    deff,
    statisticPerDf: chiSquared === null ? null : chiSquared.statistic / chiSquared.df,
    note: deffNote(counts.chunkCount),
  };
}
