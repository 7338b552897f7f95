export { benjaminiHochberg } from './benjamini-hochberg.js';
export { chiSquaredTwoSample, type ChiSquared } from './chi-squared-two-sample.js';
export { chunksAgainstRest, designEffect, type DesignEffectInput } from './design-effect.js';
export { deviationLimit } from './deviation-limit.js';
export { fisherExact, type FourCells } from './fisher-exact.js';
export { homogeneityTest, type Homogeneity } from './homogeneity.js';
export { jensenShannon } from './jensen-shannon.js';
export { kolmogorovSmirnov, type KolmogorovSmirnov } from './kolmogorov-smirnov.js';
export { moments, type Moments } from './moments.js';
export { psi, PSI_SHARE_FLOOR } from './psi.js';
export type { TwoSamples } from './shares.js';
export {
  newcombeInterval,
  twoProportionTest,
  type Proportion,
  type TwoProportions,
} from './two-proportions.js';
export { wasserstein, type BinnedSample, type Wasserstein, type WassersteinInput } from './wasserstein.js';
