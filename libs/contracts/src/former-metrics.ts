import type { Finding } from './results.js';

/**
 * METRICS_REVISION: what metric names in a stored monitor mean. It stands in the stored document, beside the body, and never in the body: up
 * to revision 1, which was not written, `chi2` and `g_test` were divided by their degrees of freedom.
 */
export const METRICS_REVISION = 2;

/** What metrics of the first revision are called now. */
const RENAMED: Readonly<Record<string, string>> = { chi2: 'chi2_per_df', g_test: 'g_test_per_df' };

const renamed = (name: unknown): unknown =>
  typeof name === 'string' && Object.hasOwn(RENAMED, name) ? RENAMED[name] : name;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const limitsOf = (limits: unknown): unknown =>
  isRecord(limits)
    ? Object.fromEntries(Object.entries(limits).map(([name, limit]) => [renamed(name), limit]))
    : limits;

const limitsBy = (record: unknown): unknown =>
  isRecord(record)
    ? Object.fromEntries(Object.entries(record).map(([key, limits]) => [key, limitsOf(limits)]))
    : record;

/**
 * withMetricsNow: the body of a stored monitor of some revision under the names that its metrics have now, so that a limit never changes its
 * meaning. Not checked: what is no body of a monitor is given back for the schema to refuse.
 */
export function withMetricsNow(body: unknown, revision: number): unknown {
  if (revision >= METRICS_REVISION || !isRecord(body)) return body;
  const { metrics, thresholds, featureThresholds, segmentThresholds, ...rest } = body;
  return {
    ...rest,
    ...(metrics !== undefined && { metrics: Array.isArray(metrics) ? metrics.map(renamed) : metrics }),
    ...(thresholds !== undefined && { thresholds: limitsOf(thresholds) }),
    ...(featureThresholds !== undefined && { featureThresholds: limitsBy(featureThresholds) }),
    ...(segmentThresholds !== undefined && { segmentThresholds: limitsBy(segmentThresholds) }),
  };
}

/** withMetricNow: the same of a stored finding, which says by its variant that it was divided. */
export const withMetricNow = <F extends Pick<Finding, 'metric' | 'variant'>>(finding: F): F => {
  if (finding.variant !== 'two-sample-per-df') return finding;
  if (finding.metric === 'chi2') return { ...finding, metric: 'chi2_per_df' };
  return finding.metric === 'g_test' ? { ...finding, metric: 'g_test_per_df' } : finding;
};
