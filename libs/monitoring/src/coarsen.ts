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

/**
 * groupByMass: runs of neighbouring bins of about total / COARSE_CELLS each. A bin that reaches this alone stays alone, and what
 * is empty beside it stays apart: a constant that moves must leave its cell. A small remainder joins the run before it.
 */
function groupByMass(bins: readonly number[], massOf: (bin: number) => number): number[][] {
  const target = bins.reduce((total, bin) => total + massOf(bin), 0) / COARSE_CELLS;
  const groups: { bins: number[]; heavy: boolean }[] = [];
  let [open, mass]: [number[], number] = [[], 0];
  const close = () => {
    const last = groups.at(-1);
    if (open.length > 0 && mass < target / 2 && last?.heavy === false) last.bins.push(...open);
    else if (open.length > 0) groups.push({ bins: open, heavy: false });
    [open, mass] = [[], 0];
  };
  for (const bin of bins) {
    const next = massOf(bin);
    if (target > 0 && next >= target) {
      close();
      groups.push({ bins: [bin], heavy: true });
      continue;
    }
    if (mass > 0 && mass + next - target > target - mass) close();
    open.push(bin);
    mass += next;
  }
  close();
  return groups.map((group) => group.bins);
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
 * coarsen: about ten cells with equal mass in this (baseline) cell, each a union of fine bins that splits none, then cells for
 * unseen categories, nulls and invalid values. Numeric bins stay in order, under and over go with the ends; categories are
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
  return [
    ...groupByMass(ordered, massOf).map((group): CoarseCell => ({ kind: 'values', bins: group })),
    ...rest.map((kind): CoarseCell => ({ kind, bins: [] })),
  ];
}

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
