import { z } from 'zod';

/** What metrics speak of data quality: facts about the values of a feature, or about the rows as a whole. */
export const dataQualityMetrics = [
  'missing_rate',
  'invalid_rate',
  'out_of_range_rate',
  'negative_rate',
  'unseen_rate',
  'missing_column',
  'extra_column',
  'constant',
  'distinct_rate',
  'duplicate_rate',
  'volume',
] as const;

/** How far a distribution moved from the baseline's. */
export const driftMetrics = [
  'psi',
  'kullback_leibler',
  'jensen_shannon',
  'hellinger',
  'total_variation',
  'l_infinity',
  'l_infinity_robust',
  'kolmogorov_smirnov',
  'wasserstein',
  'wasserstein_normalised',
  'cramer_von_mises',
  'anderson_darling',
  'mean_shift',
  'std_shift',
  'quantile_shift',
  'chi2',
  'chi2_per_df',
  'g_test',
  'g_test_per_df',
  'cramers_v',
] as const;

export const multivariateMetrics = [
  'pca_reconstruction_error',
  'domain_classifier_auc',
  'correlation_drift',
] as const;

export const qualityMetrics = ['accuracy', 'label_coverage'] as const;

/** What a value (a class, a segment value, a group) lost of its share of the rows; asked by several kinds of monitors. */
export const shareMetrics = ['share_loss'] as const;

/** Named as in SageMaker Clarify, in lower case; the last four as in fairlearn. */
export const biasMetrics = [
  'ci',
  'dpl',
  'kl',
  'js',
  'lp',
  'tvd',
  'ks',
  'cddl',
  'dppl',
  'di',
  'dcacc',
  'dcr',
  'sd',
  'rd',
  'dar',
  'drr',
  'ad',
  'te',
  'cddpl',
  'ft',
  'ge',
  'demographic_parity_ratio',
  'equalised_odds',
  'equal_opportunity',
  'predictive_equality',
] as const;

export const attributionMetrics = [
  'ndcg',
  'attribution_share',
  'attribution_drift',
  'attribution_sign_flip',
  'attribution_coverage',
] as const;

/** Every metric a monitor may speak of; a threshold for any other name is refused. */
export const metricNames = [
  ...dataQualityMetrics,
  ...driftMetrics,
  ...multivariateMetrics,
  ...qualityMetrics,
  ...shareMetrics,
  ...biasMetrics,
  ...attributionMetrics,
] as const;
export type MetricName = (typeof metricNames)[number];
export const metricNameSchema = z.enum(metricNames);
