import { FAVOURABLE, OUTCOMES, UNFAVOURABLE } from '#libs/contracts';
import type { Confusion, FacetCounts, Facets, Subgroup } from '#libs/stats';
import type { Comparison } from './comparisons.js';

const BLOCK = OUTCOMES * OUTCOMES;

/** Side: one side of a comparison: counts of each value of the group variable, by truth and prediction. */
export type Side = { readonly rows: number; readonly groups: readonly (readonly number[])[] };

/** Sides: what every metric but the flip test is computed from. */
export type Sides = Facets<Side> & { readonly counts: Facets<FacetCounts> };

/** sideOf: the sum of some combinations of a cell. */
export function sideOf(counts: readonly number[], combinations: readonly number[], groups: number): Side {
  const sums = Array.from({ length: groups + 1 }, () => new Array<number>(BLOCK).fill(0));
  for (const combination of combinations) {
    for (const [group, sum] of sums.entries()) {
      const from = (combination * (groups + 1) + group) * BLOCK;
      for (let slot = 0; slot < BLOCK; slot++) sum[slot] = (sum[slot] ?? 0) + (counts[from + slot] ?? 0);
    }
  }
  return { rows: sums.flat().reduce((a, b) => a + b, 0), groups: sums };
}

const at = (slots: readonly number[], truth: number, predicted: number): number =>
  slots[truth * OUTCOMES + predicted] ?? 0;

const total = ({ groups }: Side, truth: readonly number[], predicted: readonly number[]): number =>
  groups.reduce(
    (sum, slots) => sum + truth.reduce((s, t) => s + predicted.reduce((r, p) => r + at(slots, t, p), 0), 0),
    0,
  );

const ANY = [0, FAVOURABLE, UNFAVOURABLE];
const KNOWN = [FAVOURABLE, UNFAVOURABLE];

/** confusionOf: rows of which both outcomes are known. */
export const confusionOf = (side: Side): Confusion => ({
  tp: total(side, [FAVOURABLE], [FAVOURABLE]),
  fn: total(side, [FAVOURABLE], [UNFAVOURABLE]),
  fp: total(side, [UNFAVOURABLE], [FAVOURABLE]),
  tn: total(side, [UNFAVOURABLE], [UNFAVOURABLE]),
});

const countsOf = (side: Side): FacetCounts => ({
  predicted: { successes: total(side, ANY, [FAVOURABLE]), trials: total(side, ANY, KNOWN) },
  observed: { successes: total(side, [FAVOURABLE], ANY), trials: total(side, KNOWN, ANY) },
  confusion: confusionOf(side),
});

/** sidesOf: both sides of a comparison in one cell. */
export function sidesOf(
  counts: readonly number[],
  { favoured, disfavoured }: Comparison,
  groups: number,
): Sides {
  const [a, d] = [sideOf(counts, favoured, groups), sideOf(counts, disfavoured, groups)];
  return { favoured: a, disfavoured: d, counts: { favoured: countsOf(a), disfavoured: countsOf(d) } };
}

/** subgroupsOf: accepted and rejected rows of both sides per value of the group variable, by labels or by predictions. */
export function subgroupsOf({ favoured, disfavoured }: Sides, by: 'labels' | 'predictions'): Subgroup[] {
  const decisions = (slots: readonly number[] = []) => {
    const side = { rows: 0, groups: [slots] };
    const count = (outcome: number) =>
      by === 'labels' ? total(side, [outcome], ANY) : total(side, ANY, [outcome]);
    return { accepted: count(FAVOURABLE), rejected: count(UNFAVOURABLE) };
  };
  return favoured.groups.map((slots, group) => ({
    favoured: decisions(slots),
    disfavoured: decisions(disfavoured.groups[group]),
  }));
}
