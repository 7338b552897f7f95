import type { MetricName, MonitorBody } from '#libs/contracts';
import { constantOf, thresholdOf } from '../limits.js';
import type { SegmentValue } from '../pair.js';
import { biasDriftTest, distanceFromNeutral, toNeutral, type BiasScale } from '#libs/stats';

/** biasLimit: what the monitor sets on a metric of a facet (its own before the general one); null when it only reports it. */
export const biasLimit = (
  settings: MonitorBody,
  value: SegmentValue,
  { facet, metric }: { facet: string; metric: MetricName },
): number | null =>
  constantOf(thresholdOf({ ...value, settings, feature: facet }, metric, { withDefault: false }));

/** isWanted: a metric that the monitor chose, or has a limit on; without a choice, every one. */
export const isWanted = (
  settings: MonitorBody,
  value: SegmentValue,
  about: { facet: string; metric: MetricName },
): boolean =>
  settings.metrics === null ||
  settings.metrics.includes(about.metric) ||
  biasLimit(settings, value, about) !== null;

type Estimate = { readonly value: number; readonly low: number; readonly high: number };

/** Judged: the limit in units of the value, on the value's side of neutral, and whether the value lies beyond it. */
export type Judged = { readonly threshold: number; readonly beyond: boolean };

/**
 * judge: a value against a limit on its distance from neutral, measured from the baseline's distance or, without one, from neutral
 * itself. 0.9 → 0.5 of a ratio is farther away, 0.5 → 0.9 is nearer, whatever the limit.
 */
export function judge({
  value,
  baselineValue,
  limit,
  scale,
}: {
  readonly value: number;
  readonly baselineValue: number | null;
  readonly limit: number;
  readonly scale: BiasScale;
}): Judged {
  const allowed =
    (baselineValue === null ? 0 : distanceFromNeutral(baselineValue, scale)) +
    distanceFromNeutral(limit, scale);
  const now = toNeutral(value, scale);
  const signed = now < 0 ? -allowed : allowed;
  return {
    threshold: scale === 'ratio' ? Math.exp(signed) : signed,
    beyond: Math.abs(now) > allowed,
  };
}

/** chanceOf: p that a value so far from neutral is chance: against the baseline's estimate, or against a fixed limit. */
export const chanceOf = ({
  live,
  baseline,
  threshold,
  scale,
}: {
  readonly live: Estimate;
  readonly baseline: Estimate | null;
  readonly threshold: number;
  readonly scale: BiasScale;
}): number => biasDriftTest({ live, baseline: baseline ?? { value: threshold }, scale }).p;
