import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { wilson } from './wilson.js';

/** Proportion: how many of `trials` rows are successes; 0 ≤ successes ≤ trials. */
export type Proportion = { readonly successes: number; readonly trials: number };

/** TwoProportions: both samples, and the design effect ≥ 1 by which their sizes shrink. */
export type TwoProportions = {
  readonly baseline: Proportion;
  readonly window: Proportion;
  readonly deff?: number;
};

function check({ successes, trials }: Proportion): void {
  if (!(successes >= 0 && successes <= trials && trials < Infinity)) {
    throw new RangeError(`${successes} successes of ${trials} trials: 0 ≤ successes ≤ trials`);
  }
}

/**
 * twoProportionTest: z-test of window against baseline with the pooled share (Agresti, Categorical Data Analysis, 3.2.1).
 * `less` asks whether the window's share is lower, `greater` whether it is higher. On n / deff rows.
 * Null when a sample is empty, or when all rows or no rows are successes on both sides (nothing varies).
 */
export function twoProportionTest({
  baseline,
  window,
  deff = 1,
  alternative = 'two-sided',
}: TwoProportions & { readonly alternative?: 'two-sided' | 'less' | 'greater' }): {
  z: number;
  p: number;
} | null {
  check(baseline);
  check(window);
  if (baseline.trials === 0 || window.trials === 0) return null;
  const pooled = (baseline.successes + window.successes) / (baseline.trials + window.trials);
  const variance = pooled * (1 - pooled) * deff * (1 / baseline.trials + 1 / window.trials);
  if (!(variance > 0)) return null;
  const z = (window.successes / window.trials - baseline.successes / baseline.trials) / Math.sqrt(variance);
  if (alternative === 'less') return { z, p: normalCdf(z, 0, 1) };
  if (alternative === 'greater') return { z, p: normalCdf(-z, 0, 1) };
  return { z, p: Math.min(1, 2 * normalCdf(-Math.abs(z), 0, 1)) };
}

/**
 * newcombeInterval: interval of the difference window − baseline of two shares, from the Wilson intervals of both (Newcombe 1998,
 * method 10, no continuity correction). Holds its level for shares near 0 and 1 and for small samples, where the plain one fails.
 * On n / deff rows. Null when a sample is empty.
 */
export function newcombeInterval({
  baseline,
  window,
  deff = 1,
  level = 0.95,
}: TwoProportions & { readonly level?: number }): { difference: number; low: number; high: number } | null {
  check(baseline);
  check(window);
  if (baseline.trials === 0 || window.trials === 0) return null;
  const z = normalQuantile((1 + level) / 2, 0, 1);
  const [b, w] = [baseline.successes / baseline.trials, window.successes / window.trials];
  const [before, now] = [wilson(b, baseline.trials / deff, z), wilson(w, window.trials / deff, z)];
  const difference = w - b;
  return {
    difference,
    low: difference - Math.hypot(w - now.low, before.high - b),
    high: difference + Math.hypot(now.high - w, b - before.low),
  };
}
