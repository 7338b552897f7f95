import {
  ALL_SEGMENT,
  type BiasPlan,
  type BiasSample,
  type BiasSampleRow,
  type FacetSet,
} from '#libs/contracts';
import { countFlips, flipTest, flipTestInterval, type Flips, type FlipRow } from '#libs/stats';
import { BLANK, type Draft } from '../draft.js';
import type { MonitorInput, SegmentValue } from '../pair.js';
import { seeded } from '../random.js';
import { biasSettingsOf } from './compare-groups.js';
import { comparisonsOf, type Comparison } from './comparisons.js';
import { REASONS } from './gate.js';
import { biasLimit, chanceOf, judge } from './limit.js';

const SEED = 1;

/** placeOf: where a row lies in the cell of a facet set: the combination of its levels. */
const placeOf = ({ levels }: BiasSampleRow, { set, facets }: Compared): number =>
  facets.reduce(
    (place, facet, index) => place * ((set.levels[index]?.length ?? 0) + 1) + (levels[facet] ?? 0),
    0,
  );

/** rowsAt: rows that were decided, at one of these places. */
const rowsAt = (sample: BiasSample, compared: Compared, places: readonly number[]): FlipRow[] =>
  sample.rows
    .filter((row) => row.favourable !== null && places.includes(placeOf(row, compared)))
    .map(({ features, favourable }) => ({ features, positive: favourable === true }));

/** within: the sampled rows of a segment value. */
const within = (sample: BiasSample, { segment, segmentValue }: SegmentValue): BiasSample =>
  segment === ALL_SEGMENT
    ? sample
    : { rows: sample.rows.filter(({ segments }) => segments[segment] === segmentValue) };

/** scalesOf: standard deviation of every feature over all rows that have it, so that no feature's unit decides who is near. */
function scalesOf({ rows }: BiasSample): number[] {
  return (rows[0]?.features ?? []).map((_, index) => {
    const values = rows.map(({ features }) => features[index] ?? NaN).filter(Number.isFinite);
    const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
    return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, values.length));
  });
}

type Samples = { readonly baseline: BiasSample; readonly window: BiasSample };

const estimate = (flips: Flips | null) => {
  const { value } = flipTest(flips);
  const interval = flipTestInterval(flips);
  return value === null || interval === null ? null : { value, low: interval.low, high: interval.high };
};

/** Compared: a facet set, where its facets lie in the levels of a row, and one comparison of it. */
type Compared = {
  readonly set: FacetSet;
  readonly facets: readonly number[];
  readonly comparison: Comparison;
};

function compareSide(
  { settings }: MonitorInput,
  { baseline, window }: Samples,
  { value, ...compared }: Compared & { readonly value: SegmentValue },
): Draft {
  const { comparison } = compared;
  const scales = scalesOf(baseline.rows.length > 0 ? baseline : window);
  const flipsOf = (sample: BiasSample): Flips | null =>
    countFlips({
      favoured: rowsAt(sample, compared, comparison.favoured),
      disfavoured: rowsAt(sample, compared, comparison.disfavoured),
      scales,
      random: seeded(SEED),
    });
  const [now, before] = [flipsOf(window), flipsOf(baseline)];
  const { minGroupRows, against } = biasSettingsOf(settings);
  const limit = biasLimit(settings, value, { facet: comparison.facet, metric: 'ft' });
  const draft: Draft = {
    ...BLANK,
    ...value,
    facet: comparison.facet,
    facetValue: comparison.facetValue,
    metric: 'ft',
    variant: `5-neighbours-of-${window.rows.length}-rows`,
    threshold: limit,
    rows: now?.rows ?? 0,
    baselineRows: before?.rows ?? 0,
  };
  if (window.rows.length === 0)
    return value.segment === ALL_SEGMENT
      ? { ...draft, status: 'no_data', note: 'no rows of this window are kept' }
      : { ...draft, status: 'not_enough_data', note: 'none of the sampled rows is in this segment value' };
  if (now === null) return { ...draft, status: 'not_computable', note: REASONS.no_rows };
  if (now.rows < minGroupRows)
    return {
      ...draft,
      status: 'not_enough_data',
      note: `${now.rows} rows of '${comparison.facetValue}' in the sample, ${minGroupRows} are needed`,
    };
  const [live, known] = [estimate(now), estimate(before)];
  const isDrift = against === 'baseline';
  const shown: Draft = {
    ...draft,
    value: live?.value ?? null,
    baselineValue: known?.value ?? null,
    interval: live && { low: live.low, high: live.high },
  };
  if (limit === null || live === null) return shown;
  if (isDrift && known === null)
    return { ...shown, status: 'no_baseline', note: 'the baseline has no rows to sample' };
  const baselineValue = isDrift ? (known?.value ?? null) : null;
  const judged = judge({ value: live.value, baselineValue, limit, scale: 'difference' });
  const baselineEstimate = isDrift ? known : null;
  const p = chanceOf({ live, baseline: baselineEstimate, threshold: judged.threshold, scale: 'difference' });
  return { ...shown, ...judged, p, evidence: 'test' };
}

/** compareFlips: the flip test of every facet and intersection in every segment value, on the sampled rows, where a sample was read for it. */
export function compareFlips(
  input: MonitorInput,
  plan: BiasPlan,
  sets: readonly FacetSet[],
  values: readonly SegmentValue[],
): Draft[] {
  const { sample } = input;
  if (sample === undefined) return [];
  return values.flatMap((value) => {
    const samples = { baseline: within(sample.baseline, value), window: within(sample.window, value) };
    return sets.flatMap((set) => {
      const facets = set.facets.map(({ name }) => plan.facets.findIndex((facet) => facet.name === name));
      return comparisonsOf(set).map((comparison) =>
        compareSide(input, samples, { set, facets, comparison, value }),
      );
    });
  });
}
