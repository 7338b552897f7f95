import { isFeatureCell, type FeatureCell } from '#libs/contracts';
import type { Undecidable } from './draft.js';
import { formatCount } from './format.js';
import type { Pair } from './pair.js';

/** Comparable: a pair whose cells are both there, of the binning's kind and large enough. */
export type Comparable = Pair & {
  readonly baseline: FeatureCell;
  readonly window: FeatureCell;
  readonly binning: NonNullable<Pair['binning']>;
};

/** fewRows: too few rows on one side is neither healthy nor unhealthy. Null when there are enough. */
export function fewRows(
  rows: number,
  baselineRows: number,
  minRows: number,
  what = 'rows',
): Undecidable | null {
  const short = (count: number, where: string): Undecidable => ({
    status: 'not_enough_data',
    note: `${formatCount(count)} ${what} in ${where}, ${formatCount(minRows)} are needed`,
  });
  if (rows < minRows) return short(rows, 'the window');
  return baselineRows < minRows ? short(baselineRows, 'the baseline') : null;
}

/** gate: the pair as comparable, or why it cannot be compared. */
export function gate(pair: Pair): Comparable | Undecidable {
  const { baseline, window, binning } = pair;
  if (binning === null) return { status: 'no_baseline', note: 'the baseline does not have this feature' };
  if (window === null || window.rows === 0) return { status: 'no_data', note: 'no rows in this window' };
  if (baseline === null || baseline.rows === 0) {
    return { status: 'no_baseline', note: 'the baseline has no rows of this segment value' };
  }
  if (!isFeatureCell(baseline) || !isFeatureCell(window)) throw new TypeError('not a cell of a feature');
  if (baseline.kind !== binning.kind || window.kind !== binning.kind) {
    return {
      status: 'not_comparable',
      note: `the baseline is ${baseline.kind}, the window ${window.kind}, the binning ${binning.kind}`,
    };
  }
  return fewRows(window.rows, baseline.rows, pair.settings.minRows) ?? { ...pair, baseline, window, binning };
}

/** isComparable: tells both results of {@link gate} apart. */
export const isComparable = (gated: Comparable | Undecidable): gated is Comparable => 'binning' in gated;
