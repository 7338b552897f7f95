import type { Finding, MetricName } from '#libs/contracts';
import { describeFeature, METRIC_LABELS } from './words.js';

const QUALITY: ReadonlySet<MetricName> = new Set(['accuracy', 'label_coverage']);

/**
 * subjectOf: what an alert lists as its contents: the feature; where a finding has none, the metric, since a facet is breached in some of
 * its metrics and a ranking is one. Quality has no name of its own.
 */
export const subjectOf = ({ feature, metric }: Pick<Finding, 'feature' | 'metric'>): string =>
  feature !== '' || QUALITY.has(metric) ? feature : metric;

const isMetric = (name: string): name is MetricName => Object.hasOwn(METRIC_LABELS, name);

/** describeSubject: a subject in words. */
export const describeSubject = (subject: string): string => {
  if (subject === '') return 'quality';
  return isMetric(subject) ? METRIC_LABELS[subject] : describeFeature(subject);
};
