import type { FeatureBinning, NumericCell } from '#libs/contracts';
import { moments, type Moments, type TwoSamples } from '#libs/stats';
import { coarseCounts, isExactBin, type CoarseCell, type FeatureCell } from '../coarsen.js';

type NumericBinning = Extract<FeatureBinning, { kind: 'numeric' }>;

/** NumericSides: both cells of a number under its binning. */
export type NumericSides = { baseline: NumericCell; window: NumericCell; binning: NumericBinning };

/** Sides: what a drift metric may look at; `plan` cuts the values into about ten cells of equal baseline mass. */
export type Sides = {
  readonly baseline: FeatureCell;
  readonly window: FeatureCell;
  readonly binning: FeatureBinning;
  readonly plan: readonly CoarseCell[];
  readonly deff: number;
};

/** numericSides: the same for numbers only. Throws a TypeError for categories: a metric was asked that does not fit. */
export function numericSides({ baseline, window, binning }: Sides): NumericSides {
  if (baseline.kind !== 'numeric' || window.kind !== 'numeric' || binning.kind !== 'numeric')
    throw new TypeError(`'${baseline.feature}' is not numeric`);
  return { baseline, window, binning };
}

/** coarse: rows in about ten cells of equal baseline mass, then new, missing and invalid values. */
export const coarse = ({ baseline, window, plan, binning }: Sides): TwoSamples => ({
  baseline: coarseCounts(baseline, plan, binning),
  window: coarseCounts(window, plan, binning),
});

/** everyCategory: rows per category, then new, missing and invalid values. */
export function everyCategory({ baseline, window }: Sides): TwoSamples {
  const counts = (cell: FeatureCell) => [
    ...cell.counts,
    cell.kind === 'categorical' ? cell.unseen : 0,
    cell.nulls,
    cell.invalid,
  ];
  return { baseline: counts(baseline), window: counts(window) };
}

/** ordered: values only, bin by bin, with what lies under and over; `exact` marks bins that hold a single value. */
export function ordered(sides: Sides): TwoSamples & { exact: boolean[] } {
  const { baseline, window, binning } = numericSides(sides);
  const counts = (cell: NumericCell) => [cell.under, ...cell.counts, cell.over];
  const bins = binning.edges.map((_, bin) => isExactBin(binning.edges, binning.max, bin));
  return { baseline: counts(baseline), window: counts(window), exact: [false, ...bins, false] };
}

/** present: rows with a usable value. */
export const present = (cell: FeatureCell): number => cell.rows - cell.nulls - cell.invalid;

/** momentsOf: mean and spread of a cell's values; a constant has spread 0 also where the sums cannot tell. */
export function momentsOf(cell: NumericCell): Moments | null {
  const found = moments({ count: present(cell), sum: cell.sum, sumSquares: cell.sumSquares });
  const isConstant = cell.min !== null && cell.min === cell.max;
  return found !== null && isConstant ? { mean: found.mean, std: 0 } : found;
}
