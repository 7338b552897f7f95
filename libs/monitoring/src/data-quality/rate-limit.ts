import type { MetricName } from '#libs/contracts';
import { LESS_IS_WORSE, limitFor, thresholdOf, type History, type Limit } from '../limits.js';
import type { Pair } from '../pair.js';

/** RateLimit: the limit on a rate; `fixed` when it does not depend on the baseline, so that a value beyond it is a fact. */
export type RateLimit = Limit & { readonly fixed: boolean };

/**
 * rateLimit: a number limits the *change* against the baseline's rate, and so do limits fitted on how much the baseline's own parts
 * change; a constant limits the rate itself. The limit is stated on the rate, so that value and threshold compare.
 */
export function rateLimit(
  pair: Pair,
  {
    metric,
    value,
    before,
    history,
  }: { metric: MetricName; value: number | null; before: number; history: () => History },
): RateLimit {
  const threshold = thresholdOf(pair, metric);
  if (typeof threshold === 'object' && threshold?.kind === 'constant') {
    return { ...limitFor({ metric, threshold, value, history }), fixed: true };
  }
  // Where less is worse, it is a fall that is limited.
  const change = typeof threshold === 'number' && LESS_IS_WORSE.has(metric) ? -threshold : threshold;
  const limit = limitFor({
    metric,
    threshold: change,
    value: value === null ? null : value - before,
    history,
  });
  return { ...limit, threshold: limit.threshold === null ? null : before + limit.threshold, fixed: false };
}
