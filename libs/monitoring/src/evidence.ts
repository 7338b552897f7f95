import {
  designEffect,
  eitherOf,
  homogeneityTest,
  overdispersedTest,
  overdispersion,
  type Overdispersion,
  type TwoSamples,
} from '#libs/stats';

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

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** worthOf: rows that a comparison of two samples is worth. */
function worthOf({ baseline, window }: TwoSamples): number {
  const [n, m] = [total(baseline), total(window)];
  return n + m > 0 ? (n * m) / (n + m) : 0;
}

/** spreadOf: how the baseline's chunks differ beyond chance: those of the segment value, else of all rows; null when nobody knows. */
export const spreadOf = ({
  chunks,
  allChunks,
}: Pick<EvidenceCounts, 'chunks' | 'allChunks'>): Overdispersion | null =>
  overdispersion({ chunks, minChunks: MIN_CHUNKS }) ??
  overdispersion({ chunks: allChunks(), minChunks: MIN_CHUNKS });

/**
 * evidenceBeside: are both samples alike over the cells? Chi-squared against what the baseline's own chunks do among each other, with an
 * exact test, on n / deff rows, for what is rare.
 */
export function evidenceBeside(
  own: Overdispersion | null,
  samples: TwoSamples,
  chunkCount: number,
): Evidence {
  const plain = homogeneityTest(samples)?.chiSquared ?? null;
  const common = plain === null || own === null ? null : overdispersedTest(plain, own, worthOf(samples));
  const deff = common?.deff ?? (own === null ? 1 : 1 + own.excess / own.df);
  const test = homogeneityTest({ ...samples, deff });
  return {
    p: common === null ? (test?.p ?? null) : eitherOf(common.p, test?.rare ?? null),
    deff,
    statisticPerDf: plain === null ? null : plain.statistic / plain.df,
    note: deffNote(chunkCount),
  };
}

/** evidenceOf: the same from the counts of the chunks. */
export const evidenceOf = (counts: EvidenceCounts): Evidence =>
  evidenceBeside(spreadOf(counts), { baseline: counts.baseline, window: counts.window }, counts.chunkCount);
