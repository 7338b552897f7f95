import { ALL_SEGMENT, PREDICTION_FEATURES, SEGMENT_IN, type Finding, type MetricName } from '#libs/contracts';
import { formatCount, formatNumber, formatPercent } from '../format.js';
import type { SegmentValue } from '../pair.js';

/** METRIC_LABELS: what metrics are called where people read them. */
export const METRIC_LABELS: Readonly<Record<MetricName, string>> = {
  missing_rate: 'missing values',
  invalid_rate: 'values of a wrong type',
  unseen_rate: 'values not seen at training',
  missing_column: 'missing column',
  psi: 'PSI',
  kolmogorov_smirnov: 'Kolmogorov–Smirnov distance',
  wasserstein_normalised: 'Wasserstein distance in standard deviations',
  jensen_shannon: 'Jensen–Shannon distance',
  chi2: 'chi-squared per degree of freedom',
  accuracy: 'accuracy',
  label_coverage: 'label coverage',
};

const PREDICTION_LABELS = new Map<string, string>([
  [PREDICTION_FEATURES.score, 'predicted score'],
  [PREDICTION_FEATURES.label, 'predicted label'],
  [PREDICTION_FEATURES.value, 'predicted value'],
]);

/** describeFeature: a feature's name, or what a part of the prediction is called. */
export const describeFeature = (feature: string): string => PREDICTION_LABELS.get(feature) ?? feature;

/** describeSegment: the rows that something is about, e.g. `origin = ATL`, or the name of a segment that rows are in or out of. */
export function describeSegment({ segment, segmentValue }: SegmentValue): string {
  if (segment === ALL_SEGMENT) return 'all rows';
  return segmentValue === SEGMENT_IN ? segment : `${segment} = ${segmentValue}`;
}

/** happened: what a breach of a metric means, without numbers. */
export function happened({ metric, feature }: Pick<Finding, 'metric' | 'feature'>): string {
  const name = describeFeature(feature);
  switch (metric) {
    case 'missing_rate':
      return `${name} is missing more often`;
    case 'invalid_rate':
      return `${name} has a wrong type more often`;
    case 'unseen_rate':
      return `${name} has values not seen at training`;
    case 'missing_column':
      return `${name} has no value at all`;
    case 'accuracy':
      return 'accuracy fell';
    case 'label_coverage':
      return 'labels are missing';
    case 'psi':
    case 'kolmogorov_smirnov':
    case 'wasserstein_normalised':
    case 'jensen_shannon':
    case 'chi2':
      return `${name} moved`;
  }
}

const SHARES: ReadonlySet<MetricName> = new Set([
  'missing_rate',
  'invalid_rate',
  'unseen_rate',
  'accuracy',
  'label_coverage',
]);

/** formatMetric: a metric's value for people; shares as percentages. */
const formatMetric = (metric: MetricName, value: number | null): string =>
  value === null ? '–' : SHARES.has(metric) ? formatPercent(value) : formatNumber(value);

/** sentenceOf: one finding in plain words: what, where, how much against which limit, on how many rows, and what is behind it. */
export function sentenceOf(finding: Finding, detail = ''): string {
  const { metric, value, threshold, baselineValue, rows, baselineRows } = finding;
  const where = describeSegment(finding);
  const what = `${happened(finding)} for ${where}`;
  const tail = detail === '' ? '' : `; ${detail}`;
  if (metric === 'missing_column') return `${what}, ${formatCount(rows)} rows${tail}.`;
  const limits = [
    threshold === null ? '' : `limit ${formatMetric(metric, threshold)}`,
    baselineValue === null ? '' : `${formatMetric(metric, baselineValue)} at training`,
  ].filter((part) => part !== '');
  const limit = limits.length === 0 ? '' : ` (${limits.join(', ')})`;
  const unit = metric === 'accuracy' ? 'labelled rows' : 'rows';
  const counts =
    baselineRows === 0
      ? `${formatCount(rows)} ${unit}`
      : `${formatCount(rows)} ${unit} against ${formatCount(baselineRows)} at training`;
  return `${what}: ${METRIC_LABELS[metric]} ${formatMetric(metric, value)}${limit}, ${counts}${tail}.`;
}
