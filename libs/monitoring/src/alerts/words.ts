import {
  ALL_SEGMENT,
  PREDICTION_FEATURES,
  RECONSTRUCTION_ERROR,
  SEGMENT_IN,
  type Finding,
  type MetricName,
} from '#libs/contracts';
import { formatCount, formatNumber, formatPercent } from '../format.js';
import type { SegmentValue } from '../pair.js';

/** METRIC_LABELS: what metrics are called where people read them. */
export const METRIC_LABELS: Readonly<Record<MetricName, string>> = {
  missing_rate: 'missing values',
  invalid_rate: 'values of a wrong type',
  unseen_rate: 'values not seen at training',
  missing_column: 'missing column',
  out_of_range_rate: "values outside the baseline's range",
  negative_rate: 'negative values',
  extra_column: 'column that the baseline does not have',
  constant: 'constant value',
  distinct_rate: 'distinct values',
  duplicate_rate: 'duplicate rows',
  volume: 'number of rows',
  psi: 'PSI',
  kullback_leibler: 'Kullback–Leibler divergence',
  jensen_shannon: 'Jensen–Shannon distance',
  hellinger: 'Hellinger distance',
  total_variation: 'total variation distance',
  l_infinity: 'largest difference of shares',
  l_infinity_robust: 'largest difference of shares beyond sampling noise',
  kolmogorov_smirnov: 'Kolmogorov–Smirnov distance',
  wasserstein: 'Wasserstein distance',
  wasserstein_normalised: 'Wasserstein distance in standard deviations',
  cramer_von_mises: 'Cramér–von Mises statistic',
  anderson_darling: 'Anderson–Darling statistic',
  mean_shift: 'shift of the mean in standard deviations',
  std_shift: 'change of the standard deviation',
  quantile_shift: 'largest shift of a quantile in standard deviations',
  chi2: 'chi-squared statistic',
  chi2_per_df: 'chi-squared per degree of freedom',
  g_test: 'G statistic',
  g_test_per_df: 'G statistic per degree of freedom',
  cramers_v: 'Cramér’s V',
  pca_reconstruction_error: 'PCA reconstruction error',
  domain_classifier_auc: 'AUC of a classifier that tells window from baseline',
  correlation_drift: 'largest change of a correlation',
  accuracy: 'accuracy',
  label_coverage: 'label coverage',
  share_loss: 'share lost',
  ci: 'class imbalance',
  dpl: 'difference in proportions of labels',
  kl: 'Kullback–Leibler divergence of labels',
  js: 'Jensen–Shannon divergence of labels',
  lp: 'Lp norm of label shares',
  tvd: 'total variation distance of labels',
  ks: 'Kolmogorov–Smirnov distance of labels',
  cddl: 'conditional demographic disparity of labels',
  dppl: 'difference in positive proportions of predictions',
  di: 'disparate impact',
  dcacc: 'difference in conditional acceptance',
  dcr: 'difference in conditional rejection',
  sd: 'specificity difference',
  rd: 'recall difference',
  dar: 'difference in acceptance rates',
  drr: 'difference in rejection rates',
  ad: 'accuracy difference',
  te: 'treatment equality',
  cddpl: 'conditional demographic disparity of predictions',
  ft: 'flip test',
  ge: 'generalised entropy',
  demographic_parity_ratio: 'demographic parity ratio',
  equalised_odds: 'equalised odds difference',
  equal_opportunity: 'equal opportunity difference',
  predictive_equality: 'predictive equality difference',
  ndcg: 'NDCG of the attribution ranking',
  attribution_share: 'share of the attribution',
  attribution_drift: 'distribution of the attribution',
  attribution_sign_flip: 'sign of the mean attribution',
  attribution_coverage: 'share of explained rows',
};

const PREDICTION_LABELS = new Map<string, string>([
  [PREDICTION_FEATURES.score, 'predicted score'],
  [PREDICTION_FEATURES.label, 'predicted label'],
  [PREDICTION_FEATURES.value, 'predicted value'],
  [RECONSTRUCTION_ERROR, 'distance from what training rows have in common'],
]);

/** describeFeature: a feature's name, or what a part of the prediction is called. */
export const describeFeature = (feature: string): string => PREDICTION_LABELS.get(feature) ?? feature;

/** describeSegment: the rows that something is about, e.g. `origin = ATL`, or the name of a segment that rows are in or out of. */
export function describeSegment({ segment, segmentValue }: SegmentValue): string {
  if (segment === ALL_SEGMENT) return 'all rows';
  return segmentValue === SEGMENT_IN ? segment : `${segment} = ${segmentValue}`;
}

