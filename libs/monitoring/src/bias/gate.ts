import type { FacetCell } from '#libs/contracts';
import type { BiasNeeds, FacetCounts, Missing } from '#libs/stats';
import type { Undecidable } from '../draft.js';
import { formatCount, formatNumber } from '../format.js';
import type { Comparison } from './comparisons.js';
import { NEEDED_ROWS } from './metrics.js';
import type { Side, Sides } from './sides.js';

const isEmpty = ({ rows }: Side): boolean => rows === 0;

/** absent: why there is nobody to compare: no rows, no such column, a value that never was, a group that is gone. */
export function absent(
  { facet, facetValue, favouredName }: Comparison,
  {
    window,
    known,
    now,
    before,
  }: { window: FacetCell | null; known: number; now: Sides | null; before: Sides | null },
): Undecidable | null {
  if (window === null || now === null || window.rows === 0)
    return { status: 'no_data', note: 'no rows in this window' };
  if (known === 0)
    return {
      status: 'not_computable',
      note: `no row of this window has a value of '${facet}': is the column sent?`,
    };
  if (isEmpty(now.disfavoured)) {
    if (before !== null && isEmpty(before.disfavoured))
      return {
        status: 'not_computable',
        note: `'${facetValue}' was never seen, neither in the baseline nor in this window: check the facet's settings`,
      };
    return { status: 'no_data', note: `no rows of '${facetValue}' in this window` };
  }
  return isEmpty(now.favoured)
    ? {
        status: 'no_data',
        note: `no rows of '${favouredName}' in this window: there is nobody to compare with`,
      }
    : null;
}

/** rowsFor: rows of a group that a metric can use. */
export const rowsFor = ({ predicted, observed, confusion }: FacetCounts, needs: BiasNeeds): number => {
  if (needs === 'predictions') return predicted.trials;
  if (needs === 'labels') return observed.trials;
  return confusion.tp + confusion.fp + confusion.tn + confusion.fn;
};

const WHAT = { predictions: 'decisions', labels: 'labels', both: 'labelled decisions' } as const;

/** small: a group that is too small on either side of the comparison, in the window or in the baseline. */
export function small(
  { facetValue, favouredName }: Comparison,
  sides: Sides,
  { needs, minRows, where }: { needs: BiasNeeds; minRows: number; where: string },
): Undecidable | null {
  const groups = [
    [facetValue, sides.counts.disfavoured],
    [favouredName, sides.counts.favoured],
  ] as const;
  const few = groups.find(([, counts]) => rowsFor(counts, needs) < minRows);
  if (few === undefined) return null;
  return {
    status: 'not_enough_data',
    note: `${formatCount(rowsFor(few[1], needs))} ${WHAT[needs]} of '${few[0]}' in ${where}, ${formatCount(minRows)} are needed`,
  };
}

/** thin: a cell behind the metric that is expected to hold too little for its interval to be true. */
export const thin = (smallest: number): Undecidable | null =>
  smallest >= NEEDED_ROWS
    ? null
    : {
        status: 'not_enough_data',
        note: `one of the outcomes behind it is expected ${formatNumber(Math.max(0, smallest))} times, ${NEEDED_ROWS} are needed`,
      };

/** oneClass: all labels of both groups are the same, so that errors of the other kind cannot be made. */
export function oneClass({ counts: { favoured, disfavoured } }: Sides): Undecidable | null {
  const [successes, trials] = [favoured, disfavoured].reduce(
    ([s, t], { observed }) => [s + observed.successes, t + observed.trials],
    [0, 0],
  );
  if (trials === 0 || (successes > 0 && successes < trials)) return null;
  return {
    status: 'not_computable',
    note: `all labels are ${successes === 0 ? 'unfavourable' : 'favourable'} ones: there is nothing to tell apart`,
  };
}

/** REASONS: why a metric has no value, in words. */
export const REASONS: Readonly<Record<Missing, string>> = {
  no_rows: 'a group has no rows that it could be computed from',
  zero_denominator: 'a ratio in it has the denominator 0',
  infinite: 'it is infinite: one group lacks an outcome that the other has',
};
