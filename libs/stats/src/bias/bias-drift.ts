import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Estimate } from '../mover.js';
import { toNeutral, type BiasScale } from './neutral.js';

/** BiasDrift: how much farther from neutral the live value is, and how likely that is by chance. */
export type BiasDrift = { increase: number; p: number };

/**
 * biasDriftTest: is the live metric farther from its neutral point than the baseline's (difference in differences; one-sided, away from neutral)?
 * p = P(|X| ≥ |live|) for X normal around |baseline| with both variances: one-sided where the baseline is biased, two-sided where it is
 * neutral, since then both directions are away. A metric that has moved nearer to neutral has p ≥ 0.5.
 *
 * Both estimates come with intervals of the same `level`; variances are recovered from the limits that face each other
 * (as in `moverDifference`), ratios on the logarithm. A baseline without an interval is a number that is exactly known.
 */
export function biasDriftTest({
  live,
  baseline,
  scale,
  level = 0.95,
}: {
  readonly live: Estimate;
  readonly baseline: Estimate | { readonly value: number };
  readonly scale: BiasScale;
  readonly level?: number;
}): BiasDrift {
  const z = normalQuantile((1 + level) / 2, 0, 1);
  const on = (value: number) => toNeutral(value, scale);
  const [now, before] = [on(live.value), on(baseline.value)];
  const known = 'low' in baseline ? baseline : { low: baseline.value, high: baseline.value };
  const upwards = now >= before;
  const own = upwards ? now - on(live.low) : on(live.high) - now;
  const other = upwards ? on(known.high) - before : before - on(known.low);
  const se = Math.hypot(own, other) / z;
  const increase = Math.abs(now) - Math.abs(before);
  if (!(se > 0)) return { increase, p: increase > 0 ? 0 : 1 };
  const beyond = (distance: number) => normalCdf(-distance / se, 0, 1);
  return { increase, p: Math.min(1, beyond(increase) + beyond(Math.abs(now) + Math.abs(before))) };
}
