import { isFeatureCell, type FeatureCell, type MetricName, type ProfileCell } from '#libs/contracts';
import type { Comparable } from '../gate.js';
import type { Pair, Side } from '../pair.js';
import { outsideRange, type Share } from './range.js';

const unseenOf = (cell: FeatureCell): number => (cell.kind === 'categorical' ? cell.unseen : 0);

/**
 * heldOut: a cell of the baseline with as many unseen values as its rows would have if each were held against all others: what the whole
 * baseline has once was new when it came, and as much is to be expected of every further row (Good 1953). So a long tail is no change.
 * `whole`: the cell of all rows, whose categories are those that the baseline knows.
 */
export function heldOut(cell: FeatureCell, whole: ProfileCell | null): FeatureCell {
  if (cell.kind !== 'categorical' || whole?.kind !== 'categorical') return cell;
  const once = cell.counts.reduce((sum, count, at) => sum + (whole.counts[at] === 1 ? count : 0), 0);
  return once === 0 ? cell : { ...cell, unseen: cell.unseen + once };
}
const outsideOf = (cell: FeatureCell): number => (cell.kind === 'numeric' ? cell.under + cell.over : 0);
const present = (cell: FeatureCell): number => cell.rows - cell.nulls - cell.invalid;

/** countsOf: rows as they should be, without a value, with a wrong type, with a new category, and beyond the bins where that is asked for. */
export function countsOf(cell: FeatureCell, withOutside: boolean): number[] {
  const faulty = [cell.nulls, cell.invalid, unseenOf(cell), ...(withOutside ? [outsideOf(cell)] : [])];
  return [faulty.reduce((left, count) => left - count, cell.rows), ...faulty];
}

/** dataQualityChunks: the same per chunk of the baseline. */
export const dataQualityChunks = ({ chunks }: Pick<Side, 'chunks'>, withOutside = false): number[][] =>
  chunks.filter(isFeatureCell).map((cell) => countsOf(cell, withOutside));

const exact = (part: number, whole: number): Share | null =>
  whole > 0 ? { value: part / whole, resolution: 0 } : null;

type RateOf = (cell: FeatureCell, pair: Comparable) => Share | null;

/** rates: shares of rows (of values, where a rate is about values), one line each; null where a cell cannot tell. */
export const rates = {
  missing_rate: (cell) => exact(cell.nulls, cell.rows),
  invalid_rate: (cell) => exact(cell.invalid, cell.rows),
  unseen_rate: (cell) => exact(unseenOf(cell), cell.rows),
  out_of_range_rate: (cell, pair) => outsideRange(cell, pair) ?? exact(outsideOf(cell), cell.rows),
  negative_rate: (cell) => exact((cell.kind === 'numeric' ? cell.negatives : undefined) ?? 0, cell.rows),
  distinct_rate: (cell) =>
    cell.kind === 'categorical' && cell.distinct !== undefined ? exact(cell.distinct, present(cell)) : null,
} as const satisfies Partial<Record<MetricName, RateOf>>;
export type Rate = keyof typeof rates;

const isNumeric = ({ type }: Pick<Pair, 'type'>): boolean => type === 'numeric';

/** Negative values are a fault only where the baseline has none. */
const hasNoNegatives = ({ binning, baseline }: Pick<Pair, 'binning' | 'baseline'>): boolean =>
  binning?.kind === 'numeric' &&
  (binning.edges[0] ?? -1) >= 0 &&
  (baseline?.kind !== 'numeric' || (baseline.negatives ?? 0) === 0);

const isIdentifier = ({ binning }: Pick<Pair, 'binning'>): boolean =>
  binning?.kind === 'categorical' && binning.distinct === true;

type Candidate = Pick<Pair, 'type' | 'binning' | 'baseline'>;
const FITS: Readonly<Record<Rate, (pair: Candidate) => boolean>> = {
  missing_rate: () => true,
  invalid_rate: (pair) => !isIdentifier(pair),
  unseen_rate: (pair) => !isNumeric(pair) && !isIdentifier(pair),
  out_of_range_rate: isNumeric,
  negative_rate: hasNoNegatives,
  distinct_rate: isIdentifier,
};

/** isRate: whether a metric is a rate. */
export const isRate = (metric: MetricName): metric is Rate => Object.hasOwn(rates, metric);

/** fits: whether a rate says anything about a feature of this type. */
export const fits = (metric: Rate, pair: Candidate): boolean => FITS[metric](pair);
