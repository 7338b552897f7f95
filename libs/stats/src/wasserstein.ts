import { toShares } from './shares.js';

/** BinnedSample: counts per bin, what lies outside of the bins with its own sum of values, and the sum of all values, where it is known. */
export type BinnedSample = {
  readonly counts: readonly number[];
  readonly under: number;
  readonly underSum: number;
  readonly over: number;
  readonly overSum: number;
  readonly sum?: number;
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

/**
 * Mass in one stretch of the axis: uniform over [from, to], or at one point when both are equal. `shift` is by how much the window's values in
 * it add more to its mean than those of the baseline to theirs, beyond what even places would.
 */
type Stretch = { from: number; to: number; baseline: number; window: number; shift: number };

/** areas: what a gap that goes linearly from `start` to `end` over a width encloses, with its sign, before and after it crosses 0. */
function areas(start: number, end: number, width: number): [number, number] {
  if (start * end >= 0) return [((start + end) / 2) * width, 0];
  const scale = (0.5 * width) / Math.abs(end - start);
  return [start * Math.abs(start) * scale, end * Math.abs(end) * scale];
}

const totalOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** What sums of many values may differ by for no other reason than their order, relative to the largest. */
const ROUNDING = 1e-12;
const farthest = ({ edges, max }: WassersteinInput): number =>
  Math.max(Math.abs(edges[0] ?? max), Math.abs(max));

/**
 * shiftsOf: what the mean of a sample is more than its bins' middles say, as so much for each bin. Values within a wide bin are mostly at the
 * side where more of them are, and the more so the wider it is: it is dealt out by rows times width squared, and no bin takes more
 * than its half width allows. All 0 where the sum is not known or overflowed.
 */
function shiftsOf(input: WassersteinInput, sample: BinnedSample): number[] {
  const { edges, max } = input;
  const rows = totalOf(sample.counts) + sample.under + sample.over;
  const bins = sample.counts.map((count, i) => {
    const [from = max, to = max] = [edges[i], edges[i + 1]];
    return { share: count / rows, width: to - from, middle: from / 2 + to / 2 };
  });
  const inside = ((sample.sum ?? NaN) - sample.underSum - sample.overSum) / rows;
  const missing = inside - totalOf(bins.map(({ share, middle }) => share * middle));
  const widest = Math.max(...bins.map(({ share, width }) => (share > 0 ? width : 0)));
  const weights = bins.map(({ share, width }) => (widest > 0 ? share * (width / widest) ** 2 : 0));
  const weight = totalOf(weights);
  if (!(weight > 0 && Math.abs(missing) > ROUNDING * farthest(input))) return bins.map(() => 0);
  return bins.map(({ share, width }, i) => {
    const [most, shift] = [(share * width) / 2, (missing * (weights[i] ?? 0)) / weight];
    return Math.max(-most, Math.min(most, shift));
  });
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
    points.push({ from: x, to: x, baseline: shares[0][index] ?? 0, window: 0, shift: 0 });
  }
  if (window[side] > 0) {
    const x = at(window);
    points.push({ from: x, to: x, baseline: 0, window: shares[1][index] ?? 0, shift: 0 });
  }
  return points.sort((a, b) => a.from - b.from);
}

function stretches(input: WassersteinInput, shares: [number[], number[]]): Stretch[] {
  const [before, now] = [shiftsOf(input, input.baseline), shiftsOf(input, input.window)];
  const noise = ROUNDING * farthest(input);
  const shiftAt = (i: number): number => {
    const shift = (now[i] ?? 0) - (before[i] ?? 0);
    return Math.abs(shift) > noise ? shift : 0;
  };
  const inside = input.edges.map((from, i) => ({
    shift: shiftAt(i),
    from,
    to: input.edges[i + 1] ?? input.max,
    baseline: shares[0][i + 1] ?? 0,
    window: shares[1][i + 1] ?? 0,
  }));
  return [...outside(input, shares, 'under'), ...inside, ...outside(input, shares, 'over')];
}

const samplesShares = (sample: BinnedSample): number[] | null =>
  toShares([sample.under, ...sample.counts, sample.over]);

/** Bounds of ∫ |F_b − F_w| over one stretch, wherever its rows lie, and the best guess between them. */
function within(gap: number, { from, to, baseline, window, shift }: Stretch) {
  const width = to - from;
  const next = gap + baseline - window;
  const low = width * Math.max(0, gap - window, -gap - baseline);
  const high = width * Math.max(gap + baseline, window - gap);
  const enclosed = areas(gap, next, width);
  const all = totalOf(enclosed.map(Math.abs));
  const guess =
    all > 0
      ? totalOf(enclosed.map((area) => Math.abs(area + (shift * Math.abs(area)) / all)))
      : Math.abs(shift);
  return { low, high, guess: Math.min(high, Math.max(low, guess)) };
}

/** meanGap: how far the means are apart; the distance is never less. 0 where the sums are not known, or no more apart than rounding. */
function meanGap(input: WassersteinInput): number {
  const meanOf = ({ sum = NaN, counts, under, over }: BinnedSample) => sum / (totalOf(counts) + under + over);
  const [before, now] = [meanOf(input.baseline), meanOf(input.window)];
  const scale = Math.max(Math.abs(before), Math.abs(now), farthest(input));
  const gap = Math.abs(now - before);
  return gap > ROUNDING * scale && Number.isFinite(gap) ? gap : 0;
}

/**
 * wasserstein: first Wasserstein (earth mover's) distance ∫ |F_b − F_w| dx (Vallender 1974) from binned counts.
 *
 * Variant: the mass of a bin is spread evenly over it, and then moved so that each sample has its mean, where its `sum` is known; mass
 * under and over the bins sits at its own mean, known from its sum, which is exact while only one sample
 * has any there. The distance is at least that of the means. `resolution` bounds the error that the unknown places inside bins can cause;
 * bins of one value have none. With bins as the store makes them the distance of heavy tails (lognormal with σ = 1.5, Pareto with
 * α = 2.5) is within 3 % of that on rows when it is a tenth of the standard deviation or more.
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
  let [gap, guess, low, high, end] = [0, 0, 0, 0, Number.NaN];
  for (const stretch of stretches(input, [before, now])) {
    if (!Number.isNaN(end)) {
      const between = Math.abs(gap) * Math.max(0, stretch.from - end);
      [guess, low, high] = [guess + between, low + between, high + between];
    }
    const inside = within(gap, stretch);
    [guess, low, high] = [guess + inside.guess, low + inside.low, high + inside.high];
    [gap, end] = [gap + stretch.baseline - stretch.window, stretch.to];
  }
  const least = Math.max(low, Math.min(meanGap(input), high));
  const distance = Math.max(guess, least);
  const resolution = Math.max(0, high - distance, distance - least);
  return Number.isFinite(distance) && Number.isFinite(resolution) ? { distance, resolution } : null;
}
