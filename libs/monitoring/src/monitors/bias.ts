import {
  ALL_SEGMENT,
  facetSets,
  SEGMENT_IN,
  slotsOf,
  type BiasPlan,
  type FacetCell,
  type FacetSet,
  type ProfileChunk,
} from '#libs/contracts';
import { compareGroups, biasSettingsOf } from '../bias/compare-groups.js';
import { comparisonsOf, knownPlaces } from '../bias/comparisons.js';
import { compareEntropy } from '../bias/entropy.js';
import { compareFlips } from '../bias/flips.js';
import { compareGroupShares } from '../bias/lost-groups.js';
import { sideOf, sidesOf } from '../bias/sides.js';
import { BLANK, type Draft } from '../draft.js';
import { chunkNote, deffOf } from '../evidence.js';
import { specialKey } from '../merge-special.js';
import { timesOf, type MonitorInput, type SegmentValue } from '../pair.js';
import { specialValuesOf } from '../special-values.js';

type Index = ReadonlyMap<string, FacetCell>;
const EVERYWHERE: SegmentValue = { segment: ALL_SEGMENT, segmentValue: SEGMENT_IN };
const indexOf = (cells: readonly FacetCell[] = []): Index =>
  new Map(cells.map((cell) => [specialKey(cell), cell]));

const nothing = (note: string): Draft => ({
  ...BLANK,
  segment: ALL_SEGMENT,
  segmentValue: SEGMENT_IN,
  metric: 'dppl',
  status: 'not_computable',
  note,
});

/** cellOf: a cell of other facets than the plan's is as good as none: it waits to be counted anew. */
const cellOf = (index: Index, value: SegmentValue, set: FacetSet, groups: number): FacetCell | null => {
  const cell = index.get(specialKey({ ...value, feature: set.name }));
  return cell?.counts.length === slotsOf(set, groups) ? cell : null;
};

/** outcomes: rows per group of the set and prediction, in which the baseline's days are compared with each other. */
const outcomes = (cell: FacetCell, places: readonly number[], groups: number): number[] =>
  places.flatMap((place) => {
    const side = sidesOf(
      cell.counts,
      { facet: '', facetValue: '', favouredName: '', disfavoured: [place], favoured: [] },
      groups,
    ).counts.disfavoured.predicted;
    return [side.successes, side.trials - side.successes];
  });

function compareSet(
  input: MonitorInput,
  plan: BiasPlan,
  set: FacetSet,
  cells: { baseline: Index; window: Index; chunks: readonly Index[] },
): (value: SegmentValue) => Draft[] {
  const comparisons = comparisonsOf(set);
  const places = knownPlaces(set);
  const groups = plan.groups.length;
  const times = timesOf(input);
  const chunksOf = (value: SegmentValue) =>
    cells.chunks.flatMap((chunk, at) => {
      const cell = cellOf(chunk, value, set, groups);
      return cell === null ? [] : [{ cell, phase: times.phases[at] ?? [] }];
    });
  const outcomesOf = (chunks: ReturnType<typeof chunksOf>): number[][] =>
    chunks.map(({ cell }) => outcomes(cell, places, groups));
  return (value) => {
    const window = cellOf(cells.window, value, set, groups);
    const baseline = cellOf(cells.baseline, value, set, groups);
    const own = chunksOf(value);
    const phases = own.flatMap(({ phase }) => phase);
    const counts = {
      chunks: outcomesOf(own),
      phases,
      allChunks: () => outcomesOf(chunksOf(EVERYWHERE)),
    };
    return [
      ...compareGroupShares(
        input,
        { value, set, groups },
        {
          comparisons,
          times: { ...times, phases, chunkCount: cells.chunks.length },
          cells: {
            baseline,
            window,
            chunks: own.map(({ cell }) => cell),
            allChunks: () => chunksOf(EVERYWHERE).map(({ cell }) => cell),
          },
        },
      ),
      ...compareGroups(
        {
          value,
          set,
          plan,
          settings: input.settings,
          window,
          baseline,
          known: window === null ? 0 : sideOf(window.counts, places, groups).rows,
          deff: deffOf(counts, times),
          deffNote: chunkNote({ chunkCount: cells.chunks.length, span: times.span }),
        },
        comparisons,
      ),
    ];
  };
}

/**
 * compareBias: every metric of every group of every facet and intersection, per segment value, against the baseline or fixed limits. A limit
 * is a distance from the metric's own neutral point; metrics that need labels wait for them, the others do not. Unlike the
 * other monitors each metric has a test of its own, because each asks another question; those with a limit form the family.
 */
export function compareBias(input: MonitorInput): Draft[] {
  const plan = input.bias ?? null;
  if (plan === null)
    return [nothing('the model names no facets, or no favourable outcome: see `bias` and `positiveLabel`')];
  const { facets } = biasSettingsOf(input.settings);
  const sets = facetSets(plan).filter(({ name }) => facets?.includes(name) ?? true);
  const cells = {
    baseline: indexOf(input.baseline.facets),
    window: indexOf(input.window.facets),
    chunks: input.baselineChunks.map((chunk: ProfileChunk) => indexOf(chunk.facets)),
  };
  const values = specialValuesOf(input, [...(input.baseline.facets ?? []), ...(input.window.facets ?? [])]);
  if (values.length === 0) return [{ ...nothing('no rows in this window'), status: 'no_data' }];
  const compare = sets.map((set) => compareSet(input, plan, set, cells));
  return [
    ...values.flatMap((value) => compare.flatMap((each) => each(value))),
    ...compareEntropy(input, plan, values, cells),
    ...compareFlips(input, plan, sets, values),
  ];
}
