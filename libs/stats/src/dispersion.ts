import { cycleOf, type Cycle, type Phase } from './cycle.js';
import { sum } from './shares.js';

/** Contrast: a score per cell; the question whether the mean score of the rows has changed. */
export type Contrast = readonly number[];

/** DispersionInput: what the chunks of a baseline (days, as a rule) hold. */
export type DispersionInput = {
  /** Rows per cell of each chunk in order of time, `chunks: T × k`. */
  readonly chunks: readonly (readonly number[])[];
  /** Where in their cycles the chunks begin: T of them, or none when that is not known. */
  readonly phases?: readonly Phase[];
  readonly contrasts?: readonly Contrast[];
  /** Chunks that a window spans (default 1). Where five runs of so many fit, runs are compared instead of chunks. */
  readonly length?: number;
  /** Chunks with fewer rows say nothing (default 50). */
  readonly minRows?: number;
  /** Fewer usable chunks than this give no estimate (default 5). */
  readonly minChunks?: number;
};

/** Dispersion: how far the chunks of a baseline lie from the rest of it, apart from their cycles. Squares are in units of sampling variance. */
export type Dispersion = {
  /** Chunks that were compared. */
  readonly chunks: number;
  /** Chunks that a window spans beyond those that were compared: 1 when they are as long as the window. */
  readonly span: number;
  /** Rows that the comparison of a chunk with the rest is worth, n·m/(n + m), on average. */
  readonly rows: number;
  /** Cells that hold rows, less one. */
  readonly df: number;
  /** Chi² of each chunk against the rest, and of each contrast of each chunk (`contrasts × T`). */
  readonly squares: readonly number[];
  readonly contrastSquares: readonly (readonly number[])[];
  /** Mean of `squares` less what sampling alone gives; chance can make it negative. */
  readonly excess: number;
  /** Sum of the squared eigenvalues of the covariance of deviations: df for independent rows. */
  readonly squaredTrace: number;
  /** The same without each chunk. */
  readonly squaredTraces: readonly number[];
  /** Total variation of each chunk from the rest. */
  readonly distances: readonly number[];
  /** What chunks do over and over; null when it is not known when they were. */
  readonly cycle: Cycle | null;
};

/**
 * PSEUDO_ROWS: added to what a cell is expected to hold, so that one row in a cell that is all but empty says little. With two of them
 * (x − μ)²/(μ + 2) has about the tail of χ²₁ for any Poisson mean μ (within a factor of two at p = 5e-4).
 */
export const PSEUDO_ROWS = 2;
/** More chunks than this are looked at every so many: what pairs of them say grows with the square of their number. */
const MAX_PAIRED = 120;
const MIN_RUNS = 5;

const dot = (a: readonly number[], b: readonly number[]): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
};
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** contrastVariance: of one row's score, with pseudo-rows; `rows` is what the comparison is worth. */
export function contrastVariance(scores: Contrast, shares: readonly number[], rows: number): number {
  const first = dot(scores, shares);
  let [second, largest] = [0, 0];
  for (let i = 0; i < shares.length; i++) {
    const square = (scores[i] ?? 0) ** 2;
    second += square * (shares[i] ?? 0);
    largest = Math.max(largest, square);
  }
  return Math.max(0, second - first * first) + (PSEUDO_ROWS * largest) / rows;
}

/**
 * squaredTracesOf: Σ λ² of the covariance of deviations, from products of different chunks, whose own noise is not in it: of all of them, and without
 * each.
 */
function squaredTracesOf(deviations: readonly (readonly number[])[]): { all: number; without: number[] } {
  const step = Math.ceil(deviations.length / MAX_PAIRED);
  const some = deviations.filter((_, i) => i % step === 0);
  const sums = some.map(() => 0);
  some.forEach((a, i) => {
    for (let j = i + 1; j < some.length; j++) {
      const square = dot(a, some[j] ?? []) ** 2;
      sums[i] = (sums[i] ?? 0) + square;
      sums[j] = (sums[j] ?? 0) + square;
    }
  });
  const [n, total] = [some.length, sum(sums) / 2];
  const all = total / ((n * (n - 1)) / 2);
  const without = deviations.map((_, t) =>
    t % step === 0 ? (total - (sums[t / step] ?? 0)) / (((n - 1) * (n - 2)) / 2) : all,
  );
  return { all, without };
}

/** runsOf: chunks that follow each other, added up to runs of `length`. */
function runsOf(chunks: readonly (readonly number[])[], length: number): number[][] {
  return Array.from({ length: Math.floor(chunks.length / length) }, (_, run) => {
    const parts = chunks.slice(run * length, (run + 1) * length);
    return (parts[0] ?? []).map((_cell, i) => sum(parts.map((part) => part[i] ?? 0)));
  });
}

/**
 * dispersionOf: see {@link Dispersion}. Each chunk is compared with the baseline without it, at its phase of the cycles that the baseline
 * shows. Null when fewer than `minChunks` chunks of `minRows` rows are left, or all rows lie in one cell.
 */
export function dispersionOf({
  chunks: every,
  phases = [],
  contrasts = [],
  length = 1,
  minRows = 50,
  minChunks = MIN_RUNS,
}: DispersionInput): Dispersion | null {
  const isRun = length > 1 && Math.floor(every.length / length) >= MIN_RUNS;
  const parts = isRun ? runsOf(every, length) : every;
  const isUsable = parts.map((chunk) => sum(chunk) >= minRows);
  const chunks = parts.filter((_, i) => isUsable[i]);
  if (chunks.length < minChunks) return null;
  const isTimed = !isRun && phases.length === every.length;
  const cycle = cycleOf(chunks, isTimed ? phases.filter((_, i) => isUsable[i]) : []);
  const totals = (chunks[0] ?? []).map((_, i) => sum(chunks.map((chunk) => chunk[i] ?? 0)));
  const rows = sum(totals);
  const shares = totals.map((count) => count / rows);
  const df = shares.filter((share) => share > 0).length - 1;
  if (df < 1) return null;
  // A chunk left out of its own fit lies 1/(1 − h) as far from it, and that has the variance 1/(n·(1 − h)).
  const kept = chunks.map((_, t) => 1 - (cycle.leverage[t] ?? 0));
  const worths = chunks.map((chunk, t) => sum(chunk) * (kept[t] ?? 1));
  const left = chunks.map((_, t) => (cycle.residuals[t] ?? []).map((e) => e / (kept[t] ?? 1)));
  const deviations = left.map((cells, t) => {
    const worth = worths[t] ?? 1;
    return cells.map((e, i) => e * Math.sqrt(worth / ((shares[i] ?? 0) + PSEUDO_ROWS / worth)));
  });
  const bySampling = worths.map((worth) =>
    sum(shares.map((share) => (share * (1 - share)) / (share + PSEUDO_ROWS / worth))),
  );
  const squares = deviations.map((e) => dot(e, e));
  const traces = squaredTracesOf(deviations);
  return {
    chunks: chunks.length,
    span: isRun ? 1 : Math.max(1, length),
    rows: mean(worths),
    df,
    squares,
    contrastSquares: contrasts.map((scores) =>
      left.map((cells, t) => {
        const worth = worths[t] ?? 1;
        return (dot(scores, cells) ** 2 * worth) / contrastVariance(scores, shares, worth);
      }),
    ),
    excess: mean(squares) - mean(bySampling),
    squaredTrace: traces.all,
    squaredTraces: traces.without,
    distances: left.map((cells) => sum(cells.map(Math.abs)) / 2),
    cycle: isTimed ? cycle : null,
  };
}
