import { ALL_SEGMENT, type Profile } from '#libs/contracts';
import { aboveChance, forSegmentValues, suggestMonitors } from '#libs/monitoring';
import type { Columns } from './columns.js';
import { dated } from './evaluate-windows.js';
import { CHECKED, type MonitorPlan } from './monitor-plan.js';
import type { BaselineSide } from './profile-sides.js';

const ofAll = <P extends Profile>(profile: P): P => ({
  ...profile,
  cells: profile.cells.filter(({ segment }) => segment === ALL_SEGMENT),
});

/** What limits are suggested from; `windowRows`: rows of a window. */
type Beside = { columns: Columns; baseline: BaselineSide; windowRows: number };

/**
 * withDimensions: the monitors of a check whose segments nobody chose, each twice: once for all rows, as if there were no segments, so that
 * what is said of them is the same with and without; and once for segment values, tested as one family with all rows as the service does,
 * under limits that allow for how few rows a value has.
 */
export function withDimensions(
  planned: MonitorPlan[] | undefined,
  { columns, baseline, windowRows }: Beside,
): MonitorPlan[] {
  const overAll = { ...baseline, profile: ofAll(baseline.profile), chunks: baseline.chunks.map(ofAll) };
  const all = withLimits(planned, { columns, baseline: overAll, windowRows });
  const values = withLimits(planned, { columns, baseline, windowRows }).filter(
    ({ body: { kind } }) => kind !== 'bias' && kind !== 'attribution',
  );
  return [
    ...all.map((plan): MonitorPlan => ({ ...plan, body: { ...plan.body, segments: [] }, of: 'all' })),
    ...values.map((plan): MonitorPlan => ({
      ...plan,
      body: plan.suggest
        ? forSegmentValues(plan.body, { baseline: baseline.profile, windowRows })
        : plan.body,
      of: 'values',
    })),
  ];
}

/** withLimits: monitors without limits of their own, or all where none are named, get those that the service suggests for a new baseline. */
export function withLimits(
  planned: MonitorPlan[] | undefined,
  { columns, baseline, windowRows }: Beside,
): MonitorPlan[] {
  const suggested = suggestMonitors({
    model: CHECKED.model,
    version: CHECKED.version,
    baseline: { hasLabels: columns.parts.label !== undefined, cannotServe: [] },
    baselineProfile: baseline.profile,
    baselineChunks: dated(baseline.chunks),
    binning: baseline.plan.binning,
    features: columns.features,
    bias: baseline.plan.bias ?? null,
  }).map((body) => aboveChance(body, { baselineRows: baseline.rows, windowRows }));
  if (planned === undefined)
    return suggested.map((body) => ({ name: body.kind, body: { ...body, minRows: 100 }, suggest: true }));
  return planned.map((plan) => {
    const like = suggested.find(({ kind }) => kind === plan.body.kind);
    if (!plan.suggest || like === undefined) return plan;
    const { thresholds, featureThresholds } = like;
    return {
      ...plan,
      body: {
        ...plan.body,
        thresholds: chosen(thresholds, plan),
        featureThresholds: chosenPer(featureThresholds, plan),
      },
    };
  });
}

type Limits = MonitorPlan['body']['thresholds'];

/** A limit on what a monitor was not asked to compute would have it computed. */
function chosen(limits: Limits, { body: { metrics } }: MonitorPlan): Limits {
  if (metrics === null) return limits;
  return Object.fromEntries(
    Object.entries(limits).filter(([metric]) => metrics.some((one) => one === metric)),
  );
}

const chosenPer = (limits: Record<string, Limits>, plan: MonitorPlan): Record<string, Limits> =>
  Object.fromEntries(Object.entries(limits).map(([feature, own]) => [feature, chosen(own, plan)]));
