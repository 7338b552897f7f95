import { facetSets, slotsOf, type BiasPlan, type FacetCell } from '#libs/contracts';
import { groupRates, type GroupRate } from '#libs/stats';
import { comparisonsOf } from './comparisons.js';
import { sidesOf } from './sides.js';

/** GroupRow: the rates of one group of a facet. */
export type GroupRow = {
  readonly facet: string;
  readonly group: string;
  readonly favoured: boolean;
  readonly rows: number;
  readonly rates: readonly GroupRate[];
};

/** groupTable: rates of every group of every facet in one window, the favoured one first; what the comparisons are made of. */
export function groupTable(plan: BiasPlan, cells: readonly FacetCell[]): GroupRow[] {
  return facetSets(plan).flatMap((set) => {
    const cell = cells.find(({ feature }) => feature === set.name);
    if (cell?.counts.length !== slotsOf(set, plan.groups.length)) return [];
    const compared = comparisonsOf(set).map((comparison) => ({
      comparison,
      sides: sidesOf(cell.counts, comparison, plan.groups.length),
    }));
    const [first] = compared;
    if (first === undefined) return [];
    const { favouredName } = first.comparison;
    return [
      {
        ...{ facet: set.name, group: favouredName, favoured: true, rows: first.sides.favoured.rows },
        rates: groupRates(first.sides.counts.favoured),
      },
      ...compared.map(({ comparison, sides }) => ({
        ...{ facet: set.name, group: comparison.facetValue, favoured: false, rows: sides.disfavoured.rows },
        rates: groupRates(sides.counts.disfavoured),
      })),
    ];
  });
}
