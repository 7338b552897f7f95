import chisquare from '@stdlib/stats-base-dists-chisquare';
import f from '@stdlib/stats-base-dists-f';
import type { ChiSquared } from './chi-squared-two-sample.js';
import { chunksAgainstRest, type DesignEffectInput } from './design-effect.js';
import { sum } from './shares.js';

/**
 * Overdispersion: how the chunks of a sample (days, as a rule) differ beyond what independent rows would.
 * `excess`: chi² of a chunk against the rest less its degrees of freedom `df`, corrected for how chunks follow each other;
 * `dimensions`: in how many independent ways they differ (1: all along one direction, such as the level);
 * `freedom`: of how many independent chunks that is known; `rows`: rows that a chunk's comparison is worth, n·m/(n + m).
 */
export type Overdispersion = {
  readonly excess: number;
  readonly df: number;
  readonly dimensions: number;
  readonly freedom: number;
  readonly rows: number;
};

/** Cells that a chunk is expected to hold fewer rows in are pooled. */
const MIN_EXPECTED = 5;
/** Persistence is taken to be at least this: days resemble their neighbours, and a month does not show by how much. */
const MIN_PERSISTENCE = 0.6;
const MAX_PERSISTENCE = 0.75;
/** Of how many chunks at most one is taken to be independent of the others: a short history shows little of its own persistence. */
const LEAST_APART = 5;
/** More chunks than this are looked at every so many: what pairs of them say grows with the square of their number. */
const MAX_CHUNKS = 120;

/** pooling: where each cell goes so that all are large enough in a chunk of so many rows; fewer than two are left for a constant. */
function pooling(totals: readonly number[], chunkRows: number): { to: number[]; cells: number } {
  const all = sum(totals);
  const isLarge = totals.map((count) => (count / all) * chunkRows >= MIN_EXPECTED);
  const large = isLarge.filter(Boolean).length;
  const rest = sum(totals.filter((_, i) => isLarge[i] !== true));
  const isRestLarge = (rest / all) * chunkRows >= MIN_EXPECTED;
  let next = 0;
  const to = isLarge.map((own) => (own ? next++ : isRestLarge ? large : Math.max(0, large - 1)));
  return { to, cells: large + (isRestLarge ? 1 : 0) };
}

type Deviation = { readonly cells: number[]; readonly rows: number };

