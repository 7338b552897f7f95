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

const DAY_MS = 86_400_000;

/** MonitorFacts: what the registry knows about the model version that a monitor speaks of. */
export type MonitorFacts = {
  model: ModelBody;
  features: readonly Feature[];
  segments: readonly string[];
  baselines: readonly string[];
};

const featureNames = ({ kind }: MonitorBody, features: readonly Feature[]): string[] => {
  if (kind === 'quality') return [];
  return kind === 'prediction_drift' ? Object.values(PREDICTION_FEATURES) : features.map(({ name }) => name);
};

const featureErrors = (body: MonitorBody, features: readonly Feature[]): FieldError[] => {
  const known = featureNames(body, features);
  return [
    ...(body.features ?? []).map((name, index) => [`features.${index}`, name] as const),
    ...Object.keys(body.featureThresholds).map((name) => [`featureThresholds.${name}`, name] as const),
  ]
    .filter(([, name]) => !known.includes(name))
    .map(([field, name]) => unknownName(field, 'feature', name, known));
};

const thresholdErrors = (field: string, thresholds: object, kind: MonitorKind): FieldError[] =>
  Object.keys(thresholds)
    .filter((metric) => !metricsOf[kind].some((known) => known === metric))
    .map((metric) => ({
      field: `${field}.${metric}`,
      message: `a monitor of kind '${kind}' does not compute this; it computes ${metricsOf[kind].join(', ')}`,
    }));

const windowErrors = ({ window }: MonitorBody, bucket: ModelBody['bucket']): FieldError[] => {
  const everyMs = durationMs(window.every);
  if (everyMs === DAY_MS) return [];
  if (everyMs > 0 && DAY_MS % everyMs === 0 && everyMs % durationMs(bucket) === 0) return [];
  return [
    {
      field: 'window.every',
      message: `must be P1D, or a whole number of buckets (${bucket}) that divides a day, such as PT1H or PT6H`,
      found: window.every,
    },
  ];
};

/** monitorErrors: what speaks against a monitor: names that do not exist, limits that nobody would check, windows that do not fit. */
export const monitorErrors = (
  body: MonitorBody,
  { model, features, segments, baselines }: MonitorFacts,
): FieldError[] => [
  ...windowErrors(body, model.bucket),
  ...featureErrors(body, features),
  ...(body.segments ?? [])
    .map((name, index) => [`segments.${index}`, name] as const)
    .filter(([, name]) => name !== ALL_SEGMENT && !segments.includes(name))
    .map(([field, name]) => unknownName(field, 'segment', name, [ALL_SEGMENT, ...segments])),
  ...(body.baseline === null || baselines.includes(body.baseline)
    ? []
    : [unknownName('baseline', 'baseline', body.baseline, baselines)]),
  ...thresholdErrors('thresholds', body.thresholds, body.kind),
  ...Object.entries(body.featureThresholds).flatMap(([name, own]) =>
    thresholdErrors(`featureThresholds.${name}`, own, body.kind),
  ),
];
