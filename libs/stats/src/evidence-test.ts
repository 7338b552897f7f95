import chiSquaredCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import fCdf from '@stdlib/stats-base-dists-f-cdf';
import { contrastVariance, PSEUDO_ROWS, type Contrast, type Dispersion } from './dispersion.js';
import { sum, type TwoSamples } from './shares.js';

/**
 * Days that follow each other resemble each other, and a month does not show how far it wanders: what differs between chunks beyond sampling counts so
 * many times. The factor is fixed, because an estimate of serial dependence from thirty days costs more power than it saves. Of a change in one known
 * direction the variance is known best; of one in any direction the excess is known less well, and counts 4.5 times.
 */
const PERSISTENCE = 1.8;
const PERSISTENCE_OF_ANY = 4.5;
/** FAR, EXACT: times the farthest chunk, from which a distance is evidence by itself, and from which it needs no test. */
const FAR = 3;
const EXACT = 10;

/** tailOfF: P(F > x) as P(1/F < 1/x), so that small tails keep their digits. */
const tailOfF = (x: number, numerator: number, denominator: number): number =>
  x > 0 ? fCdf(1 / x, Math.min(denominator, 1e6), numerator) : 1;
const tailOfChiSquared = (x: number, df: number): number =>
  x > 0 ? Math.max(0, 1 - chiSquaredCdf(x, df)) : 1;
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Observed: a window beside its baseline. Squares are in units of sampling variance. */
type Observed = {
  readonly square: number;
  readonly contrasts: readonly number[];
  readonly df: number;
  /** Rows that the comparison is worth, n·m/(n + m). */
  readonly rows: number;
  /** Total variation. */
  readonly distance: number;
};

/**
 * observe: `like` is the size of the sample that the window counts for in the common shares: its own where there are no chunks; a chunk's
 * else, so that more rows of the same shares never count less.
 */
function observe(
  { baseline, window }: TwoSamples,
  contrasts: readonly Contrast[],
  like: number | null,
): Observed | null {
  const [n, m] = [sum(baseline), sum(window)];
  if (!(n > 0 && m > 0)) return null;
  const rows = (n * m) / (n + m);
  const size = like ?? m;
  const shares = baseline.map((b, i) => (b + ((window[i] ?? 0) * size) / m) / (n + size));
  if (shares.filter((share) => share > 0).length < 2) return null;
  const differences = baseline.map((b, i) => (window[i] ?? 0) / m - b / n);
  return {
    square: sum(differences.map((d, i) => (d * d * rows) / ((shares[i] ?? 0) + PSEUDO_ROWS / rows))),
    contrasts: contrasts.map((scores) => {
      const moved = sum(differences.map((d, i) => d * (scores[i] ?? 0)));
      return (moved * moved * rows) / contrastVariance(scores, shares, rows);
    }),
    df: Math.max(1, baseline.filter((b) => b > 0).length - 1),
    rows,
    distance: sum(differences.map(Math.abs)) / 2,
  };
}

/** bySampling: mean and three standard deviations of the total variation that sampling alone gives, from normal cells (covariance of |X|, |Y|: Nabeya 1951). */
function bySampling(baseline: readonly number[], rows: number): number {
  const n = sum(baseline);
  const shares = baseline.map((b) => b / n).filter((share) => share > 0 && share < 1);
  const sd = shares.map((p) => Math.sqrt((p * (1 - p)) / rows));
  let variance = 0;
  shares.forEach((p, i) => {
    shares.forEach((q, j) => {
      const r = i === j ? 1 : Math.max(-1, -Math.sqrt((p * q) / ((1 - p) * (1 - q))));
      variance += (sd[i] ?? 0) * (sd[j] ?? 0) * (r * Math.asin(r) + Math.sqrt(1 - r * r) - 1);
    });
  });
  // Of a rare cell the mean deviation is below the normal one, and at most 2·p·(1 − p).
  const average = sum(shares.map((p, i) => Math.min((sd[i] ?? 0) * Math.sqrt(2 / Math.PI), 2 * p * (1 - p))));
  // A baseline that is all one value has no spread, and a row or two beside it are no evidence.
  return Math.max(PSEUDO_ROWS / rows, average / 2 + 3 * Math.sqrt(Math.max(0, variance / (2 * Math.PI))));
}

/** hiddenOf: beyond the chunks that were compared an excess may grow that they cannot show: one standard error of their total variance. */
const hiddenOf = ({ chunks, span }: Dispersion, squaredTrace: number): number =>
  (1 - 1 / span) * Math.sqrt((2 * squaredTrace) / (chunks - 1));

/** pOfContrast: F(1, T − 1) of its square over the variance that chunks have, sampling at least. */
function pOfContrast(square: number, seen: number, growth: number, own: Dispersion): number {
  const excess = Math.max(0, seen) + hiddenOf(own, (1 + Math.max(0, seen)) ** 2);
  return tailOfF(square / (1 + PERSISTENCE * growth * excess), 1, own.chunks - 1);
}

/** Excess: of one direction that is looked at by itself, and of all others. */
type Excess = { readonly known: number; readonly rest: number };

/**
 * pOfAny: of a chi² of which sampling gives `df` and chunks differ by an excess. One F distribution with the same first two moments
 * (Satterthwaite 1946, as Rao & Scott's second-order correction); its denominator never falls below the chunks less one.
 */
