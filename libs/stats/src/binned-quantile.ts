import { sum } from './shares.js';
import type { BinnedSample, WassersteinInput } from './wasserstein.js';

/** BinnedQuantile: the value, and the width of the stretch in which the true quantile lies. */
export type BinnedQuantile = { value: number; resolution: number };

/** between: linear, written so that the distance of ±1e308 cannot overflow. */
const between = (from: number, to: number, part: number): number => from * (1 - part) + to * part;

/** outside: mass beyond the bins sits at its mean; how far it reaches is not known, only that one of its rows is that far out. */
function outside(mean: number, border: number): BinnedQuantile | null {
  return Number.isFinite(mean) ? { value: mean, resolution: Math.abs(mean - border) } : null;
}

/**
 * binnedQuantile: the `probability` quantile of a sample known by its bins, interpolated linearly inside of a bin (the inverse of
 * the histogram's distribution function; Hyndman & Fan 1996, type 4 in the limit of many rows).
 *
 * Variant: `edges` are ascending lower edges and `max` the upper edge of the last bin; mass under and over the bins stands at its own mean,
 * known from its sum. A bin of one value has width 0 and is exact. Null when the sample is empty or the value is not finite.
 * Throws a RangeError for a probability outside [0, 1] and for edges and counts of different lengths.
 *
 * @example binnedQuantile({ edges: [0, 10], max: 20, sample: { counts: [50, 50], … }, probability: 0.75 }) // 15 ± 10
 */
export function binnedQuantile({
  edges,
  max,
  sample,
  probability,
}: Pick<WassersteinInput, 'edges' | 'max'> & {
  readonly sample: BinnedSample;
  readonly probability: number;
}): BinnedQuantile | null {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`probability is ${probability}: it lies in [0, 1]`);
  }
  if (sample.counts.length !== edges.length) {
    throw new RangeError(`${edges.length} edges need as many counts, found ${sample.counts.length}`);
  }
  const rank = probability * (sample.under + sum(sample.counts) + sample.over);
  const last = sample.counts.findLastIndex((count) => count > 0);
  let below = sample.under;
  if (sample.under > 0 && rank <= below) return outside(sample.underSum / sample.under, edges[0] ?? max);
  for (const [i, count] of sample.counts.entries()) {
    if (count > 0 && (rank <= below + count || (i === last && !(sample.over > 0)))) {
      const [from, to] = [edges[i] ?? max, edges[i + 1] ?? max];
      const value = between(from, to, Math.min(1, (rank - below) / count));
      const resolution = to - from;
      return Number.isFinite(value) && Number.isFinite(resolution) ? { value, resolution } : null;
    }
    below += count;
  }
  return sample.over > 0 ? outside(sample.overSum / sample.over, max) : null;
}

/**
 * quantileShift: quantile of the window − quantile of the baseline, in units of the values; `resolution` is the sum of both.
 * Divide by the baseline's standard deviation to compare features. Null when either sample has no such quantile.
 */
export function quantileShift({
  edges,
  max,
  baseline,
  window,
  probability,
}: WassersteinInput & { readonly probability: number }): { shift: number; resolution: number } | null {
  const before = binnedQuantile({ edges, max, sample: baseline, probability });
  const now = binnedQuantile({ edges, max, sample: window, probability });
  if (before === null || now === null) return null;
  const [shift, resolution] = [now.value - before.value, now.resolution + before.resolution];
  return Number.isFinite(shift) && Number.isFinite(resolution) ? { shift, resolution } : null;
}
