import {
  ATTRIBUTION_BIN_COUNT,
  attributionEdge,
  type AttributionAggregate,
  type AttributionCell,
} from '#libs/contracts';
import { binnedQuantile, globalImportance, type AttributionSums } from '#libs/stats';

/** Importance: how much a feature counts for predictions, with its standard error. */
export type Importance = { readonly value: number; readonly se: number };

/** sumsOf: what a cell knows of the rows with a number for the feature. */
export const sumsOf = ({
  explained,
  nulls,
  invalid,
  sum,
  sumAbs,
  sumSquares,
}: AttributionCell): AttributionSums => ({ count: explained - nulls - invalid, sum, sumAbs, sumSquares });

const EDGES = Array.from({ length: ATTRIBUTION_BIN_COUNT }, (_, bin) => attributionEdge(bin));
const MAX = attributionEdge(ATTRIBUTION_BIN_COUNT);
const Z = 1.959963984540054;

const quantile = ({ counts }: AttributionCell, probability: number): number =>
  binnedQuantile({
    edges: EDGES,
    max: MAX,
    sample: { counts, under: 0, underSum: 0, over: 0, overSum: 0 },
    probability: Math.min(1, Math.max(0, probability)),
  })?.value ?? 0;

/** The order statistics between which the median of n rows lies with 95 % say how uncertain it is. */
function medianOf(cell: AttributionCell, n: number): Importance {
  const reach = Z / Math.sqrt(n) / 2;
  const [low, high] = [quantile(cell, 0.5 - reach), quantile(cell, 0.5 + reach)];
  return { value: quantile(cell, 0.5), se: (high - low) / (2 * Z) };
}

const errorOf = (meanOfSquares: number, mean: number, n: number): number =>
  Math.sqrt(Math.max(0, meanOfSquares - mean * mean) / n);

/** meanFourth: mean φ⁴ with each bin at its geometric middle, for the error of a mean square. */
const meanFourth = ({ counts }: AttributionCell, n: number): number =>
  counts.reduce(
    (sum, count, bin) =>
      sum + (bin === 0 ? 0 : count * (attributionEdge(bin) * attributionEdge(bin + 1)) ** 2),
    0,
  ) / n;

/**
 * importanceOf: the global importance of a feature in a cell; null when no row has a number for it. Means and their errors are from sums; the
 * median, and the error of a mean square, from bins that are 19 % wide.
 */
export function importanceOf(cell: AttributionCell, aggregate: AttributionAggregate): Importance | null {
  const sums = sumsOf(cell);
  if (!(sums.count > 0)) return null;
  if (aggregate === 'median') return medianOf(cell, sums.count);
  const value = globalImportance(sums, aggregate === 'mean_abs' ? 'mean_abs' : 'mean_sq');
  if (value === null) return null;
  const squares = aggregate === 'mean_abs' ? sums.sumSquares / sums.count : meanFourth(cell, sums.count);
  return { value, se: errorOf(squares, value, sums.count) };
}