function pOfAny(
  square: number,
  df: number,
  { known, rest }: Excess,
  growth: number,
  own: Dispersion,
): number {
  const { chunks, span } = own;
  const noise = (2 * own.df) / (chunks - 1);
  // An excess within its own standard error is none (positive-part James–Stein).
  const believed = rest > 0 ? Math.max(0, rest - noise / rest) : 0;
  const trace = Math.max(own.squaredTrace, own.df);
  const excess = Math.max(0, known) + believed + hiddenOf(own, trace);
  const weight = PERSISTENCE_OF_ANY * span;
  const squared = Math.min(
    excess ** 2,
    Math.max(excess ** 2 / own.df, own.squaredTrace - own.df - 2 * excess),
  );
  const total = own.df + weight * excess;
  const numerator = total ** 2 / (own.df + 2 * weight * excess + weight ** 2 * squared);
  const denominator = (chunks - 1) * Math.max(1, (own.df + span * excess) ** 2 / (span ** 2 * trace));
  const scale = df + PERSISTENCE_OF_ANY * growth * excess;
  return tailOfF(square / scale, Math.min(own.df, Math.max(1, numerator)), denominator);
}

/** excessOf: how far chunks differ in each contrast, and in what is left of all cells; `without` leaves one chunk out. */
function excessOf(own: Dispersion, without?: number): { contrasts: number[]; any: Excess } {
  const { chunks: n, squares, contrastSquares, excess } = own;
  const less = (values: readonly number[]): number =>
    without === undefined ? mean(values) : (sum(values) - (values[without] ?? 0)) / (n - 1);
  const contrasts = contrastSquares.map((values) => less(values) - 1);
  const all = excess + less(squares) - mean(squares);
  const known = Math.max(0, ...contrasts);
  return { contrasts, any: { known, rest: all - known } };
}

/** pOf: of all questions the lowest p, times their number (Bonferroni). Between two cells there is one question only. */
function pOf(observed: Omit<Observed, 'distance'>, own: Dispersion, without?: number): number {
  const growth = Math.max(1, observed.rows / own.rows) * Math.max(1, observed.df / own.df);
  const excess = excessOf(own, without);
  if (own.df === 1) return pOfContrast(observed.square, excess.any.known + excess.any.rest, growth, own);
  const ps = observed.contrasts.map((square, i) =>
    pOfContrast(square, excess.contrasts[i] ?? 0, growth, own),
  );
  ps.push(pOfAny(observed.square, observed.df, excess.any, growth, own));
  return Math.min(1, ps.length * Math.min(...ps));
}

/** pOfFar: one more chunk is the farthest of T + 1 by chance once in T + 1, and r times as far with the fourth power of r less often. */
const pOfFar = (ratio: number, chunks: number): number =>
  ratio >= FAR ? 1 / ((chunks + 1) * ratio ** 4) : 1;

/** TwoSampleEvidence: whether a window differs from its baseline by more than the baseline does from itself. */
export type TwoSampleEvidence = {
  readonly p: number;
  /** The window is so far from the baseline that no test is needed. */
  readonly isExact: boolean;
  /** How much more the samples vary than independent rows would. */
  readonly deff: number;
  /** Total variation of the window, and of the farthest chunk; null when there are no chunks. */
  readonly distance: number;
  readonly farthest: number | null;
};

/**
 * twoSampleEvidence: are both samples alike? Chi² over all cells and one for each contrast, held against how the chunks of the baseline lie
 * from the rest of it; against sampling alone where there are none. Null when a sample is empty or all rows lie in one cell.
 */
export function twoSampleEvidence(
  samples: TwoSamples,
  own: Dispersion | null,
  contrasts: readonly Contrast[] = [],
): TwoSampleEvidence | null {
  const observed = observe(samples, contrasts, own?.rows ?? null);
  if (observed === null) return null;
  const { distance, rows, df } = observed;
  const farthest = own === null ? null : Math.max(...own.distances);
  const ratio = distance / Math.max(bySampling(samples.baseline, rows), farthest ?? 0);
  const isExact = ratio >= EXACT;
  if (own === null) {
    const ps = [
      tailOfChiSquared(observed.square, df),
      ...observed.contrasts.map((square) => tailOfChiSquared(square, 1)),
    ];
    return { p: Math.min(1, ps.length * Math.min(...ps)), isExact, deff: 1, distance, farthest };
  }
  return {
    p: Math.min(pOf(observed, own), pOfFar(ratio, own.chunks)),
    isExact,
    deff: designEffectOf(own, rows),
    distance,
    farthest,
  };
}

/** ownEvidence: p of each chunk of a baseline among the others. */
export function ownEvidence(own: Dispersion): number[] {
  const { squares, contrastSquares, distances, chunks, df, rows } = own;
  const [first = 0, second = 0] = [...distances].sort((a, b) => b - a);
  return squares.map((square, t) => {
    const contrasts = contrastSquares.map((values) => values[t] ?? 0);
    const distance = distances[t] ?? 0;
    const ratio = distance / (distance === first ? second : first);
    const others = { ...own, squaredTrace: own.squaredTraces[t] ?? own.squaredTrace };
    return Math.min(pOf({ square, contrasts, df, rows }, others, t), pOfFar(ratio, chunks));
  });
}

/** Standard normal quantile at which t and normal tails are made equal. */
const TAIL_Z = 3;

/**
 * designEffectOf: how much more a comparison worth so many rows (a chunk's, when not said) varies than one of independent rows. Tests and intervals that are
 * normal take it as it is, so the uncertainty of the variance is in it: t of T − 1 degrees of freedom is z·(1 + (z² + 1)/(4·(T − 1))), nearly (Fisher).
 */
export function designEffectOf({ excess, df, rows: own, chunks }: Dispersion, rows = own): number {
  const uncertain = (1 + (TAIL_Z ** 2 + 1) / (4 * (chunks - 1))) ** 2;
  const varied = 1 + (PERSISTENCE * Math.max(1, rows / own) * Math.max(0, excess)) / df;
  return excess > 0 ? varied * uncertain : 1;
}
