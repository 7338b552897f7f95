import { bootstrapInterval } from '../bootstrap-interval.js';
import { jensenShannon } from '../jensen-shannon.js';
import { lInfinity } from '../l-infinity.js';
import type { Random } from '../multinomial.js';
import { sharePairs, sum } from '../shares.js';
import { totalVariation } from '../total-variation.js';
import { newcombeInterval } from '../two-proportions.js';
import {
  missing,
  unsignedInterval,
  type BiasInterval,
  type Facets,
  type IntervalOptions,
  type Measured,
} from './facets.js';

/** LabelDistanceName: KL and JS in nats and without a root, LP the Euclidean norm, KS over labels and not over a distribution function. */
export type LabelDistanceName = 'kl' | 'js' | 'lp' | 'tvd' | 'ks';

/** Labels: rows per label of both sides, over the same labels in the same order. */
type Labels = Facets<readonly number[]>;

/** divergence: Σ P_a ln(P_a / P_d), infinite when the favoured side has a label that the other one lacks. */
const divergence = (pairs: readonly (readonly [number, number])[]): number =>
  Math.max(
    0,
    pairs.reduce((total, [a, d]) => total + (a > 0 ? a * Math.log(a / d) : 0), 0),
  );

function distance(name: LabelDistanceName, { favoured, disfavoured }: Labels): number | null {
  const samples = { baseline: favoured, window: disfavoured };
  const pairs = sharePairs(samples);
  if (pairs === null) return null;
  switch (name) {
    case 'kl':
      return divergence(pairs);
    case 'js':
      return (jensenShannon(samples) ?? 0) ** 2 * Math.LN2;
    case 'lp':
      return Math.hypot(...pairs.map(([a, d]) => a - d));
    case 'tvd':
      return totalVariation(samples);
    case 'ks':
      return lInfinity(samples);
  }
}

/**
 * labelDistance: how far the label shares of both sides are apart, by Clarify's five measures (two labels or more). All are ≥ 0 and have no
 * direction. Labels that one side lacks stay in with share 0 (Clarify drops them without scaling the rest), so every value is exact;
 * KL has none (`infinite`) when the disfavoured side lacks a label of the favoured one.
 *
 * @example labelDistance('kl', { favoured: [80, 20], disfavoured: [30, 70] }) // { value: 0.5341 }
 */
export function labelDistance(name: LabelDistanceName, labels: Labels): Measured {
  const value = distance(name, labels);
  if (value === null) return missing('no_rows');
  return Number.isFinite(value) ? { value } : missing('infinite');
}

/** PER_DIFFERENCE: of two labels some distances are a multiple of the difference of one share. */
const PER_DIFFERENCE: Partial<Record<LabelDistanceName, number>> = { tvd: 1, ks: 1, lp: Math.SQRT2 };

function ofTwoLabels(
  factor: number,
  { favoured, disfavoured }: Labels,
  options: IntervalOptions,
): BiasInterval | null {
  const of = (counts: readonly number[]) => ({ successes: counts[0] ?? 0, trials: sum(counts) });
  const interval = newcombeInterval({ baseline: of(disfavoured), window: of(favoured), ...options });
  return (
    interval &&
    unsignedInterval({ low: factor * interval.low, high: factor * interval.high, method: 'newcombe' })
  );
}

/**
 * labelDistanceInterval: Newcombe's interval for TVD, KS and LP of two labels, which are a share's difference; else the percentile
 * bootstrap, stretched to the value where chance alone keeps all draws above it. Seeded by `random`. Null without a value.
 */
export function labelDistanceInterval(
  name: LabelDistanceName,
  labels: Labels,
  { random, ...options }: IntervalOptions & { readonly random: Random },
): BiasInterval | null {
  const { value } = labelDistance(name, labels);
  if (value === null) return null;
  const factor = PER_DIFFERENCE[name];
  if (factor !== undefined && labels.favoured.length === 2) return ofTwoLabels(factor, labels, options);
  const limits = bootstrapInterval({
    samples: [labels.favoured, labels.disfavoured],
    statistic: ([favoured = [], disfavoured = []]) => labelDistance(name, { favoured, disfavoured }).value,
    random,
    ...options,
  });
  return (
    limits && { low: Math.min(value, limits.low), high: Math.max(value, limits.high), method: 'bootstrap' }
  );
}
