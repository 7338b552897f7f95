import {
  missing,
  unsignedInterval,
  type BiasInterval,
  type FacetCounts,
  type Facets,
  type IntervalOptions,
  type Measured,
} from './facets.js';
import { disparateImpactInterval } from './disparate-impact.js';
import { rateDifferenceInterval } from './rate-difference.js';
import { rateOf, type RateName } from './rates.js';

/** SpreadName: names as Fairlearn has them. */
export type SpreadName =
  | 'demographic_parity_difference'
  | 'demographic_parity_ratio'
  | 'equal_opportunity_difference'
  | 'predictive_equality_difference'
  | 'equalised_odds_difference';

/** values: a rate of every group that has rows for it. */
const values = (groups: readonly FacetCounts[], rate: RateName): number[] =>
  groups
    .map((group) => rateOf(group, rate))
    .flatMap(({ successes, trials }) => (trials > 0 ? [successes / trials] : []));

function difference(groups: readonly FacetCounts[], rate: RateName): Measured {
  const all = values(groups, rate);
  return all.length < 2 ? missing('no_rows') : { value: Math.max(...all) - Math.min(...all) };
}

function ratio(groups: readonly FacetCounts[], rate: RateName): Measured {
  const all = values(groups, rate);
  if (all.length < 2) return missing('no_rows');
  const highest = Math.max(...all);
  return highest > 0 ? { value: Math.min(...all) / highest } : missing('zero_denominator');
}

/**
 * rateSpread: how far the rates of two or more groups are apart, without a direction, as Fairlearn defines it (Bird et al. 2020):
 * largest − smallest selection rate, smallest / largest selection rate, largest − smallest true positive rate (equal opportunity), the same
 * for the false positive rate (predictive equality), and the larger of these two (equalised odds). 0 is neutral, 1 for the ratio.
 * Groups without rows for a rate are left out; with fewer than two left there is no value, where Fairlearn takes their rate as 0.
 */
export function rateSpread(name: SpreadName, groups: readonly FacetCounts[]): Measured {
  switch (name) {
    case 'demographic_parity_difference':
      return difference(groups, 'predicted_positive');
    case 'demographic_parity_ratio':
      return ratio(groups, 'predicted_positive');
    case 'equal_opportunity_difference':
      return difference(groups, 'true_positive');
    case 'predictive_equality_difference':
      return difference(groups, 'false_positive');
    case 'equalised_odds_difference': {
      const [recall, fallout] = [difference(groups, 'true_positive'), difference(groups, 'false_positive')];
      if (recall.value === null) return recall;
      return fallout.value === null ? fallout : { value: Math.max(recall.value, fallout.value) };
    }
  }
}

/** smallerRatio: the interval of min(x, 1/x) from that of x. */
function smallerRatio(interval: BiasInterval | null): BiasInterval | null {
  if (interval === null) return null;
  const [first, second] = [interval.low, interval.high].map((limit) => Math.min(limit, 1 / limit)) as [
    number,
    number,
  ];
  const around = interval.low <= 1 && interval.high >= 1;
  return {
    low: Math.min(first, second),
    high: around ? 1 : Math.max(first, second),
    method: interval.method,
  };
}

/** rateSpreadInterval: for two sides, from the interval of the signed metric; equalised odds joins two intervals at half the error each (Bonferroni). */
export function rateSpreadInterval(
  name: SpreadName,
  facets: Facets<FacetCounts>,
  { level = 0.95, ...options }: IntervalOptions = {},
): BiasInterval | null {
  const of = (metric: 'dppl' | 'rd' | 'sd', at: number) =>
    unsignedInterval(rateDifferenceInterval(metric, facets, { level: at, ...options }));
  switch (name) {
    case 'demographic_parity_difference':
      return of('dppl', level);
    case 'demographic_parity_ratio':
      return smallerRatio(disparateImpactInterval(facets, { level, ...options }));
    case 'equal_opportunity_difference':
      return of('rd', level);
    case 'predictive_equality_difference':
      return of('sd', level);
    case 'equalised_odds_difference': {
      const [recall, fallout] = [of('rd', (1 + level) / 2), of('sd', (1 + level) / 2)];
      if (recall === null || fallout === null) return null;
      return {
        low: Math.max(recall.low, fallout.low),
        high: Math.max(recall.high, fallout.high),
        method: 'newcombe-bonferroni',
      };
    }
  }
}
