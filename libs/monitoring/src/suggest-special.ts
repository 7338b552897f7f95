import type { AttributionCell, BiasPlan, FacetCell, MetricName, MonitorBody, Profile } from '#libs/contracts';
import { deviationLimit, distanceFromNeutral } from '#libs/stats';
import { scaleOf } from './bias/metrics.js';
import type { Draft } from './draft.js';
import { MIN_CHUNKS } from './evidence.js';
import { specialKey } from './merge-special.js';
import { compareAttributions } from './monitors/attribution.js';
import { compareBias } from './monitors/bias.js';
import type { MonitorInput } from './pair.js';
import { roundDown, roundUp } from './round.js';
import { SHARE_LOSS_LIMIT } from './share-loss.js';

type Limits = Partial<Record<MetricName, number>>;
type Range = { readonly least: number; readonly most: number };

/** Customary limits, raised to what the baseline's own days do. Ten points of difference are worth a look; the ranking's floor is Clarify's. */
const BIAS: Partial<Record<MetricName, Range>> = {
  dppl: { least: 0.1, most: 0.5 },
  rd: { least: 0.1, most: 0.5 },
};
const ATTRIBUTION: Partial<Record<MetricName, Range>> = {
  attribution_share: { least: 0.1, most: 0.5 },
  attribution_drift: { least: 0.2, most: 0.6 },
};
const NDCG_FLOOR = 0.9;
/** More days would tell little more about what is normal, and take time at every upload. */
const MAX_DAYS = 60;

const minus = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((count, i) => Math.max(0, count - (b[i] ?? 0)));

const facetRest = (whole: FacetCell, part: FacetCell): FacetCell => ({
  ...whole,
  rows: whole.rows - part.rows,
  labelled: whole.labelled - part.labelled,
  counts: minus(whole.counts, part.counts),
});

const attributionRest = (whole: AttributionCell, part: AttributionCell): AttributionCell => ({
  ...whole,
  rows: whole.rows - part.rows,
  explained: whole.explained - part.explained,
  nulls: whole.nulls - part.nulls,
  invalid: whole.invalid - part.invalid,
  counts: minus(whole.counts, part.counts),
  sum: whole.sum - part.sum,
  sumAbs: whole.sumAbs - part.sumAbs,
  sumSquares: whole.sumSquares - part.sumSquares,
});

/** restOf: the whole without one of its parts, cell by cell. */
function restOf<C extends FacetCell | AttributionCell>(
  whole: readonly C[] = [],
  part: readonly C[] = [],
  rest: (whole: C, part: C) => C,
): C[] {
  const parts = new Map(part.map((cell) => [specialKey(cell), cell]));
  return whole.map((cell) => {
    const own = parts.get(specialKey(cell));
    return own === undefined ? cell : rest(cell, own);
  });
}

/** days: what a monitor finds on each day of the baseline against all its other days. */
const days = (input: MonitorInput, compare: (input: MonitorInput) => Draft[]): Draft[] =>
  input.baselineChunks.slice(-MAX_DAYS).flatMap((window) => {
    const baseline: Profile = {
      cells: [],
      facets: restOf(input.baseline.facets, window.facets, facetRest),
      attributions: restOf(input.baseline.attributions, window.attributions, attributionRest),
    };
    return compare({ ...input, baseline, window, baselineChunks: [] });
  });

/** highest: the largest limit that the days of any segment value (and group) ask for. */
function highest(drafts: readonly Draft[], valueOf: (draft: Draft) => number): number {
  const groups = Map.groupBy(drafts, ({ segment, segmentValue, facetValue }) =>
    JSON.stringify([segment, segmentValue, facetValue]),
  );
  const limits = [...groups.values()]
    .filter((own) => own.length >= MIN_CHUNKS)
    .map((own) => deviationLimit({ history: own.map(valueOf) }) ?? 0);
  return Math.max(0, ...limits);
}

/** raised: limits per subject (a feature, a facet) that its own days put above the customary ones. */
function raised(
  drafts: readonly Draft[],
  ranges: Partial<Record<MetricName, Range>>,
  { subjectOf, valueOf }: { subjectOf: (draft: Draft) => string; valueOf: (draft: Draft) => number },
): Record<string, Limits> {
  const known = drafts.filter(({ metric, value }) => value !== null && ranges[metric] !== undefined);
  const subjects = [...new Set(known.map(subjectOf))].map((subject) => {
    const limits: Limits = {};
    for (const [metric, own] of Map.groupBy(
      known.filter((draft) => subjectOf(draft) === subject),
      (draft) => draft.metric,
    )) {
      const { least, most } = ranges[metric] ?? { least: 0, most: 0 };
      const limit = Math.min(most, roundUp(highest(own, valueOf)));
      if (limit > least) limits[metric] = limit;
    }
    return [subject, limits] as const;
  });
  return Object.fromEntries(subjects.filter(([, limits]) => Object.keys(limits).length > 0));
}

const leastOf = (ranges: Partial<Record<MetricName, Range>>): Limits =>
  Object.fromEntries(Object.entries(ranges).map(([metric, { least }]) => [metric, least]));

/** farther: by how much a metric was farther from its neutral point on a day than on the others. */
const farther = ({ metric, value, baselineValue }: Draft): number =>
  distanceFromNeutral(value ?? 0, scaleOf(metric)) - distanceFromNeutral(baselineValue ?? 0, scaleOf(metric));

/** suggestBias: limits on decisions and, with labels, on recall; everything else is reported. */
export function suggestBias(
  input: MonitorInput,
  plan: BiasPlan,
): Pick<MonitorBody, 'thresholds' | 'featureThresholds'> {
  const isLabelled = (input.baseline.facets ?? []).some(({ labelled }) => labelled > 0);
  const ranges = isLabelled ? BIAS : { dppl: BIAS.dppl ?? { least: 0.1, most: 0.5 } };
  const metrics = Object.keys(ranges) as MetricName[];
  const settings = { ...input.settings, metrics, thresholds: {} };
  const drafts = days({ ...input, settings, bias: plan }, compareBias);
  return {
    thresholds: { ...leastOf(ranges), share_loss: SHARE_LOSS_LIMIT },
    featureThresholds: raised(drafts, ranges, { subjectOf: ({ facet }) => facet, valueOf: farther }),
  };
}

const moved = ({ metric, value, baselineValue }: Draft): number =>
  metric === 'attribution_share' ? Math.abs((value ?? 0) - (baselineValue ?? 0)) : (value ?? 0);

/** suggestAttribution: limits on the ranking, on shares and on distributions; the direction and the coverage are reported. */
export function suggestAttribution(
  input: MonitorInput,
): Pick<MonitorBody, 'thresholds' | 'featureThresholds'> {
  const drafts = days(input, compareAttributions);
  const rankings = drafts.filter(({ metric, value }) => metric === 'ndcg' && value !== null);
  const lost = highest(rankings, ({ value }) => 1 - (value ?? 1));
  return {
    thresholds: { ndcg: Math.max(0, Math.min(NDCG_FLOOR, roundDown(1 - lost))), ...leastOf(ATTRIBUTION) },
    featureThresholds: raised(drafts, ATTRIBUTION, { subjectOf: ({ feature }) => feature, valueOf: moved }),
  };
}
