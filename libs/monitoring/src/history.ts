import { isFeatureCell, type FeatureBinning, type MetricName } from '#libs/contracts';
import { jensenShannon, psi } from '#libs/stats';
import { coarseCounts, coarsen } from './coarsen.js';
import { scaledWasserstein } from './drift/values.js';
import { MIN_CHUNKS } from './evidence.js';
import { dataQualityChunks } from './monitors/data-quality.js';
import { hitCounts } from './monitors/quality.js';
import type { Pair } from './pair.js';
import { partsOf } from './reference.js';

/** History: what metrics were on the days of the baseline, each day against all others; empty when there are too few days. */
export type History = Partial<Record<MetricName, number[]>>;

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** againstRest: each chunk that is large enough, beside the sum of all others. */
function againstRest(chunks: readonly (readonly number[])[], minRows: number) {
  const all = (chunks[0] ?? []).map((_, cell) => total(chunks.map((chunk) => chunk[cell] ?? 0)));
  return chunks
    .filter((chunk) => total(chunk) >= minRows)
    .map((chunk) => ({ chunk, rest: all.map((count, cell) => count - (chunk[cell] ?? 0)) }));
}

/** against: one value per usable chunk, or nothing when a handful of chunks would have to stand for all days. */
function against(
  chunks: readonly (readonly number[])[],
  minRows: number,
  metric: (chunk: readonly number[], rest: readonly number[]) => number | null,
): number[] {
  const values = againstRest(chunks, minRows)
    .map(({ chunk, rest }) => (total(rest) > 0 ? metric(chunk, rest) : null))
    .filter((value) => value !== null);
  return values.length < MIN_CHUNKS ? [] : values;
}

const increaseOf = (cell: number) => (chunk: readonly number[], rest: readonly number[]) =>
  (chunk[cell] ?? 0) / total(chunk) - (rest[cell] ?? 0) / total(rest);

/** coarseChunks: the baseline's chunks in cells of about equal mass of that same baseline. */
function coarseChunks({ baseline, chunks }: Pair, binning: FeatureBinning): number[][] {
  if (baseline?.kind !== binning.kind) return [];
  const plan = coarsen(baseline, binning);
  return chunks.flatMap((cell) => (cell.kind === binning.kind ? [coarseCounts(cell, plan, binning)] : []));
}

/** valueHistory: the same of a distance between values, which is read from the bins of each chunk. */
function valueHistory({ baseline, chunks }: Pair, binning: FeatureBinning, minRows: number): number[] {
  if (baseline === null || !isFeatureCell(baseline)) return [];
  const values = partsOf({ baseline, chunks }, minRows)
    .map((sides) => scaledWasserstein({ ...sides, binning, plan: [], deff: 1 }).value)
    .filter((value) => value !== null);
  return values.length < MIN_CHUNKS ? [] : values;
}

/** driftHistory: distances between one day of the baseline and its other days, in the cells and bins that the drift monitor uses. */
export function driftHistory(pair: Pair, minRows: number): History {
  const { binning, type } = pair;
  if (binning === null) return {};
  const chunks = coarseChunks(pair, binning);
  return {
    psi: against(chunks, minRows, (window, baseline) => psi({ window, baseline })),
    ...(type === 'categorical' && {
      jensen_shannon: against(chunks, minRows, (window, baseline) => jensenShannon({ window, baseline })),
    }),
    ...(type === 'numeric' && { wasserstein_normalised: valueHistory(pair, binning, minRows) }),
  };
}

/** dataQualityHistory: by how much rates of one day of the baseline were above those of its other days. */
export function dataQualityHistory(pair: Pair, minRows: number): History {
  const chunks = dataQualityChunks(pair);
  return {
    missing_rate: against(chunks, minRows, increaseOf(1)),
    invalid_rate: against(chunks, minRows, increaseOf(2)),
    ...(pair.type === 'categorical' && { unseen_rate: against(chunks, minRows, increaseOf(3)) }),
  };
}

/** accuracyHistory: by how much accuracy of one day of the baseline was below that of its other days. */
export const accuracyHistory = (pair: Pair, minRows: number): number[] =>
  against(hitCounts(pair), minRows, (chunk, rest) => -increaseOf(0)(chunk, rest));
