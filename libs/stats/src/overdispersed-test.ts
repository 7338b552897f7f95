import chiSquaredCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import chiSquaredQuantile from '@stdlib/stats-base-dists-chisquare-quantile';
import fCdf from '@stdlib/stats-base-dists-f-cdf';
import type { ChiSquared } from './chi-squared-two-sample.js';
import type { Overdispersion } from './overdispersion.js';
import { coursesOf, type Course } from './persistence.js';
import { sum } from './shares.js';

const QUANTILES = 16;
/** Only what is small can become evidence; what is not is told roughly. */
const PRECISE_BELOW = 0.2;
const knownQuantiles = new Map<number, readonly number[]>();

/** quantiles: of chi-squared with df degrees of freedom, each standing for an equal share of it. */
function quantiles(df: number): readonly number[] {
  const known = knownQuantiles.get(df);
  if (known !== undefined) return known;
  const made = Array.from({ length: QUANTILES }, (_, i) => chiSquaredQuantile((i + 0.5) / QUANTILES, df));
  knownQuantiles.set(df, made);
  return made;
}

const tailOfChiSquared = (x: number, df: number): number =>
  x > 0 ? Math.max(0, 1 - chiSquaredCdf(x, df)) : 1;
const tailOfF = (x: number, numerator: number, denominator: number): number =>
  x > 0 ? 1 - fCdf(x, numerator, Math.min(denominator, 1e6)) : 1;

/** Spread: of a chi² with `df` degrees of freedom: `wide` of its squares have the variance `variance`, known with so many degrees of freedom. */
type Spread = {
  readonly df: number;
  readonly wide: number;
  readonly variance: number;
  readonly known: number;
};

/**
 * tailOf: P(Σ > statistic). The variance is itself an estimate (as in Student's t), and one below that of independent rows is
 * taken to be that. The larger of two approximations holds: of the sum as one F distribution with its first two moments
 * (Satterthwaite 1946, as Rao & Scott's second-order correction), right where the excess is small, and of the sum with its
 * large squares as F and its small ones spread over their quantiles, right where it is large.
 */
function tailOf(statistic: number, { df, wide, variance, known }: Spread): number {
  // Chunks that are all the same, as of a schedule, have no variance to divide by.
  if (!(variance > 0)) return tailOfChiSquared(statistic, df);
  const total = df - wide + wide * variance;
  const squares = df - wide + wide * variance * variance;
  const matched = tailOfF(
    statistic / total,
    (total * total) / squares,
    known * (total / (wide * variance)) ** 2,
  );
  if (matched > PRECISE_BELOW) return matched;
  const atLeast =
    variance < 3 ? tailOfChiSquared(statistic, df) * tailOfChiSquared(known * variance, known) : 0;
  const narrow = df > wide ? quantiles(df - wide) : [0];
  const summed =
    sum(narrow.map((part) => tailOfF((statistic - part) / (wide * variance), wide, known))) / narrow.length;
  return Math.min(1, Math.max(0, matched, summed) + atLeast);
}

/**
 * knownFrom: degrees of freedom of a variance that is estimated from n chunks, of which `excess` (over 1) follows a course and the rest is
 * chance: (tr)² / tr(²) of their covariance (Satterthwaite), for each independent way of differing.
 */
function knownFrom(n: number, excess: number, { ofMean, squaredTrace }: Course): number {
  const seen = n * (1 - ofMean);
  return (n - 1 + excess * seen) ** 2 / (n - 1 + 2 * excess * seen + excess * excess * squaredTrace);
}

/** spreadOf: under one course, of a window that has `growth` times the excess of a chunk. */
function spreadOf(own: Overdispersion, df: number, growth: number, course: Course): Spread {
  const { excess, chunks: n } = own;
  const wide = excess > 0 ? Math.min(df, Math.max(1, Math.floor(own.dimensions))) : df;
  const seen = excess / Math.min(own.dimensions, own.df);
  // What chunks share with their neighbours is in the mean as well: it hides in the chunks, and moves the window.
  const hidden = ((1 + course.ofMean) / (1 - course.ofMean)) * ((n - 1) / (n + 1));
  const grown = (excess * (excess > 0 ? growth * hidden : 1)) / wide;
  const known = knownFrom(n, Math.max(0, seen), course) * wide;
  const ratio = seen > 0 ? ((1 + grown) * seen) / ((1 + seen) * grown) : 1;
  return { df, wide, variance: 1 + grown, known: known * ratio * ratio };
}

const averaged = (values: readonly number[]): number => sum(values) / values.length;

/**
 * overdispersedTest: deff and p of a chi² of two samples, when chunks of the baseline differ as they do. How chunks follow each other is
 * not known, so p is the mean over the ways in which they may (prior predictive). A window worth more rows than a chunk
 * has that much more excess; one worth fewer is not given less, because what users repeat does not shrink with the rows.
 */
export function overdispersedTest(
  { statistic, df }: Pick<ChiSquared, 'statistic' | 'df'>,
  own: Overdispersion,
  rows: number,
): { deff: number; p: number } {
  const growth = Math.max(1, rows / own.rows) * Math.max(1, df / own.df);
  const spreads = coursesOf(own.chunks).map((course) => spreadOf(own, df, growth, course));
  const excess = averaged(spreads.map(({ wide, variance }) => wide * (variance - 1)));
  const p = averaged(spreads.map((spread) => tailOf(statistic, spread)));
  return { deff: Math.max(1, 1 + excess / df), p: Math.min(1, p) };
}

/**
 * ownTails: p of each chunk among the others, as one more chunk of theirs, where it is small: what the tails of the test can be
 * compared with.
 */
export function ownTails(own: Overdispersion): number[] {
  const { statistics, chunks: n, df } = own;
  const [independent] = coursesOf(n);
  if (independent === undefined) return [];
  const all = sum(statistics);
  return statistics
    .map((statistic) => {
      const others = { ...own, excess: (all - statistic) / (n - 1) - df };
      return tailOf(statistic, spreadOf(others, df, 1, { ...independent, ofMean: 1 / n }));
    })
    .filter((p) => p <= PRECISE_BELOW);
}
