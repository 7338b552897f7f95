import { PREDICTION_FEATURES } from '#libs/contracts';
import { predictionName, type Roles } from './baseline.js';
import { driftMonitor } from './drift.js';
import type { Constraints } from './formats.js';
import type { MonitorDraft, MonitorTarget } from './monitor-draft.js';
import { isMatched, nameMatcher } from './names.js';
import { qualityOfDataMonitor, type Watched } from './quality-of-data.js';
import type { ImportReport } from './report.js';

const PREDICTIONS = Object.values<string>(PREDICTION_FEATURES);

/** ConstraintsSetting: what the columns of the constraints are here. */
export type ConstraintsSetting = {
  target: MonitorTarget;
  report: ImportReport;
  roles: Roles;
  /** Columns of the statistics and the features that they became; null without statistics. */
  featureOf: ReadonlyMap<string, string> | null;
  /** Features that the version has. */
  known: readonly string[];
  /** Features without a distribution, by name. */
  identifiers: readonly string[];
};

const USABLE = ['Fractional', 'Integral', 'String'];

function watchedOf(constraints: Constraints, setting: ConstraintsSetting): Watched[] {
  const { featureOf, known, report, roles } = setting;
  const match = nameMatcher(known);
  return constraints.features.flatMap((column): Watched[] => {
    const refuse = (why: string): Watched[] => {
      report.notCarried.push({ what: `constraints of ${column.name}`, why });
      return [];
    };
    if (!USABLE.includes(column.inferred_type)) return refuse(`its inferred type is ${column.inferred_type}`);
    if (featureOf !== null) {
      const name = featureOf.get(column.name);
      return name === undefined ? refuse('the baseline does not have this feature') : [{ column, name }];
    }
    const prediction = predictionName(column.name, roles);
    const matched = prediction === null ? match(column.name) : { name: prediction };
    return isMatched(matched) ? [{ column, name: matched.name }] : refuse(matched.why);
  });
}

/** importConstraints: constraints.json of a data-quality monitor → monitors of data quality, drift and prediction drift. */
export function importConstraints(constraints: Constraints, setting: ConstraintsSetting): MonitorDraft[] {
  const { target, report, known, identifiers } = setting;
  const all = watchedOf(constraints, setting);
  const predictions = all.filter(({ name }) => PREDICTIONS.includes(name));
  const inputs = all.filter(({ name }) => !PREDICTIONS.includes(name));
  const names = new Set(inputs.map(({ name }) => name));
  const whole =
    inputs.length === constraints.features.length - predictions.length &&
    known.every((name) => names.has(name));
  for (const { column } of predictions)
    report.notCarried.push({
      what: `completeness and type of ${column.name}`,
      why: 'it is the prediction: an event without one is not accepted at all',
    });
  if (constraints.monitoring_config?.emit_metrics === 'Disabled')
    report.notCarried.push({ what: 'monitoring_config.emit_metrics', why: 'findings are always recorded' });
  return [
    qualityOfDataMonitor(inputs, constraints, { target, whole, report }),
    driftMonitor(
      inputs.filter(({ name }) => !identifiers.includes(name)),
      constraints,
      { kind: 'drift', target, report },
    ),
    driftMonitor(predictions, constraints, { kind: 'prediction_drift', target, report }),
  ].filter((draft) => draft !== null);
}
