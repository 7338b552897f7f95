import type { RowSample, SampledColumn } from '#libs/contracts';
import { contribution, explained, type SideCounts } from './contribution.js';

/** Candidate: a column that rows could be cut by, with the values that have enough rows; all others count as one. */
export type Candidate = { readonly feature: string; readonly values: readonly string[] };

/** Numbers are cut into so many cells of equal mass of the baseline's sample, and as many categories have a cell of their own. */
const CELLS = 10;
/** A distance below this many times what sampling alone gives is none. */
const CHANCE = 3;

type Column = SampledColumn['values'];

/** For every row of a column the number of its cell: the last is for what is missing, the one before for other categories. */
function cellsOf(baseline: Column, window: Column): { before: number[]; now: number[]; count: number } {
  const filled = baseline.filter((value) => value !== null);
  const place = filled.some((value) => typeof value === 'number') ? byNumber(filled) : byCategory(filled);
  const missing = CELLS + 1;
  const at = (value: Column[number]): number => (value === null ? missing : place(value));
  return { before: baseline.map(at), now: window.map(at), count: missing + 1 };
}

function byNumber(filled: readonly (string | number)[]): (value: string | number) => number {
  const sorted = Float64Array.from(filled, Number).toSorted();
  const cuts = Array.from(
    { length: CELLS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / CELLS)] ?? 0,
  );
  return (value) => cuts.filter((cut) => Number(value) >= cut).length;
}

function byCategory(filled: readonly (string | number)[]): (value: string | number) => number {
  const counts = new Map<string | number, number>();
  for (const value of filled) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, CELLS);
  const places = new Map(most.map(([value], place) => [value, place]));
  return (value) => places.get(value) ?? CELLS;
}

/** Rows per cell of every value; those without a value of their own have an empty name. */
function counted(
  values: Column,
  cells: readonly number[],
  { own, count }: { own: ReadonlySet<string>; count: number },
): SideCounts {
  const side = new Map<string, number[]>();
  for (const [row, cell] of cells.entries()) {
    const value = String(values[row] ?? '');
    const name = own.has(value) ? value : '';
    const counts = side.get(name) ?? Array.from({ length: count }, () => 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
    side.set(name, counts);
  }
  return side;
}

const sum = (counts: readonly number[] = []): number => counts.reduce((a, b) => a + b, 0);

/** PSI of one sample of a number of rows against another is about this by chance alone. */
function noise(before: readonly number[] = [], now: readonly number[] = []): number {
  const filled = before.filter((count, cell) => count + (now[cell] ?? 0) > 0).length;
  return Math.max(0, filled - 1) * (1 / Math.max(1, sum(before)) + 1 / Math.max(1, sum(now)));
}

const whole = (side: SideCounts, count: number): number[] =>
  Array.from({ length: count }, (_, cell) => sum([...side.values()].map((counts) => counts[cell] ?? 0)));

/** What values show beyond chance that all rows do not: the mean of their own distances, by rows, less that of all. */
function hidden(baseline: SideCounts, window: SideCounts, rows: number, total: number): number {
  let inside = 0;
  for (const [value, now] of window) {
    const before = baseline.get(value);
    const own =
      before === undefined
        ? null
        : contribution({ baseline: new Map([['', before]]), window: new Map([['', now]]) });
    if (own !== null && own.total > CHANCE * noise(before, now)) inside += (sum(now) / rows) * own.total;
  }
  return Math.max(0, inside - total);
}

/**
 * dimensionScores: of each candidate how much of what changed its values explain, in PSI added up over all features, from samples of
 * both sides: of a change that all rows show, the part that some values carry or the mix of the values brings; and what only values
 * show. 0 where nothing changed beyond chance. A column explains nothing about itself.
 */
export function dimensionScores(
  { baseline, window }: { readonly baseline: RowSample; readonly window: RowSample },
  candidates: readonly Candidate[],
): Map<string, number> {
  const now = new Map(window.columns.map(({ feature, values }) => [feature, values]));
  const before = new Map(baseline.columns.map(({ feature, values }) => [feature, values]));
  const scores = new Map(candidates.map(({ feature }) => [feature, 0]));
  for (const { feature, values } of baseline.columns) {
    const current = now.get(feature);
    if (current === undefined || values.length === 0 || current.length === 0) continue;
    const cells = cellsOf(values, current);
    for (const candidate of candidates) {
      const [own, other] = [before.get(candidate.feature), now.get(candidate.feature)];
      if (candidate.feature === feature || own === undefined || other === undefined) continue;
      const names = { own: new Set(candidate.values), count: cells.count };
      const sides = { baseline: counted(own, cells.before, names), window: counted(other, cells.now, names) };
      const found = contribution(sides);
      if (found === null) continue;
      const chance = CHANCE * noise(whole(sides.baseline, cells.count), whole(sides.window, cells.count));
      const shown = found.total > chance ? found.total * explained(found) : 0;
      const score = shown + hidden(sides.baseline, sides.window, current.length, Math.max(found.total, 0));
      scores.set(candidate.feature, (scores.get(candidate.feature) ?? 0) + score);
    }
  }
  return scores;
}