/** EVENTS: what a breach means where "moved" would not say it. */
const EVENTS: Partial<Record<MetricName, (name: string) => string>> = {
  missing_rate: (name) => `${name} is missing more often`,
  invalid_rate: (name) => `${name} has a wrong type more often`,
  unseen_rate: (name) => `${name} has values not seen at training`,
  missing_column: (name) => `${name} has no value at all`,
  out_of_range_rate: (name) => `${name} leaves its range more often`,
  negative_rate: (name) => `${name} has negative values`,
  extra_column: (name) => `${name} is not in the baseline`,
  constant: (name) => `${name} has become constant`,
  distinct_rate: (name) => `${name} repeats more often`,
  duplicate_rate: () => 'rows repeat more often',
  volume: () => 'the number of rows is unusual',
  accuracy: () => 'accuracy fell',
  label_coverage: () => 'labels are missing',
  ndcg: () => 'the model ranks its features differently than at training',
  attribution_share: (name) => `${name} has another weight in the predictions`,
  attribution_drift: (name) => `attributions of ${name} moved`,
  attribution_sign_flip: (name) => `${name} pushes predictions the other way`,
  attribution_coverage: () => 'explanations are missing',
  pca_reconstruction_error: () => 'features no longer go together as at training',
  domain_classifier_auc: () => 'rows can be told from those at training',
  correlation_drift: () => 'a correlation of two features changed',
};

/** vanished: what is hardly there any more: a group, a segment value, a true or predicted class, a value of a feature. */
function vanished({
  feature,
  facet,
  facetValue,
  variant,
}: Pick<Finding, 'feature' | 'facet' | 'facetValue' | 'variant'>): string {
  if (facet !== '') return `hardly any row is of '${facetValue}' (${facet})`;
  if (feature === PREDICTION_FEATURES.label) return 'a class is hardly predicted any more';
  if (feature !== '') return `${describeFeature(feature)} hardly takes one of its values any more`;
  return variant === 'of-one-class' ? 'labels of a class hardly come any more' : 'hardly any rows are left';
}

/** happened: what a breach of a metric means, without numbers. */
export function happened(
  finding: Pick<Finding, 'metric' | 'feature' | 'facet' | 'facetValue' | 'variant'>,
): string {
  const { metric, feature } = finding;
  if (metric === 'share_loss') return vanished(finding);
  const name = describeFeature(feature);
  return EVENTS[metric]?.(name) ?? `${name} moved`;
}

const SHARES: ReadonlySet<MetricName> = new Set([
  'missing_rate',
  'invalid_rate',
  'unseen_rate',
  'out_of_range_rate',
  'negative_rate',
  'distinct_rate',
  'duplicate_rate',
  'accuracy',
  'label_coverage',
  'share_loss',
  'attribution_share',
  'attribution_coverage',
]);

/** Metrics that either hold or do not: their numbers say nothing to people. */
const FACTS: ReadonlySet<MetricName> = new Set(['missing_column', 'extra_column', 'constant']);

/** isShare: whether a metric is a share of something, to be read as a percentage. */
export const isShare = (metric: MetricName): boolean => SHARES.has(metric);
/** UNITS: what the rows of a finding are, where not all rows are counted. */
const UNITS: Partial<Record<MetricName, string>> = {
  accuracy: 'labelled rows',
  ndcg: 'explained rows',
  attribution_share: 'explained rows',
  attribution_drift: 'explained rows',
  attribution_sign_flip: 'explained rows',
};

/** formatMetric: a metric's value for people; shares as percentages. */
const formatMetric = (metric: MetricName, value: number | null): string =>
  value === null ? '–' : SHARES.has(metric) ? formatPercent(value) : formatNumber(value);

/** sentenceOf: one finding in plain words: what, where, how much against which limit, on how many rows, and what is behind it. */
export function sentenceOf(finding: Finding, detail = ''): string {
  const { metric, value, threshold, baselineValue, rows, baselineRows } = finding;
  const where = describeSegment(finding);
  const what = `${happened(finding)} for ${where}`;
  const tail = detail === '' ? '' : `; ${detail}`;
  if (FACTS.has(metric)) return `${what}, ${formatCount(rows)} rows${tail}.`;
  const limits = [
    threshold === null ? '' : `limit ${formatMetric(metric, threshold)}`,
    baselineValue === null ? '' : `${formatMetric(metric, baselineValue)} at training`,
  ].filter((part) => part !== '');
  const limit = limits.length === 0 ? '' : ` (${limits.join(', ')})`;
  const unit = UNITS[metric] ?? 'rows';
  const counts =
    baselineRows === 0
      ? `${formatCount(rows)} ${unit}`
      : `${formatCount(rows)} ${unit} against ${formatCount(baselineRows)} at training`;
  return `${what}: ${METRIC_LABELS[metric]} ${formatMetric(metric, value)}${limit}, ${counts}${tail}.`;
}
