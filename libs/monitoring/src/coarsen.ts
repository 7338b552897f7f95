import type { FeatureBinning, FeatureCell } from '#libs/contracts';
import { formatNumber } from './format.js';

export type { FeatureCell } from '#libs/contracts';

/**
 * CoarseCell: a union of fine bins, or what has no bin. `bins` are positions in the binning; −1 stands for what lies under the
 * first edge and k (the number of bins) for what lies over the last.
 */
export type CoarseCell = { kind: 'values' | 'unseen' | 'null' | 'invalid'; bins: number[] };

/** COARSE_CELLS: how many cells of about equal baseline mass the values are cut into. */
export const COARSE_CELLS = 10;

const countAt = (cell: FeatureCell, bin: number): number => {
  if (cell.kind === 'numeric' && bin === -1) return cell.under;
  if (cell.kind === 'numeric' && bin === cell.counts.length) return cell.over;
  return cell.counts[bin] ?? 0;
};

type MassOf = (bin: number) => number;

const massIn = (bins: readonly number[], massOf: MassOf): number =>
  bins.reduce((total, bin) => total + massOf(bin), 0);

/** atCuts: a list in pieces that begin at these positions. */
const atCuts = (bins: readonly number[], cuts: readonly number[]): number[][] =>
  [0, ...cuts].map((from, i) => bins.slice(from, cuts[i])).filter((piece) => piece.length > 0);

/**
 * tenthCuts: before which bins the tenths of the rows begin. As numpy has it, a tenth begins at the value of the row that ends a tenth of all
 * others: where this value has a bin of its own, before that bin; else at whichever end of its bin is nearer.
 */
function tenthCuts(bins: readonly number[], massOf: MassOf, isSingle: (bin: number) => boolean): number[] {
  const rows = massIn(bins, massOf);
  const ranks = Array.from({ length: COARSE_CELLS - 1 }, (_, i) =>
    Math.ceil(((i + 1) / COARSE_CELLS) * (rows - 1)),
  );
  let before = 0;
  return bins.flatMap((bin, at) => {
    const [from, to] = [before, before + massOf(bin)];
    before = to;
    const within = ranks.filter((rank) => from <= rank && rank < to);
    return within.map((rank) => (isSingle(bin) || rank - from <= to - rank ? at : at + 1));
  });
}

type Group = { bins: number[]; heavy: boolean };

/** joined: what is left beside a heavy bin, when it is less than half of a cell, goes to the run on its other side, if that is light too. */
function joined(groups: readonly Group[], isSmall: (bins: readonly number[]) => boolean): Group[] {
  const kept: Group[] = [];
  let open: number[] = [];
  for (const [i, { bins, heavy }] of groups.entries()) {
    const [last, next] = [kept.at(-1), groups[i + 1]];
    const beside = last?.heavy === true || next?.heavy === true;
    if (!heavy && beside && open.length === 0 && isSmall(bins)) {
      if (last?.heavy === false) {
        last.bins.push(...bins);
        continue;
      }
      if (next?.heavy === false) {
        open = bins;
        continue;
      }
    }
    kept.push({ bins: [...open, ...bins], heavy });
    open = [];
  }
  return kept;
}

/**
 * groupByMass: runs of neighbouring bins, cut at the tenths of the rows. A bin that holds a tenth stays alone, and what lies between two of
 * them stays apart however little it is, empty or not: a constant that moves must leave its cell.
 */
function groupByMass(
  bins: readonly number[],
  massOf: MassOf,
  isSingle: (bin: number) => boolean,
): number[][] {
  const target = massIn(bins, massOf) / COARSE_CELLS;
  if (!(target > 0)) return [[...bins]];
  const isHeavy = (bin: number | undefined) => bin !== undefined && massOf(bin) >= target;
  const besideHeavy = [...bins.keys()].filter((at) => isHeavy(bins[at]) || isHeavy(bins[at - 1]));
  const cuts = new Set([...tenthCuts(bins, massOf, isSingle), ...besideHeavy]);
  cuts.delete(0);
  const groups = atCuts(
    bins,
    [...cuts].sort((a, b) => a - b),
  ).map((group): Group => ({ bins: group, heavy: group.length === 1 && isHeavy(group[0]) }));
  return joined(groups, (group) => massIn(group, massOf) < target / 2).map((group) => group.bins);
}

