import { cycleOf, type Cycle, type Phase } from './cycle.js';
import type { DesignEffectInput } from './design-effect.js';
import { sum } from './shares.js';

/** Overdispersion: how the chunks of a sample (days, as a rule) differ beyond what independent rows would, apart from their cycles. */
export type Overdispersion = {
  /** Chi² of a chunk against what the others say of it, less its degrees of freedom; chance can make it negative. */
  readonly excess: number;
  readonly df: number;
  /** In how many independent ways chunks differ (1: all along one direction, such as the level). */
  readonly dimensions: number;
  readonly chunks: number;
  /** Rows that a chunk's comparison is worth, n·m/(n + m). */
  readonly rows: number;
  /** Chi² of each chunk. */
  readonly statistics: readonly number[];
  /** What chunks do over and over; null when it is not known when they were. */
  readonly cycle: Cycle | null;
};

/** OverdispersionInput: counts per chunk; `phases` are where the chunks begin, as many as there are chunks, or none. */
export type OverdispersionInput = DesignEffectInput & { readonly phases?: readonly Phase[] };

/** Cells that a chunk is expected to hold fewer rows in are pooled. */
const MIN_EXPECTED = 5;
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
type Deviations = { readonly list: Deviation[]; readonly df: number; readonly cycle: Cycle | null };

/** deviations: of each chunk from what the others say of it, so scaled that the squares sum to its chi². */
function deviations({ chunks: every, phases = [], minRows = 50 }: OverdispersionInput): Deviations | null {
  const isUsable = every.map((chunk) => sum(chunk) >= minRows);
  const chunks = every.filter((_, i) => isUsable[i]);
  if (chunks.length < 2) return null;
  const isTimed = phases.length === every.length;
  const cycle = cycleOf(chunks, isTimed ? phases.filter((_, i) => isUsable[i]) : []);
  const totals = (chunks[0] ?? []).map((_, i) => sum(chunks.map((chunk) => chunk[i] ?? 0)));
  const rows = sum(totals);
  const { to, cells } = pooling(totals, rows / chunks.length);
  if (cells < 2) return null;
  const pooled = (values: readonly number[]): number[] => {
    const into = Array<number>(cells).fill(0);
    values.forEach((value, i) => (into[to[i] ?? 0] = (into[to[i] ?? 0] ?? 0) + value));
    return into;
  };
  const scale = pooled(totals).map((count) => Math.sqrt(rows / count));
  const list = chunks.map((chunk, t): Deviation => {
    // Left out of its own fit, a chunk lies 1 / (1 − h) as far from it, and that has the variance 1 / (n·(1 − h)).
    const worth = sum(chunk) * (1 - (cycle.leverage[t] ?? 0));
    const left = sum(chunk) / Math.sqrt(worth);
    return { rows: worth, cells: pooled(cycle.residuals[t] ?? []).map((e, i) => e * (scale[i] ?? 0) * left) };
  });
  return { list, df: cells - 1, cycle: isTimed ? cycle : null };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

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

/** dimensionsOf: (Σ λ)² / Σ λ² of the excess; of what there is not, all that there could be. */
function dimensionsOf(list: readonly Deviation[], df: number, excess: number): number {
  if (!(excess > 0)) return df;
  const squared = squaredTrace(list) - df - 2 * excess;
  return Math.min(df, Math.max(1, squared > 0 ? (excess * excess) / squared : df));
}

/**
 * overdispersion: see {@link Overdispersion}. The covariance of a chunk's deviation is that of independent rows (known: the identity, as
 * scaled here) plus an excess, whose trace and squared trace are estimated by moments. Null when fewer
 * than `minChunks` chunks (default 5) of `minRows` rows (default 50) can be compared.
 */
export function overdispersion(input: OverdispersionInput): Overdispersion | null {
  const found = deviations(input);
  const { minChunks = 5 } = input;
  if (found === null || found.list.length < minChunks) return null;
  const { list, df, cycle } = found;
  const chunks = list.length;
  const statistics = list.map(({ cells }) => dot(cells, cells));
  const excess = mean(statistics) - df;
  return {
    ...{ excess, df, chunks, statistics, cycle },
    dimensions: dimensionsOf(list, df, excess),
    rows: mean(list.map((deviation) => deviation.rows)),
  };
}
