import { ALL_SEGMENT } from './names.js';
import type { MetricName } from './metrics.js';
import type { MonitorKind } from './monitors.js';
import type { Threshold } from './thresholds.js';

/** Where a limit stands: for all, for a feature (of bias: a facet), or for a segment or segment value (the key). */
export type LimitPlace =
  { readonly of: 'monitor' | 'feature' } | { readonly of: 'segment'; readonly key: string };

/** What a monitor of rows as a whole looks at has no feature. */
const OF_ROWS: Readonly<Partial<Record<MonitorKind, readonly string[]>>> = {
  data_quality: ['volume', 'duplicate_rate', 'share_loss'],
  attribution: ['ndcg', 'attribution_coverage'],
};
const WITHOUT_FEATURES: readonly MonitorKind[] = ['quality', 'multivariate_drift'];
/** Every metric of these has a scale of its own. */
const WITHOUT_DEFAULT: readonly MonitorKind[] = ['bias', 'attribution'];
const FACTS: readonly string[] = ['missing_column', 'extra_column', 'constant'];
/** From a sample of all rows, which no part of the baseline has. */
const SAMPLED: readonly string[] = ['domain_classifier_auc', 'correlation_drift'];

const isFitted = (threshold: Threshold): boolean =>
  threshold === 'auto' || (typeof threshold === 'object' && threshold.kind !== 'constant');

/** placeFault: a limit that stands where its metric is not looked at. */
function placeFault(kind: MonitorKind, metric: string, place: LimitPlace): string | null {
  if (place.of === 'feature' && WITHOUT_FEATURES.includes(kind))
    return `is of a feature, and a monitor of kind '${kind}' looks at rows as a whole: put it under the limits of the monitor or of a segment`;
  if (place.of === 'feature' && OF_ROWS[kind]?.includes(metric) === true)
    return 'is about rows as a whole, not about a feature: put it under the limits of the monitor or of a segment';
  if (place.of === 'segment' && place.key !== ALL_SEGMENT && SAMPLED.includes(metric))
    return 'is computed for all rows only: put it under the limits of the monitor';
  return null;
}

/** formFault: a limit in a form that its metric cannot be held against. */
function formFault(kind: MonitorKind, metric: string, threshold: Threshold): string | null {
  if (WITHOUT_DEFAULT.includes(kind)) {
    if (metric === 'default')
      return `a monitor of kind '${kind}' takes no default limit, since its metrics have scales of their own: name the metric`;
    if (metric !== 'share_loss' && typeof threshold !== 'number')
      return `must be a number for a monitor of kind '${kind}'`;
  }
  if (FACTS.includes(metric) && isFitted(threshold))
    return 'holds or does not, so that nothing can be fitted: give a number (1 mutes it)';
  return SAMPLED.includes(metric) && isFitted(threshold)
    ? 'is made from a sample of rows, which parts of the baseline do not have, so that nothing can be fitted: give a number'
    : null;
}

/** limitFault: why a limit would never be looked at, as the end of a sentence that names it; null when it is. */
export const limitFault = (
  kind: MonitorKind,
  { metric, threshold, place }: { metric: MetricName | 'default'; threshold: Threshold; place: LimitPlace },
): string | null => placeFault(kind, metric, place) ?? formFault(kind, metric, threshold);
