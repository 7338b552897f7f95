import {
  facetSets,
  limitFault,
  listedSegments,
  metricsOf,
  monitorBodySchema,
  type CheckConfig,
  type CheckMonitor,
  type LimitPlace,
  type MetricName,
  type MonitorBody,
  type MonitorKind,
  type Threshold,
} from '#libs/contracts';
import type { ConfigFile } from './config-file.js';
import { CheckProblem } from './problem.js';
import { checkSpecial } from './special-monitors.js';
import { unknown, type At, type Subjects } from './subjects.js';

/**
 * MonitorPlan: a monitor under the name that its findings carry; `suggest`: it has no limits of its own; `of`: what its findings are taken of,
 * everything where that is left out.
 */
export type MonitorPlan = { name: string; body: MonitorBody; suggest: boolean; of?: 'all' | 'values' };

/** Names of the one model version that a check knows. */
export const CHECKED = { project: 'check', model: 'check', version: '1' } as const;
const DEFAULT_MIN_ROWS = 100;

/** plannedMonitors: those of the configuration, checked against what each kind computes; undefined when it names none. */
export function plannedMonitors({ config, at }: ConfigFile, subjects: Subjects): MonitorPlan[] | undefined {
  const names = new Set<string>();
  return config.monitors?.map((monitor, index) => {
    const path = ['monitors', index] as const;
    checkMetrics(monitor, (inner) => at([...path, ...inner]));
    checkSpecial(monitor, { subjects, at: (inner) => at([...path, ...inner]) });
    checkFeatures(monitor, { subjects, at: (inner) => at([...path, ...inner]) });
    checkSegments(monitor, { config, at: (inner) => at([...path, ...inner]) });
    const name = monitor.name ?? monitor.kind;
    if (names.has(name))
      throw new CheckProblem(
        `${at([...path, 'kind'])}: there are two monitors '${name}'; give one of them a name`,
      );
    names.add(name);
    return {
      name,
      body: bodyOf(monitor),
      suggest:
        monitor.thresholds === undefined &&
        monitor.feature_thresholds === undefined &&
        monitor.segment_thresholds === undefined,
    };
  });
}

const bodyOf = (monitor: CheckMonitor): MonitorBody =>
  monitorBodySchema.parse({
    name: monitor.name ?? monitor.kind,
    kind: monitor.kind,
    model: CHECKED.model,
    version: CHECKED.version,
    metrics: monitor.metrics ?? null,
    features: monitor.features ?? null,
    thresholds: monitor.thresholds ?? {},
    featureThresholds: monitor.feature_thresholds ?? {},
    segmentThresholds: monitor.segment_thresholds ?? {},
    level: monitor.level ?? 0.05,
    correction: monitor.correction ?? 'bh',
    minRows: monitor.min_rows ?? DEFAULT_MIN_ROWS,
    ...(monitor.kind === 'bias' && {
      bias: { facets: monitor.facets, against: monitor.against, minGroupRows: monitor.min_group_rows },
    }),
    ...(monitor.kind === 'attribution' && {
      attribution: { aggregate: monitor.aggregate, weights: monitor.weights },
    }),
  });

function checkMetric(kind: MonitorKind, metric: string, where: string): void {
  const known: readonly string[] = metricsOf[kind];
  if (known.includes(metric) || metric === 'default') return;
  throw new CheckProblem(
    `${where}: a monitor of kind '${kind}' does not compute '${metric}'; it computes ${known.join(', ')}`,
  );
}

function placeOf([list, key]: readonly PropertyKey[]): LimitPlace {
  if (list === 'segment_thresholds') return { of: 'segment', key: String(key) };
  return { of: list === 'feature_thresholds' ? 'feature' : 'monitor' };
}

function checkMetrics(monitor: CheckMonitor, at: At): void {
  const { kind, metrics, thresholds = {}, feature_thresholds = {}, segment_thresholds = {} } = monitor;
  for (const [index, metric] of (metrics ?? []).entries()) checkMetric(kind, metric, at(['metrics', index]));
  const all: [PropertyKey[], object][] = [
    [['thresholds'], thresholds],
    ...Object.entries(feature_thresholds).map(([name, own]): [PropertyKey[], object] => [
      ['feature_thresholds', name],
      own,
    ]),
    ...Object.entries(segment_thresholds).map(([name, own]): [PropertyKey[], object] => [
      ['segment_thresholds', name],
      own,
    ]),
  ];
  for (const [path, own] of all)
    for (const [metric, threshold] of Object.entries(own) as [MetricName | 'default', Threshold][]) {
      checkMetric(kind, metric, at([...path, metric]));
      const fault = limitFault(kind, { metric, threshold, place: placeOf(path) });
      if (fault !== null) throw new CheckProblem(`${at([...path, metric])}: '${metric}' ${fault}`);
      if (metrics !== undefined && metric !== 'default' && !metrics.some((chosen) => chosen === metric))
        throw new CheckProblem(
          `${at([...path, metric])}: a limit for '${metric}', which is not among the chosen metrics: ${metrics.join(', ')}`,
        );
    }
}

function checkFeatures(
  monitor: CheckMonitor,
  { subjects: { features, facets }, at }: { subjects: Subjects; at: At },
): void {
  const isWhole = monitor.kind === 'quality' || monitor.kind === 'multivariate_drift';
  if (isWhole && monitor.features !== undefined)
    throw new CheckProblem(
      `${at(['features'])}: a monitor of kind '${monitor.kind}' looks at rows as a whole; take features out`,
    );
  // Limits of a bias monitor are per facet.
  const isBias = monitor.kind === 'bias' && facets !== undefined;
  const what = isBias ? 'facet' : 'feature';
  const known = (isBias ? facetSets(facets) : features).map(({ name }) => name);
  const isPrediction = (name: string): boolean =>
    monitor.kind === 'prediction_drift' && name.startsWith('prediction.');
  for (const [index, name] of (monitor.features ?? []).entries())
    if (!known.includes(name) && !isPrediction(name))
      throw new CheckProblem(`${at(['features', index])}: ${unknown(what, name, known)}`);
  for (const name of Object.keys(monitor.feature_thresholds ?? {}))
    if (!known.includes(name) && !isPrediction(name))
      throw new CheckProblem(`${at(['feature_thresholds', name])}: ${unknown(what, name, known)}`);
}

function checkSegments(monitor: CheckMonitor, { config, at }: { config: CheckConfig; at: At }): void {
  const known = ['all', ...listedSegments(config).map(({ name }) => name)];
  for (const key of Object.keys(monitor.segment_thresholds ?? {}))
    if (!known.includes(key.split('=', 1)[0] ?? ''))
      throw new CheckProblem(`${at(['segment_thresholds', key])}: ${unknown('segment', key, known)}`);
}
