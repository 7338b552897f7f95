import { binnedQuantile } from '../binned-quantile.js';

/** AttributionSums: what one feature's attributions φ leave behind. */
export type AttributionSums = {
  readonly count: number;
  readonly sum: number;
  readonly sumAbs: number;
  readonly sumSquares: number;
};

/** Aggregation: how local attributions become one importance (the names of SageMaker Clarify). */
export type Aggregation = 'mean_abs' | 'mean_sq';

/**
 * globalImportance: mean |φ| or mean φ² over the explained rows: how much a feature moves the output, whatever the direction.
 * Null without rows and when a sum has overflowed.
 */
export function globalImportance(
  { count, sumAbs, sumSquares }: AttributionSums,
  aggregation: Aggregation = 'mean_abs',
): number | null {
  if (!(count > 0)) return null;
  const value = (aggregation === 'mean_abs' ? sumAbs : sumSquares) / count;
  return Number.isFinite(value) ? value : null;
}

/** AbsoluteBins: counts of φ in bins of [edges[i], edges[i + 1]), the last one ending at `max`. */
export type AbsoluteBins = {
  readonly edges: readonly number[];
  readonly max: number;
  readonly counts: readonly number[];
};

/** folded: bins of φ as bins of |φ|: edges of both signs together, and each bin's rows spread evenly over the parts it falls into. */
function folded({ edges, max, counts }: AbsoluteBins): AbsoluteBins {
  const ends = [...edges, max];
  const cuts = [
    ...new Set([...ends.map(Math.abs), ...(edges.some((edge) => edge < 0) && max > 0 ? [0] : [])]),
  ].sort((a, b) => a - b);
  const lower = cuts.slice(0, -1);
  const into = lower.map(() => 0);
  counts.forEach((count, i) => {
    const [from, to] = [ends[i] ?? max, ends[i + 1] ?? max];
    const pieces = lower.map((low, j) => {
      const high = cuts[j + 1] ?? low;
      const over = (a: number, b: number) => Math.max(0, Math.min(high, b) - Math.max(low, a));
      return over(from, to) + over(-to, -from);
    });
    const width = to - from;
    // A bin of one value has no width: its rows go where the value is.
    const point = Math.max(
      0,
      lower.findLastIndex((low) => low <= Math.abs(from)),
    );
    pieces.forEach((piece, j) => {
      into[j] = (into[j] ?? 0) + (width > 0 ? count * (piece / width) : j === point ? count : 0);
    });
  });
  return { edges: lower, max: cuts.at(-1) ?? 0, counts: into };
}

/**
 * medianImportance: median of |φ| from binned attributions, interpolated inside of the bin; `resolution` is the bin's width.
 * Null without rows, for one value only its absolute value.
 */
export function medianImportance(bins: AbsoluteBins): { value: number; resolution: number } | null {
  if (bins.counts.length !== bins.edges.length) {
    throw new RangeError(`${bins.edges.length} edges need as many counts, found ${bins.counts.length}`);
  }
  const { edges, max, counts } = folded(bins);
  if (edges.length === 0) {
    return bins.counts.some((count) => count > 0) ? { value: max, resolution: 0 } : null;
  }
  const sample = { counts, under: 0, underSum: 0, over: 0, overSum: 0 };
  return binnedQuantile({ edges, max, sample, probability: 0.5 });
}
