import {
  designEffectOf,
  dispersionOf,
  ownEvidence,
  twoSampleEvidence,
  type Contrast,
  type Dispersion,
  type Phase,
  type TwoSamples,
} from '#libs/stats';
import { formatNumber } from './format.js';
import type { Pair } from './pair.js';

/** MIN_CHUNKS: with fewer chunks of a baseline, how they differ from each other is not known. */
export const MIN_CHUNKS = 5;
/** OWN_SMALL: p values of the baseline's own chunks above this are not kept; they correct nothing. */
const OWN_SMALL = 0.2;

/** OwnTails: small p values of the baseline's own chunks, where nothing has changed, of so many in all. */
export type OwnTails = { readonly small: readonly number[]; readonly of: number };

/** Evidence: the one test of a feature of a segment value, shared by its metrics. Null p: nothing to test. */
export type Evidence = {
  p: number | null;
  /** So far from the baseline that it needs no test, and stands outside of the family. */
  isExact?: boolean;
  deff: number;
  note: string;
  /** What the same test says of the baseline's own chunks; absent where they were not looked at. */
  own?: OwnTails;
};

/** EvidenceCounts: rows per cell in both samples, in the chunks of the baseline, and in those of `all` under cells of its own. */
export type EvidenceCounts = TwoSamples & ChunkCounts;

/** ChunkCounts: `chunks: T × k` in order of time; phases are T, or none when not known. */
export type ChunkCounts = {
  readonly chunks: readonly (readonly number[])[];
  readonly phases: readonly Phase[];
  readonly allChunks: () => readonly (readonly number[])[];
  /** Questions that are asked by themselves; scores of the cells of both `chunks` and `allChunks`. */
  readonly contrasts?: readonly Contrast[];
  readonly allContrasts?: () => readonly Contrast[];
};

type Place = Pick<Pair, 'chunkCount' | 'phase' | 'span'>;

/** chunkNote: says that how the baseline differs from itself went unmeasured, or that it is too short to tell; else empty. */
export const chunkNote = ({ chunkCount, span }: Pick<Pair, 'chunkCount' | 'span'>): string => {
  if (chunkCount < MIN_CHUNKS) {
    const why = chunkCount === 0 ? 'has no time stamps' : `has fewer than ${MIN_CHUNKS} days`;
    return `rows are taken as independent: the baseline ${why}`;
  }
  return span > chunkCount / 3
    ? 'the window is longer than a third of the baseline, which cannot show how far it wanders in such a time'
    : '';
};

/** Spread: how the baseline's chunks differ, with what the test says of each of them, and the questions asked. */
export type Spread = {
  readonly dispersion: Dispersion | null;
  readonly contrasts: readonly Contrast[];
  readonly own: OwnTails | null;
};

/** NO_SPREAD: nothing is known of chunks. */
export const NO_SPREAD: Spread = { dispersion: null, contrasts: [], own: null };

/** spreadOf: from the chunks of the segment value, else of all rows, whose cells are others, so that their cycle is no help. */
export function spreadOf(
  { chunks, phases, allChunks, contrasts = [], allContrasts = () => contrasts }: ChunkCounts,
  { span }: Pick<Pair, 'span'>,
): Spread {
  const limits = { length: span, minChunks: MIN_CHUNKS };
  const dispersion =
    dispersionOf({ chunks, phases, contrasts, ...limits }) ??
    dispersionOf({ chunks: allChunks(), contrasts: allContrasts(), ...limits });
  const small = dispersion === null ? [] : ownEvidence(dispersion).filter((p) => p <= OWN_SMALL);
  return { dispersion, contrasts, own: dispersion && { small, of: dispersion.chunks } };
}

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** distanceNote: where the window lies beyond all parts of the baseline, in one sentence. */
const distanceNote = (distance: number, farthest: number | null, chunks: number): string =>
  farthest === null || distance <= farthest
    ? ''
    : `farther from the baseline than any of its ${chunks} parts (largest ${formatNumber(farthest)}, here ${formatNumber(distance)})`;

/**
 * evidenceBeside: are both samples alike over the cells? Held against what the baseline's own chunks do among each other. Where the phase of the window
 * is known, the baseline is taken as it is at that phase.
 */
export function evidenceBeside(
  { dispersion, contrasts, own }: Spread,
  { baseline: whole, window }: TwoSamples,
  place: Place,
): Evidence {
  const { phase } = place;
  const baseline =
    phase === null || total(whole) === 0 ? whole : (dispersion?.cycle?.at(whole, phase) ?? whole);
  const found = twoSampleEvidence({ baseline, window }, dispersion, contrasts);
  const far = found === null ? '' : distanceNote(found.distance, found.farthest, dispersion?.chunks ?? 0);
  return {
    p: found?.p ?? null,
    isExact: found?.isExact ?? false,
    deff: found?.deff ?? 1,
    note: [far, chunkNote(place)].filter((part) => part !== '').join('; '),
    ...(own !== null && { own }),
  };
}

/** evidenceOf: the same from the counts of the chunks. */
export const evidenceOf = (counts: EvidenceCounts, place: Place): Evidence =>
  evidenceBeside(spreadOf(counts, place), counts, place);

/** deffOf: how much more the segment value varies from chunk to chunk than independent rows would, else all rows, else 1; for tests of statistics that are no counts. */
export function deffOf(counts: ChunkCounts, place: Pick<Pair, 'span'>): number {
  const { dispersion } = spreadOf(counts, place);
  return dispersion === null ? 1 : designEffectOf(dispersion);
}
