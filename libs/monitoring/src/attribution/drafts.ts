import type { AttributionCell, MetricName, MonitorBody } from '#libs/contracts';
import { BLANK, type Draft } from '../draft.js';
import { constantOf, thresholdOf } from '../limits.js';
import type { SegmentValue } from '../pair.js';

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
  ...BLANK,
  segment: value.segment,
  segmentValue: value.segmentValue,
  feature,
  metric,
  variant,
  threshold: constantOf(thresholdOf({ ...value, settings, feature }, metric, { withDefault: false })),
  rows: window?.explained ?? 0,
  baselineRows: baseline?.explained ?? 0,
});
