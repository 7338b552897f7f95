import type { AttributionCell, MetricName, MonitorBody } from '#libs/contracts';
import type { Draft } from '../draft.js';
import type { SegmentValue } from '../pair.js';

/** attributionLimit: what the monitor sets on a metric, of a feature or of the ranking; null when it only reports it. */
export function attributionLimit(
  { thresholds, featureThresholds }: MonitorBody,
  feature: string,
  metric: MetricName,
): number | null {
  const own = Object.hasOwn(featureThresholds, feature) ? featureThresholds[feature] : undefined;
  const limit = own?.[metric] ?? thresholds[metric];
  return typeof limit === 'number' ? limit : null;
}

/** Subject: whose attributions a draft is about. */
export type Subject = {
  readonly value: SegmentValue;
  readonly feature: string;
  readonly settings: MonitorBody;
  readonly window: AttributionCell | null;
  readonly baseline: AttributionCell | null;
};

/** attributionDraft: a draft of a metric without a value yet; rows are the explained ones. */
export const attributionDraft = (
  { value, feature, settings, window, baseline }: Subject,
  metric: MetricName,
  variant: string,
): Draft => ({
  segment: value.segment,
  segmentValue: value.segmentValue,
  feature,
  facet: '',
  facetValue: '',
  metric,
  variant,
  value: null,
  baselineValue: null,
  interval: null,
  threshold: attributionLimit(settings, feature, metric),
  p: null,
  evidence: 'none',
  deff: 1,
  resolution: null,
  rows: window?.explained ?? 0,
  baselineRows: baseline?.explained ?? 0,
  status: 'computed',
  note: '',
});
