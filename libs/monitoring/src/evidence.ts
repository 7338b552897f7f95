import {
  designEffect,
  eitherOf,
  homogeneityTest,
  overdispersedTest,
  overdispersion,
  ownTails,
  type Overdispersion,
  type Phase,
  type Tails,
  type TwoSamples,
} from '#libs/stats';
import type { Pair } from './pair.js';

/** MIN_CHUNKS: with fewer days of baseline, what is normal from day to day is not known. */
export const MIN_CHUNKS = 5;

/** Evidence: the one test of a feature of a segment value, shared by its metrics. Null p: nothing to test. */
export type Evidence = {
  p: number | null;
  deff: number;
  statisticPerDf: number | null;
  note: string;
  /** What the same test says of the baseline's own chunks; absent where they were not looked at. */
  normal?: Tails;
};

/** Counts: rows per cell in both samples, in the chunks of the baseline, and in those of `all` under cells of its own. */
export type EvidenceCounts = {
  readonly baseline: readonly number[];
  readonly window: readonly number[];
  readonly chunks: readonly (readonly number[])[];
  /** Where in their cycles the chunks began, as many as there are; empty when that is not known. */
  readonly phases: readonly Phase[];
  readonly allChunks: () => readonly (readonly number[])[];
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

/** Spread: how the baseline's chunks differ beyond chance, and what the test would say of each of them. */
export type Spread = { readonly own: Overdispersion; readonly normal: Tails };

/** spreadOf: from the chunks of the segment value, else of all rows (whose cells are others, so their cycle is no help); null when nobody knows. */
export function spreadOf({
  chunks,
  phases,
  allChunks,
}: Pick<EvidenceCounts, 'chunks' | 'phases' | 'allChunks'>): Spread | null {
  const own =
    overdispersion({ chunks, phases, minChunks: MIN_CHUNKS }) ??
    overdispersion({ chunks: allChunks(), minChunks: MIN_CHUNKS });
  return own === null ? null : { own, normal: { small: ownTails(own), of: own.chunks } };
}

/**
 * evidenceBeside: are both samples alike over the cells? Chi-squared against what the baseline's own chunks do among each other, with an
 * exact test, on n / deff rows, for what is rare. Where the phase of the window is known, the baseline is taken as it is at that phase.
 */
export function evidenceBeside(
  spread: Spread | null,
  { baseline: whole, window }: TwoSamples,
  { chunkCount, phase }: Pick<Pair, 'chunkCount' | 'phase'>,
): Evidence {
  const own = spread?.own ?? null;
  const baseline = phase === null || total(whole) === 0 ? whole : (own?.cycle?.at(whole, phase) ?? whole);
  const samples = { baseline, window };
  const plain = homogeneityTest(samples)?.chiSquared ?? null;
  const common = plain === null || own === null ? null : overdispersedTest(plain, own, worthOf(samples));
  const deff = common?.deff ?? (own === null ? 1 : Math.max(1, 1 + own.excess / own.df));
  const test = homogeneityTest({ ...samples, deff });
  return {
    p: common === null ? (test?.p ?? null) : eitherOf(common.p, test?.rare ?? null),
    deff,
    statisticPerDf: plain === null ? null : plain.statistic / plain.df,
    note: deffNote(chunkCount),
    ...(spread !== null && { normal: spread.normal }),
  };
}

/** evidenceOf: the same from the counts of the chunks. */
export const evidenceOf = (counts: EvidenceCounts, pair: Pick<Pair, 'chunkCount' | 'phase'>): Evidence =>
  evidenceBeside(spreadOf(counts), { baseline: counts.baseline, window: counts.window }, pair);
