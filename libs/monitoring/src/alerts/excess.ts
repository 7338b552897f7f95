import { biasMetrics, type Finding, type MetricName, type Severity } from '#libs/contracts';
import { distanceFromNeutral } from '#libs/stats';
import { scaleOf } from '../bias/metrics.js';
import { LESS_IS_WORSE } from '../limits.js';

/** DISTANCES: metrics that measure how far a distribution moved, where a multiple of the limit has a meaning. */
const DISTANCES: ReadonlySet<MetricName> = new Set([
  'psi',
  'kullback_leibler',
  'jensen_shannon',
  'hellinger',
  'total_variation',
  'l_infinity',
  'l_infinity_robust',
  'kolmogorov_smirnov',
  'wasserstein',
  'wasserstein_normalised',
]);

const BIAS: ReadonlySet<MetricName> = new Set(biasMetrics);

/** CRITICAL_EXCESS: a distance this many times its limit is critical, whatever the monitor says. */
const CRITICAL_EXCESS = 2.5;

/**
 * excess: how many times its limit a finding's value is, so that findings of different metrics can be ranked; for floors, the
 * missing part of 1 is compared where that is a share, for bias distances from the neutral point. Infinite for facts (a missing column)
 * and limits of 0; 0 without value or limit.
 */
function excess({ metric, value, threshold, evidence, status }: Finding): number {
  if (value === null || threshold === null) return 0;
  if (BIAS.has(metric)) {
    const [now, limit] = [value, threshold].map((x) => distanceFromNeutral(x, scaleOf(metric)));
    return limit === 0 ? Infinity : (now ?? 0) / (limit ?? 1);
  }
  // What is left of a share.
  if (metric === 'share_loss') return value < 1 ? (1 - threshold) / (1 - value) : Infinity;
  if (LESS_IS_WORSE.has(metric) && value <= 1)
    return threshold < 1 ? (1 - value) / (1 - threshold) : Infinity;
  // Beyond a lower bound: of a signed distance, or of a number of rows.
  if (status === 'breached' && value < threshold) {
    if (threshold < 0) return value / threshold;
    return value > 0 ? threshold / value : Infinity;
  }
  if (evidence === 'exact' || threshold <= 0) return value > threshold ? Infinity : 0;
  return value / threshold;
}

/** worstFirst: order of findings by excess, then by name, so that the same findings always come in the same order. */
export function worstFirst(a: Finding, b: Finding): number {
  const [first, second] = [excess(a), excess(b)];
  if (first !== second) return second > first ? 1 : -1;
  const [left, right] = [`${a.feature}\n${a.metric}`, `${b.feature}\n${b.metric}`];
  return left < right ? -1 : Number(left > right);
}

/** severityOf: the monitor's own severity; critical when a column is missing or a distance is far beyond its limit. */
export function severityOf(breached: readonly Finding[], configured: Severity): Severity {
  const grave = (finding: Finding) =>
    finding.metric === 'missing_column' ||
    (DISTANCES.has(finding.metric) && excess(finding) >= CRITICAL_EXCESS);
  return breached.some(grave) ? 'critical' : configured;
}
