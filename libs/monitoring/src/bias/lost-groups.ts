import type { FacetCell, FacetSet } from '#libs/contracts';
import { undecided, type Draft } from '../draft.js';
import type { MonitorInput, Pair, SegmentValue } from '../pair.js';
import { shareLoss, type Parts } from '../share-loss.js';
import type { Comparison } from './comparisons.js';
import { isWanted } from './limit.js';
import { sideOf } from './sides.js';

/** Cells of one facet set of one segment value, with those of the baseline's parts. */
type Cells = {
  readonly baseline: FacetCell | null;
  readonly window: FacetCell | null;
  readonly chunks: readonly FacetCell[];
  readonly allChunks: () => readonly FacetCell[];
};

/** Where in their cycles the parts of the baseline (those that have cells) and the window lie. */
type Times = Pick<Pair, 'chunkCount' | 'phases' | 'phase' | 'span'>;

const METRIC = 'share_loss';

type Group = { readonly name: string; readonly places: readonly number[] };

/** groupsOf: every group that is compared, and the favoured one of them all. */
function groupsOf(comparisons: readonly Comparison[]): Group[] {
  const [first] = comparisons;
  return [
    ...(first === undefined ? [] : [{ name: first.favouredName, places: first.favoured }]),
    ...comparisons.map(({ facetValue, disfavoured }) => ({ name: facetValue, places: disfavoured })),
  ];
}

/**
 * compareGroupShares: whether the groups of a facet set still have their share of all rows, the favoured one too: without rows of a group
 * no other metric says anything about it. Rows that belong to nobody count, so that a facet that is sent no more is seen.
 */
export function compareGroupShares(
  { settings }: MonitorInput,
  { value, set, groups }: { readonly value: SegmentValue; readonly set: FacetSet; readonly groups: number },
  {
    cells,
    comparisons,
    times,
  }: { readonly cells: Cells; readonly comparisons: readonly Comparison[]; readonly times: Times },
): Draft[] {
  if (!isWanted(settings, value, { facet: set.name, metric: METRIC })) return [];
  const { baseline, window } = cells;
  return groupsOf(comparisons).map(({ name, places }): Draft => {
    const partsOf = (cell: FacetCell): Parts => ({
      counts: [sideOf(cell.counts, places, groups).rows],
      rows: cell.rows,
    });
    // Limits of a facet stand under its name.
    const about = { ...value, settings, feature: set.name, window: null, baseline: null };
    const draft = (): Draft => {
      if (baseline === null || baseline.rows === 0)
        return undecided(about, METRIC, { status: 'no_baseline', note: 'the baseline has no such rows' });
      if (window === null || window.rows === 0)
        return undecided(about, METRIC, { status: 'no_data', note: 'no rows in this window' });
      return shareLoss(
        { ...about, ...times },
        {
          names: [name],
          baseline: partsOf(baseline),
          window: partsOf(window),
          chunks: cells.chunks.map(partsOf),
          phases: times.phases,
          allChunks: () => cells.allChunks().map(partsOf),
        },
        { variant: 'of-the-group', minRows: 1 },
      );
    };
    return { ...draft(), feature: '', facet: set.name, facetValue: name };
  });
}
