import { toShares } from './shares.js';

/** BinnedSample: counts per bin, and what lies outside of the bins with its own sum of values. */
export type BinnedSample = {
  readonly counts: readonly number[];
  readonly under: number;
  readonly underSum: number;
  readonly over: number;
  readonly overSum: number;
};

/** Wasserstein: the estimated distance in units of the values, and how far the true one may be from it. */
export type Wasserstein = { distance: number; resolution: number };

/** WassersteinInput: `edges` are ascending lower edges, `max` the upper edge of the last bin. */
export type WassersteinInput = {
  readonly edges: readonly number[];
  readonly max: number;
  readonly baseline: BinnedSample;
  readonly window: BinnedSample;
};

/** Mass in one stretch of the axis: uniform over [from, to], or at one point when both are equal. */
type Stretch = { from: number; to: number; baseline: number; window: number };

/** area: ∫ |d + slope·x| over [0, width], for a gap that goes linearly from `start` to `end`. */
function area(start: number, end: number, width: number): number {
  if (start * end >= 0) return (Math.abs(start + end) / 2) * width;
  return ((start * start + end * end) / (2 * Math.abs(end - start))) * width;
}

/** outside: mass beyond the bins sits at its own mean, known from its sum; kept out of the bins even when rounding says otherwise. */
function outside(input: WassersteinInput, shares: [number[], number[]], side: 'under' | 'over'): Stretch[] {
  const { baseline, window, edges, max } = input;
  const clamp = (x: number) => (side === 'under' ? Math.min(x, edges[0] ?? x) : Math.max(x, max));
  const index = side === 'under' ? 0 : edges.length + 1;
  const at = (sample: BinnedSample) =>
    clamp((side === 'under' ? sample.underSum : sample.overSum) / sample[side]);
  const points: Stretch[] = [];
  if (baseline[side] > 0) {
    const x = at(baseline);
    points.push({ from: x, to: x, baseline: shares[0][index] ?? 0, window: 0 });
  }
  if (window[side] > 0) {
    const x = at(window);
    points.push({ from: x, to: x, baseline: 0, window: shares[1][index] ?? 0 });
  }
  return points.sort((a, b) => a.from - b.from);
}

function stretches(input: WassersteinInput, shares: [number[], number[]]): Stretch[] {
  const inside = input.edges.map((from, i) => ({
    from,
    to: input.edges[i + 1] ?? input.max,
    baseline: shares[0][i + 1] ?? 0,
    window: shares[1][i + 1] ?? 0,
  }));
  return [...outside(input, shares, 'under'), ...inside, ...outside(input, shares, 'over')];
}

const samplesShares = (sample: BinnedSample): number[] | null =>
  toShares([sample.under, ...sample.counts, sample.over]);

/**
 * wasserstein: first Wasserstein (earth mover's) distance ∫ |F_b − F_w| dx (Vallender 1974) from binned counts.
 *
 * Variant: the mass of a bin is spread evenly over it (only the total of Σx is kept, so the means of bins are not known); mass
 * under and over the bins sits at its own mean, known from its sum, which is exact while only one sample
 * has any there. `resolution` bounds the error that the unknown places inside bins can cause; bins of one value have none.
 * Null when either sample is empty or a sum outside of the bins or a width is not finite. Throws a RangeError for edges and counts of
 * different lengths.
 */
export function wasserstein(input: WassersteinInput): Wasserstein | null {
  const { edges, baseline, window } = input;
  if (baseline.counts.length !== edges.length || window.counts.length !== edges.length) {
    throw new RangeError(`${edges.length} edges need as many counts in each sample`);
  }
  const [before, now] = [samplesShares(baseline), samplesShares(window)];
  if (before === null || now === null) return null;
  let [gap, distance, low, high, end] = [0, 0, 0, 0, Number.NaN];
  for (const stretch of stretches(input, [before, now])) {
    if (!Number.isNaN(end)) {
      const between = Math.abs(gap) * Math.max(0, stretch.from - end);
      [distance, low, high] = [distance + between, low + between, high + between];
    }
    const width = stretch.to - stretch.from;
    const next = gap + stretch.baseline - stretch.window;
    distance += area(gap, next, width);
    low += width * Math.max(0, gap - stretch.window, -gap - stretch.baseline);
    high += width * Math.max(gap + stretch.baseline, stretch.window - gap);
    [gap, end] = [next, stretch.to];
  }
  const resolution = Math.max(0, high - distance, distance - low);
  return Number.isFinite(distance) && Number.isFinite(resolution) ? { distance, resolution } : null;
}
