import {
  ALL_SEGMENT,
  durationMs,
  metricsOf,
  PREDICTION_FEATURES,
  type Feature,
  type ModelBody,
  type MonitorBody,
  type MonitorKind,
} from '#libs/contracts';

import type { FieldError } from '../http/problem.js';
import { unknownName } from '../registry/segment-rules.js';
import { specialErrors } from './special-rules.js';

const DAY_MS = 86_400_000;
const SIZE_MAX_MS = 366 * DAY_MS;

/** MonitorFacts: what the registry knows about the model version that a monitor speaks of. */
export type MonitorFacts = {
  model: ModelBody;
  features: readonly Feature[];
  segments: readonly string[];
  baselines: readonly string[];
};

const featureNames = ({ kind }: MonitorBody, features: readonly Feature[]): string[] => {
  if (kind === 'quality' || kind === 'bias' || kind === 'multivariate_drift') return [];
  return kind === 'prediction_drift' ? Object.values(PREDICTION_FEATURES) : features.map(({ name }) => name);
};

const featureErrors = (body: MonitorBody, features: readonly Feature[]): FieldError[] => {
  const known = featureNames(body, features);
  // Where no feature is looked at, the limits themselves are refused.
  const own = body.kind === 'bias' || known.length === 0 ? [] : Object.keys(body.featureThresholds);
  return [
    ...(body.features ?? []).map((name, index) => [`features.${index}`, name] as const),
    ...own.map((name) => [`featureThresholds.${name}`, name] as const),
  ]
    .filter(([, name]) => !known.includes(name))
    .map(([field, name]) => unknownName(field, 'feature', name, known));
};

const isComputed = (kind: MonitorKind, metric: string): boolean =>
  metricsOf[kind].some((known) => known === metric);

const notComputed = (field: string, kind: MonitorKind): FieldError => ({
  field,
  message: `a monitor of kind '${kind}' does not compute this; it computes ${metricsOf[kind].join(', ')}`,
});

/** A limit that nobody would look at is a mistake: of another kind of monitor, or of a metric that was not chosen. */
const thresholdErrors = (field: string, thresholds: object, { kind, metrics }: MonitorBody): FieldError[] =>
  Object.keys(thresholds)
    .filter((metric) => metric !== 'default')
    .flatMap((metric) => {
      const at = `${field}.${metric}`;
      if (!isComputed(kind, metric)) return [notComputed(at, kind)];
      return metrics === null || metrics.some((chosen) => chosen === metric)
        ? []
        : [{ field: at, message: `is not among the chosen metrics: ${metrics.join(', ')}` }];
    });

const metricErrors = ({ kind, metrics }: MonitorBody): FieldError[] =>
  (metrics ?? []).flatMap((metric, index) =>
    isComputed(kind, metric) ? [] : [{ ...notComputed(`metrics.${index}`, kind), found: metric }],
  );

/** Keys are a segment, or a segment and one of its values behind an equals sign. */
const segmentThresholdErrors = (body: MonitorBody, segments: readonly string[]): FieldError[] =>
  Object.entries(body.segmentThresholds).flatMap(([key, own]) => {
    const field = `segmentThresholds.${key}`;
    const name = key.split('=', 1)[0] ?? '';
    const known = [ALL_SEGMENT, ...segments];
    return [
      ...(known.includes(name) ? [] : [unknownName(field, 'segment', name, known)]),
      ...thresholdErrors(field, own, body),
    ];
  });

const stepErrors = (every: string, bucket: ModelBody['bucket']): FieldError[] => {
  const everyMs = durationMs(every);
  if (everyMs === DAY_MS) return [];
  if (everyMs > 0 && DAY_MS % everyMs === 0 && everyMs % durationMs(bucket) === 0) return [];
  return [
    {
      field: 'window.every',
      message: `must be P1D, or a whole number of buckets (${bucket}) that divides a day, such as PT1H or PT6H`,
      found: every,
    },
  ];
};

const sizeErrors = ({ every, size, rows }: MonitorBody['window']): FieldError[] => {
  if (size === null) return [];
  if (rows !== null)
    return [{ field: 'window.size', message: 'a window ends by size or by rows, not by both', found: size }];
  const steps = durationMs(size) / durationMs(every);
  if (Number.isInteger(steps) && steps >= 1 && durationMs(size) <= SIZE_MAX_MS) return [];
  return [
    {
      field: 'window.size',
      message: `must be a whole number of steps (${every}), at most P366D`,
      found: size,
    },
  ];
};

const windowErrors = ({ window }: MonitorBody, bucket: ModelBody['bucket']): FieldError[] => {
  const ofStep = stepErrors(window.every, bucket);
  return ofStep.length > 0 ? ofStep : sizeErrors(window);
};

/** monitorErrors: what speaks against a monitor: names that do not exist, limits that nobody would check, windows that do not fit. */
export const monitorErrors = (
  body: MonitorBody,
  { model, features, segments, baselines }: MonitorFacts,
): FieldError[] => [
  ...specialErrors(body, { model, features }),
  ...windowErrors(body, model.bucket),
  ...featureErrors(body, features),
  ...(body.segments ?? [])
    .map((name, index) => [`segments.${index}`, name] as const)
    .filter(([, name]) => name !== ALL_SEGMENT && !segments.includes(name))
    .map(([field, name]) => unknownName(field, 'segment', name, [ALL_SEGMENT, ...segments])),
  ...(body.baseline === null || baselines.includes(body.baseline)
    ? []
    : [unknownName('baseline', 'baseline', body.baseline, baselines)]),
  ...metricErrors(body),
  ...thresholdErrors('thresholds', body.thresholds, body),
  ...Object.entries(body.featureThresholds).flatMap(([name, own]) =>
    thresholdErrors(`featureThresholds.${name}`, own, body),
  ),
  ...segmentThresholdErrors(body, segments),
];
