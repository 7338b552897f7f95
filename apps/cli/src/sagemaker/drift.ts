import type { MetricName, MonitorKind, Thresholds } from '#libs/contracts';
import type { Constraints } from './formats.js';
import { draftOf, type MonitorDraft, type MonitorTarget } from './monitor-draft.js';
import type { Watched } from './quality-of-data.js';
import type { ImportReport } from './report.js';
import { effective, isOff } from './settings.js';

const DEFAULT_DISTANCE = 0.1;
/** χ² per degree of freedom is about 1 where nothing moved. */
const CHI2_LIMIT = 1;

const isText = ({ column }: Watched): boolean => column.inferred_type === 'String';

/** driftLimit: the metric that compares a feature as its constraints say, with its limit. */
function driftLimit(feature: Watched, constraints: Constraints): Thresholds {
  const settings = effective(constraints, feature.column).distribution_constraints ?? {};
  const distance = settings.comparison_threshold ?? DEFAULT_DISTANCE;
  const metric: MetricName = settings.comparison_method === 'Robust' ? 'l_infinity_robust' : 'l_infinity';
  if (!isText(feature)) return { [metric]: distance };
  if (settings.categorical_drift_method === 'ChiSquared') return { chi2_per_df: CHI2_LIMIT };
  return { [metric]: settings.categorical_comparison_threshold ?? distance };
}

const compares = (feature: Watched, constraints: Constraints): boolean => {
  const settings = effective(constraints, feature.column);
  return (
    !isOff(settings.evaluate_constraints) && !isOff(settings.distribution_constraints?.perform_comparison)
  );
};

/**
 * driftMonitor: the same distances under the same limits; a breach needs the evidence of a test as well. Null when there is nothing to compare.
 */
export function driftMonitor(
  watched: readonly Watched[],
  constraints: Constraints,
  {
    kind,
    target,
    report,
  }: {
    kind: Extract<MonitorKind, 'drift' | 'prediction_drift'>;
    target: MonitorTarget;
    report: ImportReport;
  },
): MonitorDraft | null {
  if (watched.length === 0) return null;
  const on = watched.filter((feature) => compares(feature, constraints));
  const chosen = on.length === 0 ? watched : on;
  const limits = chosen.map((feature) => [feature.name, driftLimit(feature, constraints)] as const);
  const metrics = [...new Set(limits.flatMap(([, limit]) => Object.keys(limit) as MetricName[]))];
  const title = kind === 'drift' ? 'drift' : 'prediction drift';
  if (on.length === 0)
    report.changed.push({ what: `monitor ${title}`, why: 'comparison is Disabled: made, but not enabled' });
  if (metrics.includes('chi2_per_df'))
    report.changed.push({
      what: 'categorical_drift_method ChiSquared',
      why: `its threshold is of another scale; here the limit is χ² per degree of freedom > ${CHI2_LIMIT}, with the test as evidence`,
    });
  report.carried.push(`monitor ${title}: ${metrics.join(', ')} for ${chosen.length} features`);
  return draftOf(target, kind, {
    enabled: on.length > 0,
    segments: [],
    features: chosen.map(({ name }) => name),
    metrics,
    featureThresholds: Object.fromEntries(limits),
  });
}
