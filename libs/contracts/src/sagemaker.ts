import type { MetricName } from './metrics.js';

/** Names of SageMaker Model Monitor's data-quality checks, as its violation reports spell them. */
export const sageMakerChecks = [
  'completeness_check',
  'data_type_check',
  'categorical_values_check',
  'baseline_drift_check',
  'missing_column_check',
  'extra_column_check',
] as const;
export type SageMakerCheck = (typeof sageMakerChecks)[number];

const CHECKS: Partial<Record<MetricName, SageMakerCheck>> = {
  missing_rate: 'completeness_check',
  invalid_rate: 'data_type_check',
  unseen_rate: 'categorical_values_check',
  missing_column: 'missing_column_check',
  extra_column: 'extra_column_check',
  psi: 'baseline_drift_check',
  kullback_leibler: 'baseline_drift_check',
  jensen_shannon: 'baseline_drift_check',
  hellinger: 'baseline_drift_check',
  total_variation: 'baseline_drift_check',
  l_infinity: 'baseline_drift_check',
  l_infinity_robust: 'baseline_drift_check',
  kolmogorov_smirnov: 'baseline_drift_check',
  wasserstein: 'baseline_drift_check',
  wasserstein_normalised: 'baseline_drift_check',
  cramer_von_mises: 'baseline_drift_check',
  anderson_darling: 'baseline_drift_check',
  chi2: 'baseline_drift_check',
  chi2_per_df: 'baseline_drift_check',
  g_test: 'baseline_drift_check',
  g_test_per_df: 'baseline_drift_check',
  cramers_v: 'baseline_drift_check',
};

/** sageMakerCheckOf: the check that a metric answers; null for metrics that SageMaker has no check for. */
export const sageMakerCheckOf = (metric: MetricName): SageMakerCheck | null => CHECKS[metric] ?? null;
