export { biasDriftTest, type BiasDrift } from './bias-drift.js';
export { biasMetrics, type BiasMetric, type BiasMetricName, type BiasNeeds } from './bias-metrics.js';
export {
  conditionalDisparity,
  conditionalDisparityInterval,
  type ConditionalDisparity,
  type Decisions,
  type Subgroup,
} from './conditional-disparity.js';
export { LEAST_EXPECTED, smallestExpectedCell } from './expected-cells.js';
export {
  facetCounts,
  mergeCounts,
  unsignedInterval,
  type BiasInterval,
  type Confusion,
  type FacetCounts,
  type Facets,
  type IntervalOptions,
  type Measured,
  type Missing,
} from './facets.js';
export {
  countFlips,
  flipTest,
  flipTestInterval,
  type FlipRow,
  type Flips,
  type FlipTestInput,
} from './flip-test.js';
export { generalizedEntropy, generalizedEntropyInterval } from './generalized-entropy.js';
export { labelDistance, labelDistanceInterval, type LabelDistanceName } from './label-distance.js';
export { distanceFromNeutral, toNeutral, type BiasScale } from './neutral.js';
export { rateSpread, rateSpreadInterval, type SpreadName } from './rate-spread.js';
export { groupRates, RATE_NAMES, rateOf, type GroupRate, type RateName } from './rates.js';