/** deviations: of each chunk from the rest, so scaled that the squares sum to its chi². */
function deviations(input: DesignEffectInput): { list: Deviation[]; df: number } | null {
  const pairs = chunksAgainstRest(input);
  const [first] = pairs;
  if (first === undefined) return null;
  const totals = first.chunk.map((count, i) => count + (first.rest[i] ?? 0));
  const { to, cells } = pooling(totals, sum(pairs.map(({ chunk }) => sum(chunk))) / pairs.length);
  if (cells < 2) return null;
  const pooled = (counts: readonly number[]): number[] => {
    const into = Array<number>(cells).fill(0);
    counts.forEach((count, i) => (into[to[i] ?? 0] = (into[to[i] ?? 0] ?? 0) + count));
    return into;
  };
  const [every, rows] = [pooled(totals), sum(totals)];
  const list = pairs.flatMap(({ chunk, rest }): Deviation[] => {
    const [n, m] = [sum(chunk), sum(rest)];
    if (!(n > 0 && m > 0)) return [];
    const [own, other, worth] = [pooled(chunk), pooled(rest), (n * m) / (n + m)];
    const scale = every.map((count) => Math.sqrt((worth * rows) / count));
    return [{ rows: worth, cells: own.map((c, i) => (c / n - (other[i] ?? 0) / m) * (scale[i] ?? 0)) }];
  });
  return { list, df: cells - 1 };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** persistence: correlation of what is in excess from one chunk to the next, as of a first-order autoregression; its bias (Kendall 1954) is taken off, and a standard error added: an alarm needs more, not less. */
function persistence(list: readonly Deviation[], excess: number): number {
  if (!(excess > 0)) return 0;
  const next = mean(list.slice(1).map(({ cells }, i) => dot(cells, list[i]?.cells ?? [])));
  const n = list.length;
  const unbiased = (next / excess + 1 / n) / Math.max(0.1, 1 - 3 / n);
  return Math.min(MAX_PERSISTENCE, Math.max(MIN_PERSISTENCE, unbiased + 1 / Math.sqrt(n)));
}

/** squaredTrace: Σ λ² of the covariance of deviations, from products of different chunks, whose own noise is not in it. */
function squaredTrace(list: readonly Deviation[]): number {
  const step = Math.ceil(list.length / MAX_CHUNKS);
  const some = list.filter((_, i) => i % step === 0);
  let [total, pairs] = [0, 0];
  some.forEach((a, i) => {
    for (const b of some.slice(i + 1)) {
      total += dot(a.cells, b.cells) ** 2;
      pairs += 1;
    }
  });
  return pairs === 0 ? 0 : total / pairs;
}

/**
 * overdispersion: see {@link Overdispersion}. The covariance of a chunk's deviation is that of independent rows (known: the identity, as
 * scaled here) plus an excess, whose trace, squared trace and autocorrelation are estimated by moments. Null when fewer
 * than `minChunks` chunks (default 5) of `minRows` rows (default 50) can be compared.
 */
export function overdispersion(input: DesignEffectInput): Overdispersion | null {
  const found = deviations(input);
  const { minChunks = 5 } = input;
  if (found === null || found.list.length < minChunks) return null;
  const { list, df } = found;
  const n = list.length;
  const excess = mean(list.map(({ cells }) => dot(cells, cells))) - df;
  const rows = mean(list.map((deviation) => deviation.rows));
  if (!(excess > 0)) return { excess: 0, df, dimensions: df, freedom: n, rows };
  const phi = persistence(list, excess);
  // What chunks share with their neighbours is in the rest as well, and the mean of few independent chunks is itself uncertain.
  const independent = Math.max(2, (n * (1 - phi)) / (1 + phi));
  const squared = squaredTrace(list) - df - 2 * excess;
  const dimensions = Math.min(df, Math.max(1, squared > 0 ? (excess * excess) / squared : df));
  return {
    excess: (excess * (independent + 1)) / (independent - 1),
    df,
    dimensions,
    freedom: Math.max(1, n / LEAST_APART - 1),
    rows,
  };
}

const QUANTILES = 16;
const PRECISE_BELOW = 0.2;
const knownQuantiles = new Map<number, readonly number[]>();

/** quantiles: of chi-squared with df degrees of freedom, each standing for an equal share of it. */
function quantiles(df: number): readonly number[] {
  const known = knownQuantiles.get(df);
  if (known !== undefined) return known;
  const made = Array.from({ length: QUANTILES }, (_, i) => chisquare.quantile((i + 0.5) / QUANTILES, df));
  knownQuantiles.set(df, made);
  return made;
}

const tailOfF = (x: number, numerator: number, denominator: number): number =>
  x > 0 ? 1 - f.cdf(x, numerator, Math.min(denominator, 1e6)) : 1;

/**
 * overdispersedTest: deff and p of a chi² of two samples, when chunks of the baseline differ as they do. The statistic is a sum of
 * `dimensions` squares with the variance 1 + excess / dimensions, known from so many chunks, and of others with the variance 1.
 *
 * Variant: p is the larger of two approximations: of an F distribution with the first two moments of the sum (Satterthwaite 1946, as
 * Rao & Scott's second-order correction), right where the excess is small, and of the sum with its large squares as F and its
 * small ones spread over their quantiles, right where it is large. A window worth more rows than a chunk has that much more
 * excess; one worth fewer is not given less.
 */
export function overdispersedTest(
  { statistic, df }: ChiSquared,
  { excess, dimensions, freedom, ...chunks }: Overdispersion,
  rows: number,
): { deff: number; p: number } {
  const grown = excess * Math.max(1, rows / chunks.rows) * Math.max(1, df / chunks.df);
  const total = df + grown;
  const deff = total / df;
  if (!(grown > 0)) return { deff, p: Math.max(0, 1 - chisquare.cdf(statistic, df)) };
  const wide = Math.min(df, Math.max(1, Math.round(dimensions)));
  const squares = df + 2 * grown + (grown * grown) / wide;
  const known = wide * freedom;
  const matched = tailOfF(statistic / total, (total * total) / squares, known * (total / grown) ** 2);
  // Only what is small can become evidence, and only there both differ.
  if (matched > PRECISE_BELOW) return { deff, p: matched };
  const variance = 1 + grown / wide;
  const ofWide = known * (variance / (grown / wide)) ** 2;
  const narrow = df > wide ? quantiles(df - wide) : [0];
  const summed = mean(narrow.map((part) => tailOfF((statistic - part) / (wide * variance), wide, ofWide)));
  return { deff, p: Math.min(1, Math.max(0, matched, summed)) };
}
