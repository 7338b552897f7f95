import fCdf from '@stdlib/stats-base-dists-f-cdf';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import type { Step } from './courses.js';
import { NULLS, type Law } from './laws.js';

const STEP = 1e-4;

/** twoSided: p of a standard normal statistic. */
const twoSided = (z: number): number => 2 * normalCdf(-Math.abs(z), 0, 1);

/** atMost: P(X ≤ k) of a binomial variable, as a tail of F. */
const atMost = (k: number, n: number, p: number): number =>
  k >= n ? 1 : k < 0 ? 0 : fCdf(((k + 1) * (1 - p)) / ((n - k) * p), 2 * (n - k), 2 * (k + 1));

/**
 * oracle: p of a test that knows the generator: where the window is expected to lie, how far it strays from that, and that a change
 * would move the level or the share of missing values. Rao's score test of the one, the exact test of the other, twice the lower p: about what can be had from one window.
 */
export function oracle(law: Law, { expected, sd }: Step, [nulls = 0, ...counts]: readonly number[]): number {
  const [before, at, after] = [law(expected - STEP), law(expected), law(expected + STEP)];
  const n = counts.reduce((total, count) => total + count, 0);
  let [score, information] = [0, 0];
  at.forEach((share, i) => {
    if (share <= 0) return;
    const slope = ((after[i] ?? 0) - (before[i] ?? 0)) / (2 * STEP);
    score += ((counts[i] ?? 0) * slope) / share;
    information += (slope * slope) / share;
  });
  const moved = score / Math.sqrt(n * information + (n * information * sd) ** 2);
  const rows = n + nulls;
  const missing = 2 * Math.min(atMost(nulls, rows, NULLS), 1 - atMost(nulls - 1, rows, NULLS));
  return Math.min(1, 2 * Math.min(twoSided(moved), missing));
}
