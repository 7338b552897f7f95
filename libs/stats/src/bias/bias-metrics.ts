import type { Proportion } from '../two-proportions.js';
import { classImbalance, classImbalanceInterval } from './class-imbalance.js';
import {
  conditionalAcceptance,
  conditionalAcceptanceInterval,
  type ConditionalName,
} from './conditional-acceptance.js';
import { disparateImpact, disparateImpactInterval } from './disparate-impact.js';
import type { BiasInterval, FacetCounts, Facets, IntervalOptions, Measured } from './facets.js';
import type { BiasScale } from './neutral.js';
import {
  RATE_DIFFERENCES,
  rateDifference,
  rateDifferenceInterval,
  type RateDifferenceName,
} from './rate-difference.js';
import { rateSpread, rateSpreadInterval, type SpreadName } from './rate-spread.js';
import { rateOf, type RateName } from './rates.js';
import { treatmentEquality, treatmentEqualityInterval } from './treatment-equality.js';

/** Needs: which events a metric waits for. */
export type BiasNeeds = 'labels' | 'predictions' | 'both';

/** BiasMetric: one metric of the counts of two sides. `cells` are the counts that its interval rests on, of one side. */
export type BiasMetric = {
  readonly scale: BiasScale;
  readonly needs: BiasNeeds;
  readonly measure: (facets: Facets<FacetCounts>) => Measured;
  readonly interval: (facets: Facets<FacetCounts>, options?: IntervalOptions) => BiasInterval | null;
  readonly cells: (counts: FacetCounts) => readonly number[];
  /** The rates whose both outcomes are `cells`, when these are all there is to it. */
  readonly rates: readonly RateName[];
};

const both = ({ successes, trials }: Proportion): number[] => [successes, trials - successes];
const ofRates = (rates: readonly RateName[]) => ({
  rates,
  cells: (counts: FacetCounts) => rates.flatMap((rate) => both(rateOf(counts, rate))),
});

const NEEDS: Partial<Record<RateName, BiasNeeds>> = {
  observed_positive: 'labels',
  predicted_positive: 'predictions',
};

const difference = (name: RateDifferenceName): BiasMetric => ({
  scale: 'difference',
  needs: NEEDS[RATE_DIFFERENCES[name].rate] ?? 'both',
  measure: (facets) => rateDifference(name, facets),
  interval: (facets, options) => rateDifferenceInterval(name, facets, options),
  ...ofRates([RATE_DIFFERENCES[name].rate]),
});

const conditional = (name: ConditionalName): BiasMetric => ({
  scale: 'difference',
  needs: 'both',
  measure: (facets) => conditionalAcceptance(name, facets),
  interval: (facets, options) => conditionalAcceptanceInterval(name, facets, options),
  rates: [],
  cells: ({ confusion: { tp, fp, tn, fn } }) => (name === 'dcacc' ? [tp, fp, fn] : [tn, fp, fn]),
});

const spread = (name: SpreadName, scale: BiasScale, rates: readonly RateName[]): BiasMetric => ({
  scale,
  needs: NEEDS[rates[0] ?? 'accuracy'] ?? 'both',
  measure: ({ favoured, disfavoured }) => rateSpread(name, [favoured, disfavoured]),
  interval: (facets, options) => rateSpreadInterval(name, facets, options),
  ...ofRates(rates),
});

const sizes = ({ favoured, disfavoured }: Facets<FacetCounts>): Facets<number> => ({
  favoured: favoured.observed.trials,
  disfavoured: disfavoured.observed.trials,
});

const metrics = {
  ci: {
    scale: 'difference',
    needs: 'labels',
    measure: (facets) => classImbalance(sizes(facets)),
    interval: (facets, options) => classImbalanceInterval(sizes(facets), options),
    rates: [],
    cells: ({ observed }) => [observed.trials],
  },
  dpl: difference('dpl'),
  dppl: difference('dppl'),
  di: {
    scale: 'ratio',
    needs: 'predictions',
    measure: disparateImpact,
    interval: disparateImpactInterval,
    ...ofRates(['predicted_positive']),
  },
  dcacc: conditional('dcacc'),
  dcr: conditional('dcr'),
  sd: difference('sd'),
  rd: difference('rd'),
  dar: difference('dar'),
  drr: difference('drr'),
  ad: difference('ad'),
  te: {
    scale: 'difference',
    needs: 'both',
    measure: treatmentEquality,
    interval: treatmentEqualityInterval,
    rates: [],
    cells: ({ confusion: { fp, fn } }) => [fp, fn],
  },
  demographic_parity_difference: spread('demographic_parity_difference', 'difference', [
    'predicted_positive',
  ]),
  demographic_parity_ratio: spread('demographic_parity_ratio', 'ratio', ['predicted_positive']),
  equal_opportunity_difference: spread('equal_opportunity_difference', 'difference', ['true_positive']),
  predictive_equality_difference: spread('predictive_equality_difference', 'difference', ['false_positive']),
  equalised_odds_difference: spread('equalised_odds_difference', 'difference', [
    'true_positive',
    'false_positive',
  ]),
} satisfies Record<string, BiasMetric>;

export type BiasMetricName = keyof typeof metrics;

/**
 * biasMetrics: every metric that is a function of the counts of two sides, by its short name. The others have inputs of their own:
 * `labelDistance` (labels), `conditionalDisparity` (subgroups), `generalizedEntropy` (all rows) and `flipTest` (rows).
 */
export const biasMetrics: Readonly<Record<BiasMetricName, BiasMetric>> = metrics;
