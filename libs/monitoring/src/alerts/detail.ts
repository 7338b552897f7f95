import type { CategoricalCell, NumericCell } from '#libs/contracts';
import type { ComparedCells } from '../chart.js';
import { formatNumber, formatPercent } from '../format.js';

const NAMED_CHANGES = 3;
/** A category that moved by less than this share of the rows explains nothing. */
const WORTH_NAMING = 0.01;

const meanOf = (cell: NumericCell): number | null => {
  const values = cell.rows - cell.nulls - cell.invalid;
  return values > 0 ? cell.sum / values : null;
};

function means(baseline: NumericCell, window: NumericCell): string {
  const [before, now] = [meanOf(baseline), meanOf(window)];
  if (before === null || now === null) return '';
  const [text, instead] = [formatNumber(now), formatNumber(before)];
  return text === instead ? `mean ${text} as before` : `mean ${text} instead of ${instead}`;
}

type Change = { readonly name: string; readonly before: number; readonly now: number };

/** changed: categories by how much their share moved, new values by the names that were counted. */
function changed(
  baseline: CategoricalCell,
  window: CategoricalCell,
  categories: readonly string[],
): Change[] {
  const share = (count: number, cell: CategoricalCell) => count / Math.max(1, cell.rows);
  const known = categories.map((name, i) => ({
    name,
    before: share(baseline.counts[i] ?? 0, baseline),
    now: share(window.counts[i] ?? 0, window),
  }));
  const unseen = Object.entries(window.topUnseen).map(([name, count]) => ({
    name,
    before: share(Object.hasOwn(baseline.topUnseen, name) ? (baseline.topUnseen[name] ?? 0) : 0, baseline),
    now: share(count, window),
  }));
  return [...known, ...unseen]
    .filter(({ before, now }) => Math.abs(now - before) >= WORTH_NAMING)
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
    .slice(0, NAMED_CHANGES);
}

const describeChange = ({ name, before, now }: Change): string =>
  before === 0
    ? `${name} ${formatPercent(now)} (new)`
    : `${name} ${formatPercent(now)} instead of ${formatPercent(before)}`;

/** detailOf: what is behind a shift, in plain words: the mean of a number, the categories whose shares moved most. May be empty. */
export function detailOf({ baseline, window, binning }: ComparedCells): string {
  if (baseline.kind === 'numeric' && window.kind === 'numeric') return means(baseline, window);
  if (baseline.kind === 'categorical' && window.kind === 'categorical' && binning.kind === 'categorical') {
    return changed(baseline, window, binning.categories).map(describeChange).join(', ');
  }
  return '';
}
