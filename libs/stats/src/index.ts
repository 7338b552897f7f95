export { benjaminiHochberg } from './benjamini-hochberg.js';
export { chiSquaredTwoSample, type ChiSquared } from './chi-squared-two-sample.js';
export { deviationLimit } from './deviation-limit.js';
export { jensenShannon } from './jensen-shannon.js';
export { kolmogorovSmirnov, type KolmogorovSmirnov } from './kolmogorov-smirnov.js';
export { moments, type Moments } from './moments.js';
export { type Phase } from './cycle.js';
export { dispersionOf, type Contrast, type Dispersion } from './dispersion.js';
export { designEffectOf, ownEvidence, twoSampleEvidence, type TwoSampleEvidence } from './evidence-test.js';
export { rankedAmong } from './ranked-among.js';
export { normalTail } from './normal-tail.js';
export { psi, PSI_SHARE_FLOOR } from './psi.js';
export type { TwoSamples } from './shares.js';
export {
  newcombeInterval,
  twoProportionTest,
  type Proportion,
  type TwoProportions,
} from './two-proportions.js';
export { wasserstein, type BinnedSample, type Wasserstein, type WassersteinInput } from './wasserstein.js';
export { andersonDarling } from './anderson-darling.js';
export { benjaminiYekutieli } from './benjamini-yekutieli.js';
export { binnedQuantile, quantileShift, type BinnedQuantile } from './binned-quantile.js';
export { cramerVonMises, type OrderedTest } from './cramer-von-mises.js';
export { contingency, type Contingency } from './contingency.js';
export { cramersV, type CramersVInput } from './cramers-v.js';
export { gTest } from './g-test.js';
export { hellinger } from './hellinger.js';
export { KL_SHARE_FLOOR, kullbackLeibler } from './kullback-leibler.js';
export { criticalFactor, lInfinity, robustDistance } from './l-infinity.js';
export { meanShift, stdRatio, type TwoMoments } from './moment-shift.js';
export { multinomial, type Random } from './multinomial.js';
export { quantileLimit } from './quantile-limit.js';
export { totalVariation } from './total-variation.js';
export { boostedTrees, type BoostedTreesInput } from './boosted-trees.js';
export {
  correlationDrift,
  spearman,
  type CorrelationDrift,
  type NumericColumn,
} from './correlation-drift.js';
export { domainClassifier, type DomainClassifierInput, type SampleColumn } from './domain-classifier.js';
export {
  principalComponents,
  reconstructionError,
  type PrincipalComponents,
  type PrincipalComponentsInput,
} from './principal-components.js';
export { rocAuc, type RocAuc, type RocAucInput } from './roc-auc.js';
export * from './bias/index.js';
export { bootstrapInterval } from './bootstrap-interval.js';
export { deltaInterval, type CellStatistic } from './delta-interval.js';
export { moverDifference, type Estimate } from './mover.js';
export { wilson, type Limits } from './wilson.js';
export * from './attribution/index.js';
