import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { newcombeInterval } from '../two-proportions.js';
import { type BiasInterval, type Facets, type IntervalOptions, type Missing } from './facets.js';

/** Decisions: rows that were accepted (positive) and rejected, by labels for CDDL and by predictions for CDDPL. */
export type Decisions = { readonly accepted: number; readonly rejected: number };

/** Subgroup: both sides within one value of the group variable. */
export type Subgroup = Facets<Decisions>;

/** disparity: share of the disfavoured side among rejected − among accepted rows; none when nobody was rejected or nobody accepted. */
function disparity({ favoured: a, disfavoured: d }: Subgroup): number | null {
  const [rejected, accepted] = [a.rejected + d.rejected, a.accepted + d.accepted];
  return rejected > 0 && accepted > 0 ? d.rejected / rejected - d.accepted / accepted : null;
}

const rowsOf = ({ favoured: a, disfavoured: d }: Subgroup): number =>
  a.rejected + a.accepted + d.rejected + d.accepted;

/** side: all rows of one side. */
const side = (subgroups: readonly Subgroup[], name: keyof Subgroup): number =>
  subgroups.reduce((total, { [name]: { accepted, rejected } }) => total + accepted + rejected, 0);

/** ConditionalDisparity: `covered` is the share of rows in subgroups that have a disparity. */
export type ConditionalDisparity =
  | { readonly value: number; readonly covered: number }
  | { readonly value: null; readonly reason: Missing; readonly covered: 0 };

/**
 * conditionalDisparity: CDD, mean over subgroups of the demographic disparity, weighted by their rows (CDDL with observed labels, CDDPL
 * with predicted ones): disparity that the group variable does not explain (Simpson's paradox). In [−1, 1], 0 is neutral.
 *
 * A subgroup in which everybody or nobody was accepted has no disparity; it is left out and `covered` says how much is left. (Clarify takes the
 * missing share as 0, which counts a subgroup that accepts everybody as a disparity.) Without any other, and when
 * a side has no rows at all, there is no value.
 */
export function conditionalDisparity(subgroups: readonly Subgroup[]): ConditionalDisparity {
  const usable = subgroups.flatMap((subgroup) => {
    const value = disparity(subgroup);
    return value === null ? [] : [{ value, rows: rowsOf(subgroup) }];
  });
  const [a, d] = [side(subgroups, 'favoured'), side(subgroups, 'disfavoured')];
  if (!(a > 0 && d > 0)) return { value: null, reason: 'no_rows', covered: 0 };
  const rows = usable.reduce((total, part) => total + part.rows, 0);
  if (!(rows > 0)) return { value: null, reason: 'zero_denominator', covered: 0 };
  return {
    value: usable.reduce((total, part) => total + part.value * (part.rows / rows), 0),
    covered: rows / (a + d),
  };
}

/** shareOf: rows of the disfavoured side among all with one decision. */
const shareOf = ({ favoured: a, disfavoured: d }: Subgroup, decision: keyof Decisions) => ({
  successes: d[decision],
  trials: a[decision] + d[decision],
});

/**
 * conditionalDisparityInterval: each subgroup's disparity is a difference of two shares, with Newcombe's interval; these are joined as a
 * weighted sum by MOVER (Zou, Huang & Zhang 2009), and what the weights vary by themselves, (Σ wᵢθᵢ² − θ²) / n, is added.
 * Null where the metric has no value.
 */
export function conditionalDisparityInterval(
  subgroups: readonly Subgroup[],
  { level = 0.95, deff = 1 }: IntervalOptions = {},
): BiasInterval | null {
  const { value } = conditionalDisparity(subgroups);
  if (value === null) return null;
  const usable = subgroups.flatMap((subgroup) => {
    const interval = newcombeInterval({
      baseline: shareOf(subgroup, 'accepted'),
      window: shareOf(subgroup, 'rejected'),
      level,
      deff,
    });
    return interval === null ? [] : [{ ...interval, rows: rowsOf(subgroup) }];
  });
  const rows = usable.reduce((total, part) => total + part.rows, 0);
  const sum = (of: (part: (typeof usable)[number]) => number) =>
    usable.reduce((total, part) => total + of(part), 0);
  const z = normalQuantile((1 + level) / 2, 0, 1);
  const squares = sum((part) => (part.rows / rows) * part.difference ** 2);
  const ofWeights = (z * z * deff * Math.max(0, squares - value * value)) / rows;
  const down = sum((part) => ((part.rows / rows) * (part.difference - part.low)) ** 2);
  const up = sum((part) => ((part.rows / rows) * (part.high - part.difference)) ** 2);
  return {
    low: Math.max(-1, value - Math.sqrt(down + ofWeights)),
    high: Math.min(1, value + Math.sqrt(up + ofWeights)),
    method: 'newcombe-mover',
  };
}
