import { newcombeInterval } from '../two-proportions.js';
import {
  missing,
  type BiasInterval,
  type FacetCounts,
  type Facets,
  type IntervalOptions,
  type Measured,
} from './facets.js';
import { rateOf, type RateName } from './rates.js';

/** Sign: whether a higher rate of the favoured side is bias against the other one, or a lower one. */
type Sign = 'favoured - disfavoured' | 'disfavoured - favoured';

/**
 * RATE_DIFFERENCES: metrics that are the difference of one rate between the sides (Amazon SageMaker Clarify's definitions):
 * DPL and DPPL of the share of positive labels and predictions, SD specificity, RD recall, DAR acceptance (precision),
 * DRR rejection (negative predictive value), AD accuracy. All lie in [−1, 1] and are 0 without bias.
 */
export const RATE_DIFFERENCES = {
  dpl: { rate: 'observed_positive', sign: 'favoured - disfavoured' },
  dppl: { rate: 'predicted_positive', sign: 'favoured - disfavoured' },
  sd: { rate: 'true_negative', sign: 'disfavoured - favoured' },
  rd: { rate: 'true_positive', sign: 'favoured - disfavoured' },
  dar: { rate: 'precision', sign: 'favoured - disfavoured' },
  drr: { rate: 'negative_predictive_value', sign: 'disfavoured - favoured' },
  ad: { rate: 'accuracy', sign: 'favoured - disfavoured' },
} as const satisfies Record<string, { readonly rate: RateName; readonly sign: Sign }>;

export type RateDifferenceName = keyof typeof RATE_DIFFERENCES;

/** ordered: the two proportions as (subtracted, subtracted from). */
function ordered(name: RateDifferenceName, { favoured, disfavoured }: Facets<FacetCounts>) {
  const { rate, sign } = RATE_DIFFERENCES[name];
  const [a, d] = [rateOf(favoured, rate), rateOf(disfavoured, rate)];
  return sign === 'favoured - disfavoured' ? { baseline: d, window: a } : { baseline: a, window: d };
}

/**
 * rateDifference: the metric's value. A side without rows for the rate (0/0) leaves it without a value; Clarify takes such a rate as 0, which
 * makes a facet without a single label look like the most biased one.
 *
 * @example rateDifference('rd', vector set A) // { value: 0.187831 }
 */
export function rateDifference(name: RateDifferenceName, facets: Facets<FacetCounts>): Measured {
  const { baseline, window } = ordered(name, facets);
  if (!(baseline.trials > 0 && window.trials > 0)) return missing('no_rows');
  return { value: window.successes / window.trials - baseline.successes / baseline.trials };
}

/** rateDifferenceInterval: Newcombe's score interval (`newcombeInterval`); null where the metric has no value. */
export function rateDifferenceInterval(
  name: RateDifferenceName,
  facets: Facets<FacetCounts>,
  options: IntervalOptions = {},
): BiasInterval | null {
  const interval = newcombeInterval({ ...ordered(name, facets), ...options });
  return interval && { low: interval.low, high: interval.high, method: 'newcombe' };
}
