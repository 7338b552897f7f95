import type { AttributionCell, FacetCell } from '#libs/contracts';
import { addByName, addCounts } from './add-counts.js';

type Special = FacetCell | AttributionCell;

/** specialKey: names one cell of facets or attributions within a profile. */
export const specialKey = ({
  segment,
  segmentValue,
  feature,
}: Pick<Special, 'segment' | 'segmentValue' | 'feature'>): string =>
  JSON.stringify([segment, segmentValue, feature]);

/** mergeFacets: the facet cell of both runs together. Throws a RangeError for cells of different facets. */
export const mergeFacets = (a: FacetCell, b: FacetCell): FacetCell => ({
  ...a,
  rows: a.rows + b.rows,
  labelled: a.labelled + b.labelled,
  counts: addCounts(a.counts, b.counts),
});

/** mergeAttributions: the attribution cell of both runs together. */
export const mergeAttributions = (a: AttributionCell, b: AttributionCell): AttributionCell => ({
  ...a,
  rows: a.rows + b.rows,
  explained: a.explained + b.explained,
  nulls: a.nulls + b.nulls,
  invalid: a.invalid + b.invalid,
  counts: addCounts(a.counts, b.counts),
  negative: a.negative + b.negative,
  positive: a.positive + b.positive,
  sum: a.sum + b.sum,
  sumAbs: a.sumAbs + b.sumAbs,
  sumSquares: a.sumSquares + b.sumSquares,
  unknown: addByName(a.unknown, b.unknown),
});

/** mergeEach: cells of equal key added up, in the order of their first appearance. */
export function mergeEach<C extends Special>(cells: readonly C[], merge: (a: C, b: C) => C): C[] {
  const merged = new Map<string, C>();
  for (const cell of cells) {
    const known = merged.get(specialKey(cell));
    merged.set(specialKey(cell), known === undefined ? cell : merge(known, cell));
  }
  return [...merged.values()];
}
