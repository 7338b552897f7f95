import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { moverDifference, type Estimate } from '../mover.js';
import {
  measured,
  missing,
  type BiasInterval,
  type Confusion,
  type FacetCounts,
  type Facets,
  type IntervalOptions,
  type Measured,
} from './facets.js';

/** Conditional: DCAcc compares acceptance, DCR rejection. */
export type ConditionalName = 'dcacc' | 'dcr';

/** parts: rows that both label and prediction put in the class, and those that only one of them does. */
const parts = ({ tp, fp, tn, fn }: Confusion, name: ConditionalName) =>
  name === 'dcacc'
    ? { both: tp, observed: tp + fn, predicted: tp + fp }
    : { both: tn, observed: tn + fp, predicted: tn + fn };

function sides(name: ConditionalName, { favoured, disfavoured }: Facets<FacetCounts>) {
  const [a, d] = [parts(favoured.confusion, name), parts(disfavoured.confusion, name)];
  return name === 'dcacc' ? ([a, d] as const) : ([d, a] as const);
}

/**
 * conditionalAcceptance: DCAcc, n⁽¹⁾/n′⁽¹⁾ of the favoured − that of the disfavoured side: labels per prediction in the positive class;
 * DCR, n⁽⁰⁾/n′⁽⁰⁾ of the disfavoured − that of the favoured side. Read from the formula: positive DCAcc means that the model accepts fewer of
 * the favoured side than labels do, compared with the other side. No value when a side has no prediction in the class (Clarify: infinity).
 *
 * @example conditionalAcceptance('dcacc', vector set A) // { value: −0.146667 }
 */
export function conditionalAcceptance(name: ConditionalName, facets: Facets<FacetCounts>): Measured {
  const [first, second] = sides(name, facets);
  const rows = ({ confusion: { tp, fp, tn, fn } }: FacetCounts) => tp + fp + tn + fn;
  if (!(rows(facets.favoured) > 0 && rows(facets.disfavoured) > 0)) return missing('no_rows');
  return measured(first.observed / first.predicted - second.observed / second.predicted);
}

/**
 * estimate: the ratio of two counts of the same rows with its interval on the logarithm, se² = (rows in one only) / (observed ·
 * predicted), which is the delta method's for a paired ratio (Nam & Blackwelder 2002 give the same for marginal proportions).
 */
function estimate(
  { both, observed, predicted }: ReturnType<typeof parts>,
  z: number,
  deff: number,
): Estimate {
  const value = observed / predicted;
  const half = z * Math.sqrt((deff * (observed + predicted - 2 * both)) / observed / predicted);
  return { value, low: value * Math.exp(-half), high: value * Math.exp(half) };
}

/** conditionalAcceptanceInterval: both ratios on the logarithm, joined by MOVER. Null without a value or without any label of the class. */
export function conditionalAcceptanceInterval(
  name: ConditionalName,
  facets: Facets<FacetCounts>,
  { level = 0.95, deff = 1 }: IntervalOptions = {},
): BiasInterval | null {
  const [first, second] = sides(name, facets);
  if (![first, second].every(({ observed, predicted }) => observed > 0 && predicted > 0)) return null;
  const z = normalQuantile((1 + level) / 2, 0, 1);
  const limits = moverDifference(estimate(first, z, deff), estimate(second, z, deff));
  return Number.isFinite(limits.high - limits.low) ? { ...limits, method: 'log-delta-mover' } : null;
}
