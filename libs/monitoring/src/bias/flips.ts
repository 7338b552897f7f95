import { ALL_SEGMENT, SEGMENT_IN, type BiasPlan, type BiasSample, type FacetSet } from '#libs/contracts';
import { countFlips, flipTest, flipTestInterval, type Flips, type FlipRow } from '#libs/stats';
import { BLANK, type Draft } from '../draft.js';
import type { MonitorInput } from '../pair.js';
import { seeded } from '../random.js';
import { biasSettingsOf } from './compare-groups.js';
import { comparisonsOf, type Comparison } from './comparisons.js';
import { REASONS } from './gate.js';
import { biasLimit, chanceOf, judge } from './limit.js';

const SEED = 1;
const EVERYWHERE = { segment: ALL_SEGMENT, segmentValue: SEGMENT_IN } as const;

/** rowsOf: rows of one side that were decided, by the level of the facet. */
const rowsOf = (sample: BiasSample, facet: number, levels: readonly number[]): FlipRow[] =>
  sample.rows
    .filter((row) => row.favourable !== null && levels.includes(row.levels[facet] ?? 0))
    .map(({ features, favourable }) => ({ features, positive: favourable === true }));

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

function compareSide(
  { settings }: MonitorInput,
  { baseline, window }: Samples,
  { facet, comparison }: { facet: number; comparison: Comparison },
): Draft {
  const scales = scalesOf(baseline.rows.length > 0 ? baseline : window);
  const flipsOf = (sample: BiasSample): Flips | null =>
    countFlips({
      favoured: rowsOf(sample, facet, comparison.favoured),
      disfavoured: rowsOf(sample, facet, comparison.disfavoured),
      scales,
      random: seeded(SEED),
    });
  const [now, before] = [flipsOf(window), flipsOf(baseline)];
  const { minGroupRows, against } = biasSettingsOf(settings);
  const limit = biasLimit(settings, EVERYWHERE, { facet: comparison.facet, metric: 'ft' });
  const draft: Draft = {
    ...BLANK,
    ...EVERYWHERE,
    facet: comparison.facet,
    facetValue: comparison.facetValue,
    metric: 'ft',
    variant: `5-neighbours-of-${window.rows.length}-rows`,
    threshold: limit,
    rows: now?.rows ?? 0,
    baselineRows: before?.rows ?? 0,
  };
  if (window.rows.length === 0)
    return { ...draft, status: 'no_data', note: 'no rows of this window are kept' };
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

/** compareFlips: the flip test of every single facet over all rows, where a sample of rows was read for it. */
export function compareFlips(input: MonitorInput, plan: BiasPlan, sets: readonly FacetSet[]): Draft[] {
  const { sample } = input;
  if (sample === undefined) return [];
  return sets
    .filter(({ facets }) => facets.length === 1)
    .flatMap((set) =>
      comparisonsOf(set).map((comparison) =>
        compareSide(input, sample, {
          facet: plan.facets.findIndex(({ name }) => name === set.name),
          comparison,
        }),
      ),
    );
}
