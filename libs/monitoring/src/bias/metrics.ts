import {
  biasMetrics,
  conditionalDisparity,
  conditionalDisparityInterval,
  labelDistance,
  LEAST_EXPECTED,
  smallestExpectedCell,
  type BiasInterval,
  type BiasMetricName,
  type BiasNeeds,
  type BiasScale,
  type IntervalOptions,
  type LabelDistanceName,
  type Measured,
} from '#libs/stats';
import type { MetricName } from '#libs/contracts';
import { subgroupsOf, type Sides } from './sides.js';

/** GroupMetric: how a metric of two sides is computed. */
export type GroupMetric = {
  readonly scale: BiasScale;
  readonly needs: BiasNeeds;
  readonly variant: string;
  readonly measure: (sides: Sides) => Measured;
  readonly interval: (sides: Sides, options: IntervalOptions) => BiasInterval | null;
  /** Rows that the smallest cell behind it is expected to hold; infinite where no cell limits it. */
  readonly smallest: (window: Sides, baseline: Sides | null, deff: number) => number;
  /** Whose difference is tested where the metric has no interval of its own. */
  readonly tested?: BiasMetricName;
};

const counted = (name: BiasMetricName, variant: string): GroupMetric => {
  const metric = biasMetrics[name];
  return {
    scale: metric.scale,
    needs: metric.needs,
    variant,
    measure: ({ counts }) => metric.measure(counts),
    interval: ({ counts }, options) => metric.interval(counts, options),
    smallest: (window, baseline, deff) =>
      smallestExpectedCell({ name, facets: window.counts, baseline: baseline?.counts, deff }),
  };
};

const distance = (name: LabelDistanceName): GroupMetric => ({
  scale: 'difference',
  needs: 'labels',
  variant: 'favourable-or-not',
  measure: ({ counts: { favoured: a, disfavoured: d } }) => {
    const labels = ({ successes, trials }: { successes: number; trials: number }) => [
      successes,
      trials - successes,
    ];
    return labelDistance(name, { favoured: labels(a.observed), disfavoured: labels(d.observed) });
  },
  interval: () => null,
  smallest: (window, baseline, deff) =>
    smallestExpectedCell({ name: 'dpl', facets: window.counts, baseline: baseline?.counts, deff }),
  tested: 'dpl',
});

const conditional = (needs: 'labels' | 'predictions'): GroupMetric => ({
  scale: 'difference',
  needs,
  variant: 'weighted-by-rows',
  measure: (sides) => conditionalDisparity(subgroupsOf(sides, needs)),
  interval: (sides, options) => conditionalDisparityInterval(subgroupsOf(sides, needs), options),
  smallest: () => Infinity,
});

/** groupMetrics: every metric of a group against the favoured one. GE has no groups, FT needs rows. */
export const groupMetrics = {
  ci: counted('ci', 'of-labelled-rows'),
  dpl: counted('dpl', 'favoured-less-disfavoured'),
  kl: distance('kl'),
  js: distance('js'),
  lp: distance('lp'),
  tvd: distance('tvd'),
  ks: distance('ks'),
  cddl: conditional('labels'),
  dppl: counted('dppl', 'favoured-less-disfavoured'),
  di: counted('di', 'disfavoured-to-favoured'),
  dcacc: counted('dcacc', 'favoured-less-disfavoured'),
  dcr: counted('dcr', 'disfavoured-less-favoured'),
  sd: counted('sd', 'disfavoured-less-favoured'),
  rd: counted('rd', 'favoured-less-disfavoured'),
  dar: counted('dar', 'favoured-less-disfavoured'),
  drr: counted('drr', 'disfavoured-less-favoured'),
  ad: counted('ad', 'favoured-less-disfavoured'),
  te: counted('te', 'disfavoured-less-favoured'),
  cddpl: conditional('predictions'),
  demographic_parity_ratio: counted('demographic_parity_ratio', 'smaller-to-larger'),
  equalised_odds: counted('equalised_odds_difference', 'larger-of-both'),
  equal_opportunity: counted('equal_opportunity_difference', 'without-direction'),
  predictive_equality: counted('predictive_equality_difference', 'without-direction'),
} as const satisfies Partial<Record<MetricName, GroupMetric>>;

export type GroupMetricName = keyof typeof groupMetrics;
export const GROUP_METRIC_NAMES = Object.keys(groupMetrics) as GroupMetricName[];

const RATIOS: ReadonlySet<MetricName> = new Set(['di', 'demographic_parity_ratio']);

/** scaleOf: whether a bias metric is neutral at 0 or at 1. */
export const scaleOf = (metric: MetricName): BiasScale => (RATIOS.has(metric) ? 'ratio' : 'difference');

/** NEEDED_ROWS: what the smallest cell must be expected to hold for an interval to keep its level. */
export const NEEDED_ROWS = LEAST_EXPECTED;
