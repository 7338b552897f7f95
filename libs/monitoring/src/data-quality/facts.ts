import { ALL_SEGMENT, type FeatureCell, type MetricName } from '#libs/contracts';
import { measured, type Draft } from '../draft.js';
import { constantOf, thresholdOf } from '../limits.js';
import type { Comparable } from '../gate.js';
import type { Pair } from '../pair.js';

/** What may be chance is no fact: below this chance it is one. */
const CHANCE = 1e-6;
/** A fact needs no limit of its own to be told; a limit of 1 mutes it. */
const FACT_LIMIT = 0;

/** fact: 1 when it holds; `note`: what is to be said about it. */
export function fact(pair: Pair, metric: MetricName, holds: boolean, note = ''): Draft {
  const threshold = constantOf(thresholdOf(pair, metric, { withDefault: false })) ?? FACT_LIMIT;
  const value = holds ? 1 : 0;
  const draft = measured(pair, { metric, variant: 'fact', value, baselineValue: 0, threshold }, 'exact');
  return note === '' ? draft : { ...draft, note };
}

/** hasNoValue: no value at all where the baseline had enough of them that this is no accident. */
export function hasNoValue({ baseline, window }: Comparable): boolean {
  const nullRate = baseline.nulls / baseline.rows;
  return window.nulls === window.rows && nullRate < 1 && nullRate ** window.rows < CHANCE;
}

/** columnIsExtra: the version has a column that the baseline does not have; said once, for all rows. */
export const columnIsExtra = ({ binning, segment }: Pair): boolean =>
  binning === null && segment === ALL_SEGMENT;

const present = (cell: FeatureCell): number => cell.rows - cell.nulls - cell.invalid;

/** The bin or category that holds all values; −1 for what lies outside of them; undefined when there are several. */
function onlyBin(cell: FeatureCell): number | undefined {
  if (cell.kind === 'numeric' && (cell.min === null || cell.min !== cell.max)) return undefined;
  const values = present(cell);
  const bin = cell.counts.findIndex((count) => count > 0);
  if (bin >= 0) return cell.counts[bin] === values ? bin : undefined;
  const isOne = cell.kind === 'numeric' || Object.keys(cell.topUnseen).length === 1;
  return values > 0 && isOne ? -1 : undefined;
}

/** isNewlyConstant: all values are one, which those of the baseline were not, and which so many rows would not be by chance. */
export function isNewlyConstant({ baseline, window }: Comparable): boolean {
  const bin = onlyBin(window);
  if (bin === undefined || onlyBin(baseline) !== undefined) return false;
  const share = bin < 0 ? 0 : (baseline.counts[bin] ?? 0) / Math.max(1, present(baseline));
  return share ** present(window) < CHANCE;
}
