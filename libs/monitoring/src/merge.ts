import type { CategoricalCell, ConfusionCell, NumericCell, Profile, ProfileCell } from '#libs/contracts';
import { addByName, addCounts } from './add-counts.js';
import { mergeAttributions, mergeEach, mergeFacets } from './merge-special.js';

/** A feature has one cell, whatever its type has become. */
const familyOf = (kind: ProfileCell['kind']): string =>
  kind === 'numeric' || kind === 'categorical' ? '' : kind;

/** cellKey: names one cell within a profile; the same cell in neighbouring buckets has the same key. */
export const cellKey = (cell: Pick<ProfileCell, 'kind' | 'segment' | 'segmentValue' | 'feature'>): string =>
  JSON.stringify([familyOf(cell.kind), cell.segment, cell.segmentValue, cell.feature]);

const pick = (choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : choose(a, b);

/** Counts that only some cells have. */
const added = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

const counted = (a: NumericCell | CategoricalCell, b: NumericCell | CategoricalCell) => ({
  rows: a.rows + b.rows,
  nulls: a.nulls + b.nulls,
  invalid: a.invalid + b.invalid,
  counts: addCounts(a.counts, b.counts),
});

function mergeNumeric(a: NumericCell, b: NumericCell): NumericCell {
  const negatives = added(a.negatives, b.negatives);
  return {
    ...a,
    ...counted(a, b),
    under: a.under + b.under,
    underSum: a.underSum + b.underSum,
    over: a.over + b.over,
    overSum: a.overSum + b.overSum,
    ...(negatives !== undefined && { negatives }),
    min: pick(Math.min, a.min, b.min),
    max: pick(Math.max, a.max, b.max),
    sum: a.sum + b.sum,
    sumSquares: a.sumSquares + b.sumSquares,
  };
}

function mergeCategorical(a: CategoricalCell, b: CategoricalCell): CategoricalCell {
  const distinct = added(a.distinct, b.distinct);
  return {
    ...a,
    ...counted(a, b),
    unseen: a.unseen + b.unseen,
    topUnseen: addByName(a.topUnseen, b.topUnseen),
    ...(distinct !== undefined && { distinct }),
  };
}

function mergeConfusion(a: ConfusionCell, b: ConfusionCell): ConfusionCell {
  const counts = new Map(Object.entries(a.counts));
  for (const [label, row] of Object.entries(b.counts))
    counts.set(label, addByName(counts.get(label) ?? {}, row));
  return {
    ...a,
    rows: a.rows + b.rows,
    labelled: a.labelled + b.labelled,
    counts: Object.fromEntries(counts),
  };
}

/**
 * mergeCells: the cell of both runs together, by adding. Associative and commutative; `topUnseen` keeps every name of either
 * side (cutting it here would make the result depend on the order). Throws a RangeError for different keys, kinds or binnings.
 */
export function mergeCells(a: ProfileCell, b: ProfileCell): ProfileCell {
  if (cellKey(a) !== cellKey(b))
    throw new RangeError(`cells ${cellKey(a)} and ${cellKey(b)} are different cells`);
  if (a.kind === 'numeric' && b.kind === 'numeric') return mergeNumeric(a, b);
  if (a.kind === 'categorical' && b.kind === 'categorical') return mergeCategorical(a, b);
  if (a.kind === 'confusion' && b.kind === 'confusion') return mergeConfusion(a, b);
  if (a.kind === 'rows' && b.kind === 'rows')
    return { ...a, rows: a.rows + b.rows, distinct: a.distinct + b.distinct };
  throw new RangeError(`${a.kind} and ${b.kind} cells of '${a.feature}' cannot be merged`);
}

/** mergeProfiles: one profile over all given runs; none of them give the empty profile, the identity of merging. */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  const merged = new Map<string, ProfileCell>();
  for (const cell of profiles.flatMap((profile) => profile.cells)) {
    const key = cellKey(cell);
    const known = merged.get(key);
    merged.set(key, known === undefined ? cell : mergeCells(known, cell));
  }
  const facets = profiles.flatMap((profile) => profile.facets ?? []);
  const attributions = profiles.flatMap((profile) => profile.attributions ?? []);
  return {
    cells: [...merged.values()],
    ...(facets.length > 0 && { facets: mergeEach(facets, mergeFacets) }),
    ...(attributions.length > 0 && { attributions: mergeEach(attributions, mergeAttributions) }),
  };
}