const binsOf = (binning: FeatureBinning): number =>
  binning.kind === 'numeric' ? binning.edges.length : binning.categories.length;

/** isUnder: whether a cell was made under a binning, as far as its shape tells. */
export const isUnder = (cell: FeatureCell, binning: FeatureBinning): boolean =>
  cell.kind === binning.kind && cell.counts.length === binsOf(binning);

function checkBins(cell: FeatureCell, binning: FeatureBinning): number {
  const bins = binsOf(binning);
  if (!isUnder(cell, binning)) {
    throw new RangeError(
      `${cell.kind} cell of '${cell.feature}' has ${cell.counts.length} counts, its ${binning.kind} binning ${bins} bins`,
    );
  }
  return bins;
}

/**
 * coarsen: ten cells with about equal mass in this (baseline) cell, each a union of fine bins that splits none (fewer where values that hold a
 * tenth or more leave too little for ten), then cells for unseen categories, nulls and invalid values. Numeric bins stay in order, under and over go with the ends; categories are
 * taken from the most frequent down. The cells depend on the baseline alone, so every window is counted in the same ones.
 * Throws a RangeError when the cell was not made under this binning.
 */
export function coarsen(baseline: FeatureCell, binning: FeatureBinning): CoarseCell[] {
  const bins = Array.from({ length: checkBins(baseline, binning) }, (_, i) => i);
  const massOf = (bin: number) => countAt(baseline, bin);
  const ordered =
    binning.kind === 'numeric'
      ? [-1, ...bins, bins.length]
      : bins.sort((a, b) => massOf(b) - massOf(a) || a - b);
  const rest: CoarseCell['kind'][] =
    binning.kind === 'numeric' ? ['null', 'invalid'] : ['unseen', 'null', 'invalid'];
  const isSingle = (bin: number) => binning.kind === 'numeric' && isExactBin(binning.edges, binning.max, bin);
  return [
    ...groupByMass(ordered, massOf, isSingle).map((group): CoarseCell => ({ kind: 'values', bins: group })),
    ...rest.map((kind): CoarseCell => ({ kind, bins: [] })),
  ];
}

/** The test looks apart at this much of the values at either end, and at this much. */
const TAILS = [0.01, 0.001];
/** What holds fewer rows of the baseline says nothing that its neighbours do not say. */
const MIN_TAIL_ROWS = 20;

/** tailCut: where in a run of bins its last `tail` rows begin, as nearly as bins can be cut; null where they have no cut about there. */
function tailCut(bins: readonly number[], massOf: MassOf, tail: number): number | null {
  const rows = massIn(bins, massOf);
  let [cut, best, left] = [0, 0, rows];
  for (let at = 1; at < bins.length; at++) {
    left -= massOf(bins[at - 1] ?? 0);
    if (left < rows && Math.abs(left - tail) < Math.abs(best - tail)) [cut, best] = [at, left];
  }
  return best >= Math.max(MIN_TAIL_ROWS, tail / 2) && best <= 1.5 * tail ? cut : null;
}

/** withTail: the outermost run of bins with its tails apart, and last what lies beyond all of the baseline's `rows` values. */
function withTail(run: readonly number[], massOf: MassOf, rows: number): number[][] {
  const end = run.findLastIndex((bin) => massOf(bin) > 0) + 1;
  const [bins, beyond] = [run.slice(0, end), run.slice(end)];
  const cuts = TAILS.map((tail) => tailCut(bins, massOf, tail * rows)).filter((cut) => cut !== null);
  return [...atCuts(bins, [...new Set(cuts)]), ...atCuts(beyond, [])];
}

