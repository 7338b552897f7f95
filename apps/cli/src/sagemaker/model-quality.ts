import { metricsOf, type MetricName, type Thresholds } from '#libs/contracts';
import type { QualityConstraints } from './formats.js';
import { draftOf, type MonitorDraft, type MonitorTarget } from './monitor-draft.js';
import type { ImportReport } from './report.js';

/** Names that differ; all others are looked up as they are. */
const ALIASES: Readonly<Record<string, string>> = { true_positive_rate: 'recall' };
/** The operator names the bad side; for an error a high value is bad. */
const ERRORS = ['mae', 'mse', 'rmse'];

const metricOf = (name: string): MetricName | undefined =>
  metricsOf.quality.find((metric) => metric === (ALIASES[name] ?? name));

/** importModelQuality: model-quality constraints → a quality monitor with fixed limits for the metrics that there are. Null when none is left. */
export function importModelQuality(
  file: QualityConstraints,
  { target, report }: { target: MonitorTarget; report: ImportReport },
): MonitorDraft | null {
  const constraints = {
    ...file.regression_constraints,
    ...file.binary_classification_constraints,
    ...file.multiclass_classification_constraints,
  };
  const thresholds: Thresholds = {};
  for (const [name, { threshold, comparison_operator: operator }] of Object.entries(constraints)) {
    const refuse = (why: string) => report.notCarried.push({ what: `model quality ${name}`, why });
    const metric = metricOf(name);
    const isLow = operator === 'LessThanThreshold';
    if (metric === undefined)
      refuse(`there is no such metric here; there are ${metricsOf.quality.join(', ')}`);
    else if (threshold == null) refuse('it has no threshold');
    else if (isLow === ERRORS.includes(metric)) refuse(`${operator} would complain of what is good`);
    else if (thresholds[metric] !== undefined) refuse(`${metric} has a limit already`);
    else thresholds[metric] = { kind: 'constant', ...(isLow ? { lower: threshold } : { upper: threshold }) };
  }
  const metrics = Object.keys(thresholds) as MetricName[];
  if (metrics.length === 0) return null;
  report.carried.push(`monitor quality: ${metrics.join(', ')}`);
  return draftOf(target, 'quality', { metrics, thresholds });
}

/** problemOf: what kind of model the constraints are about. */
export function problemOf(file: QualityConstraints): 'regression' | 'binary' | 'multiclass' {
  if (file.regression_constraints !== undefined) return 'regression';
  return file.multiclass_classification_constraints === undefined ? 'binary' : 'multiclass';
}
