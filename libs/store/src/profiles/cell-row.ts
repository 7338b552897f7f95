import {
  canonicalClass,
  type AttributionCell,
  type FacetCell,
  type Profile,
  type ProfileCell,
} from '#libs/contracts';
import { PAIR_SEPARATOR } from './counting.js';

/** A merged cell as ClickHouse answers it. */
export type CellRow = {
  chunk: number;
  segment: string;
  segment_value: string;
  feature: string;
  kind: ProfileCell['kind'] | 'facet' | 'attribution';
  rows: number;
  nulls: number;
  invalid: number;
  labelled: number;
  counts: number[];
  under: number;
  under_sum: number;
  over: number;
  over_sum: number;
  min: number;
  max: number;
  sum: number;
  sum_squares: number;
  unseen: number;
  top: Record<string, number>;
  negatives: number;
  distinct: number;
};

/** Extremes of no value at all are infinite in the table, so that merging needs no exception. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const keyOf = (row: CellRow) => ({
  segment: row.segment,
  segmentValue: row.segment_value,
  feature: row.feature,
  rows: row.rows,
});

const facetFromRow = (row: CellRow): FacetCell => ({
  ...keyOf(row),
  kind: 'facet',
  labelled: row.labelled,
  counts: row.counts,
});

const attributionFromRow = (row: CellRow): AttributionCell => ({
  ...keyOf(row),
  kind: 'attribution',
  explained: row.labelled,
  nulls: row.nulls,
  invalid: row.invalid,
  counts: row.counts,
  negative: row.under,
  positive: row.over,
  sum: row.sum,
  sumAbs: row.over_sum,
  sumSquares: row.sum_squares,
  unknown: row.top,
});

/** cellOf: the shape that the rest of the product knows. */
export function cellOf(row: CellRow): ProfileCell | FacetCell | AttributionCell {
  if (row.kind === 'facet') return facetFromRow(row);
  if (row.kind === 'attribution') return attributionFromRow(row);
  return cellFromRow(row, row.kind);
}

/** profileOf: cells by what they speak of. */
export function profileOf(cells: readonly ReturnType<typeof cellOf>[]): Profile {
  const profile = { cells: [], facets: [], attributions: [] } as Required<Profile>;
  for (const cell of cells)
    if (cell.kind === 'facet') profile.facets.push(cell);
    else if (cell.kind === 'attribution') profile.attributions.push(cell);
    else profile.cells.push(cell);
  return profile;
}

function cellFromRow(row: CellRow, kind: ProfileCell['kind']): ProfileCell {
  const key = keyOf(row);
  const counted = { ...key, nulls: row.nulls, invalid: row.invalid, counts: row.counts };
  switch (kind) {
    case 'numeric':
      return {
        ...counted,
        kind: 'numeric',
        under: row.under,
        underSum: row.under_sum,
        over: row.over,
        overSum: row.over_sum,
        min: finite(row.min),
        max: finite(row.max),
        sum: row.sum,
        sumSquares: row.sum_squares,
        negatives: row.negatives,
      };
    case 'categorical':
      return {
        ...counted,
        kind: 'categorical',
        unseen: row.unseen,
        topUnseen: row.top,
        ...(row.distinct > 0 && { distinct: row.distinct }),
      };
    case 'rows':
      return { ...key, kind: 'rows', distinct: row.distinct };
    case 'confusion':
      return { ...key, kind: 'confusion', labelled: row.labelled, counts: confusionCounts(row.top) };
  }
}

function confusionCounts(pairs: Record<string, number>): Record<string, Record<string, number>> {
  const labels = new Map<string, Map<string, number>>();
  for (const [pair, count] of Object.entries(pairs)) {
    const at = pair.indexOf(PAIR_SEPARATOR);
    // Cells of former versions hold classes as they were sent.
    const [label, guess] = [canonicalClass(pair.slice(0, at)), canonicalClass(pair.slice(at + 1))];
    const predicted = labels.get(label) ?? new Map<string, number>();
    predicted.set(guess, (predicted.get(guess) ?? 0) + count);
    labels.set(label, predicted);
  }
  return Object.fromEntries([...labels].map(([label, predicted]) => [label, Object.fromEntries(predicted)]));
}
