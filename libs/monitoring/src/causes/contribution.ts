import { PSI_SHARE_FLOOR } from '#libs/stats';

/** SideCounts: rows per cell of every segment value, all in the same cells. The values partition the rows. */
export type SideCounts = ReadonlyMap<string, readonly number[]>;

/** Part: what one segment value adds to a change; `before` and `now` are its shares of the rows. */
export type Part = {
  readonly value: string;
  /** By what changed among its own rows. */
  readonly within: number;
  /** By its becoming more or less frequent, as far as it is unlike the other rows. */
  readonly mix: number;
  readonly before: number;
  readonly now: number;
};

/** Contribution: a change taken apart; `total` is the sum of `within` and `mix`, which are the sums over the parts. */
export type Contribution = {
  readonly total: number;
  readonly within: number;
  readonly mix: number;
  /** By size, the largest first. */
  readonly parts: readonly Part[];
};

/** WeightOf: what a row is worth that moves into a cell, from the shares of the cell in all rows. */
export type WeightOf = (before: number, now: number, cell: number) => number;

/**
 * psiWeight: with it a change is the population stability index of all rows, and its parts add up to that. The index is a sum over cells of
 * (now − before) × ln(now / before), so the logarithm is the weight; shares below the floor are lifted as `psi` lifts them.
 */
export const psiWeight: WeightOf = (before, now) => {
  if (before === now) return 0;
  const [b, w] = [Math.max(before, PSI_SHARE_FLOOR), Math.max(now, PSI_SHARE_FLOOR)];
  return ((w - b) * Math.log(w / b)) / (now - before);
};

/** shareWeight: with it a change is that of the share of one cell. */
export const shareWeight =
  (of: number): WeightOf =>
  (_before, _now, cell) =>
    cell === of ? 1 : 0;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

type Share = { readonly rows: number; readonly cells: readonly number[] | null };

const shareOf = (counts: readonly number[] | undefined, rows: number): Share => {
  const own = sum(counts ?? []);
  return { rows: own / rows, cells: own > 0 ? (counts ?? []).map((count) => count / own) : null };
};

const mean = (a: number, b: number): number => (a + b) / 2;

/**
 * contribution: how much of a change of all rows each segment value brings, by what changed within it and by the mix of the values
 * (Kitagawa 1955: each factor's change at the mean of the other, so neither order of the two is favoured). With shares of rows p → w and
 * cells f → g of a value, and F → G of all rows, w g − p f = (p + w)/2 · (g − f) + (w − p) · ((f + g)/2 − (F + G)/2) up to a term that is zero in the sum.
 * A value that is on one side only has nothing within it that changed: it is all mix. The parts add up to the total but for rounding,
 * and do not depend on the order of the values. Null when one side has no rows. Throws a RangeError for different cells.
 *
 * @example One of two equally frequent values moves its rows from the first cell to the second:
 * contribution({ baseline: new Map([['a', [50, 0]], ['b', [50, 0]]]), window: new Map([['a', [0, 50]], ['b', [50, 0]]]) }, shareWeight(1))
 * // { total: 0.5, within: 0.5, mix: 0, parts: [{ value: 'a', within: 0.5, … }, { value: 'b', within: 0, … }] }
 */
export function contribution(
  { baseline, window }: { readonly baseline: SideCounts; readonly window: SideCounts },
  weightOf: WeightOf = psiWeight,
): Contribution | null {
  const values = [...new Set([...baseline.keys(), ...window.keys()])].toSorted();
  const [before, now] = [totals(baseline, values), totals(window, values)];
  const [rowsBefore, rowsNow] = [sum(before), sum(now)];
  if (rowsBefore === 0 || rowsNow === 0) return null;
  if (before.length !== now.length)
    throw new RangeError(
      `the baseline has ${before.length} cells, the window ${now.length}: they must be the same`,
    );
  const cells = before.map((count, cell) => {
    const [b, w] = [count / rowsBefore, (now[cell] ?? 0) / rowsNow];
    return { middle: mean(b, w), weight: weightOf(b, w, cell) };
  });
  const parts = values.map((value): Part => {
    const [b, w] = [shareOf(baseline.get(value), rowsBefore), shareOf(window.get(value), rowsNow)];
    const [f, g] = [b.cells ?? w.cells, w.cells ?? b.cells];
    let [within, mix] = [0, 0];
    if (f !== null && g !== null)
      for (const [cell, { middle, weight }] of cells.entries()) {
        const [first, second] = [f[cell] ?? 0, g[cell] ?? 0];
        within += weight * mean(b.rows, w.rows) * (second - first);
        mix += weight * (w.rows - b.rows) * (mean(first, second) - middle);
      }
    return { value, within, mix, before: b.rows, now: w.rows };
  });
  const [within, mix] = [sum(parts.map((part) => part.within)), sum(parts.map((part) => part.mix))];
  return { total: within + mix, within, mix, parts: parts.toSorted(bySize) };
}

const bySize = (a: Part, b: Part): number =>
  Math.abs(b.within + b.mix) - Math.abs(a.within + a.mix) || (a.value < b.value ? -1 : 1);

function totals(side: SideCounts, values: readonly string[]): number[] {
  const all: number[] = [];
  for (const value of values) {
    const counts = side.get(value) ?? [];
    if (counts.length > 0 && all.length > 0 && counts.length !== all.length)
      throw new RangeError(
        `'${value}' has ${counts.length} cells, others ${all.length}: they must be the same`,
      );
    counts.forEach((count, cell) => (all[cell] = (all[cell] ?? 0) + count));
  }
  return all;
}

/**
 * explained: the share of a change, 0 to 1, that a dimension says something about: all that its mix brings, and what some values bring from
 * within beyond their share of the rows. A change that every value shows alike is explained by none, and so is one of a value that holds nearly all rows.
 */
export function explained({ total, within, mix, parts }: Contribution): number {
  if (total === 0) return 0;
  const beyond = parts.map((part) =>
    Math.max(0, (part.within - within * mean(part.before, part.now)) / total),
  );
  return Math.min(1, Math.max(0, Math.max(0, mix / total) + sum(beyond)));
}