/**
 * testCells: the cells that evidence is made over: those of {@link coarsen}, of which numbers have narrow ones at both ends more: about the
 * outermost hundredth and thousandth of the baseline's values, where they hold enough rows, and what lies beyond its least and its greatest.
 * Cells of equal mass alone are blind to a tail that grows a hundred times. As these, they depend on the baseline alone.
 */
export function testCells(baseline: FeatureCell, binning: FeatureBinning): CoarseCell[] {
  const plan = coarsen(baseline, binning);
  if (binning.kind !== 'numeric') return plan;
  const massOf = (bin: number) => countAt(baseline, bin);
  const runs = plan.filter(({ kind }) => kind === 'values').map(({ bins }) => bins);
  const rows = massIn(runs.flat(), massOf);
  const ends = (ordered: readonly (readonly number[])[]) => [
    ...ordered.slice(0, -1),
    ...withTail(ordered.at(-1) ?? [], massOf, rows),
  ];
  const turned = (ordered: readonly (readonly number[])[]) =>
    ordered.map((run) => run.toReversed()).toReversed();
  return [
    ...turned(ends(turned(ends(runs)))).map((bins): CoarseCell => ({ kind: 'values', bins })),
    ...plan.filter(({ kind }) => kind !== 'values'),
  ];
}

/** cellsInUse: how many cells of values hold rows of the baseline: what a number over "ten cells" was really read from. */
export const cellsInUse = (plan: readonly CoarseCell[], baseline: FeatureCell): number =>
  plan.filter((cell) => cell.kind === 'values' && countOf(baseline, cell) > 0).length;

function countOf(cell: FeatureCell, { kind, bins }: CoarseCell): number {
  switch (kind) {
    case 'values':
      return bins.reduce((total, bin) => total + countAt(cell, bin), 0);
    case 'unseen':
      return cell.kind === 'categorical' ? cell.unseen : 0;
    case 'null':
      return cell.nulls;
    case 'invalid':
      return cell.invalid;
  }
}

/** coarseCounts: rows of a cell in each coarse cell. Throws a RangeError when the cell was not made under this binning. */
export function coarseCounts(
  cell: FeatureCell,
  plan: readonly CoarseCell[],
  binning: FeatureBinning,
): number[] {
  checkBins(cell, binning);
  return plan.map((coarse) => countOf(cell, coarse));
}

/** isExactBin: whether a numeric bin holds a single value, as far as floating point can tell two values apart. */
export function isExactBin(edges: readonly number[], max: number, bin: number): boolean {
  const [from, to] = [edges[bin] ?? max, edges[bin + 1] ?? max];
  return to - from <= Math.max(Number.MIN_VALUE, 2 * Number.EPSILON * Math.abs(from));
}

function numericLabel(bins: readonly number[], edges: readonly number[], max: number): string {
  const [first = 0, last = 0] = [bins[0], bins.at(-1)];
  const [from, to] = [edges[first] ?? max, edges[last + 1] ?? max];
  if (first === -1) return last === edges.length ? 'all values' : `below ${formatNumber(to)}`;
  if (first === edges.length) return `above ${formatNumber(max)}`;
  if (last === edges.length) return `${formatNumber(from)} or more`;
  return bins.length === 1 && isExactBin(edges, max, first)
    ? formatNumber(from)
    : `${formatNumber(from)} – ${formatNumber(to)}`;
}

const nameOf = (category: string): string => (category === '' ? '(empty text)' : category);

/** coarseLabel: what a cell is called on an axis: a range, some category names, or what has no bin. */
export function coarseLabel({ kind, bins }: CoarseCell, binning: FeatureBinning): string {
  if (kind !== 'values') return { unseen: 'new values', null: 'missing', invalid: 'wrong type' }[kind];
  if (binning.kind === 'numeric') return numericLabel(bins, binning.edges, binning.max);
  const [first = '', second = ''] = bins.map((bin) => nameOf(binning.categories[bin] ?? ''));
  if (bins.length > 2) return `${first} and ${bins.length - 1} others`;
  return bins.length === 2 ? `${first}, ${second}` : first;
}
