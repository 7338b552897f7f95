import {
  facetSets,
  limitFault,
  type Feature,
  type LimitPlace,
  type MetricName,
  type ModelBody,
  type MonitorBody,
  type Threshold,
  type Thresholds,
} from '#libs/contracts';

import type { FieldError } from '../http/problem.js';
import { unknownName } from '../registry/segment-rules.js';

type Placed = { readonly field: string; readonly limits: Thresholds; readonly place: LimitPlace };

/** placedLimits: all limits of a monitor with the fields that they stand in. */
const placedLimits = (body: MonitorBody): Placed[] => [
  { field: 'thresholds', limits: body.thresholds, place: { of: 'monitor' } },
  ...Object.entries(body.featureThresholds).map(([name, limits]): Placed => ({
    field: `featureThresholds.${name}`,
    limits,
    place: { of: 'feature' },
  })),
  ...Object.entries(body.segmentThresholds).map(([key, limits]): Placed => ({
    field: `segmentThresholds.${key}`,
    limits,
    place: { of: 'segment', key },
  })),
];

/** A limit is looked at, or refused. */
const limitErrors = (body: MonitorBody): FieldError[] =>
  placedLimits(body).flatMap(({ field, limits, place }) =>
    (Object.entries(limits) as [MetricName | 'default', Threshold][]).flatMap(([metric, threshold]) => {
      const message = limitFault(body.kind, { metric, threshold, place });
      return message === null ? [] : [{ field: `${field}.${metric}`, message }];
    }),
  );

/** Ratios are limited by a ratio, everything else by a distance from 0. */
const biasLimitErrors = (body: MonitorBody): FieldError[] =>
  body.kind !== 'bias'
    ? []
    : placedLimits(body).flatMap(({ field, limits }) =>
        (['di', 'demographic_parity_ratio'] as const).flatMap((metric) => {
          const limit = limits[metric];
          return typeof limit === 'number' && limit <= 0
            ? [
                {
                  field: `${field}.${metric}`,
                  message: 'must be a ratio above 0, such as 0.8 (1 is neutral)',
                  found: JSON.stringify(limit),
                },
              ]
            : [];
        }),
      );

const facetErrors = (body: MonitorBody, { bias }: ModelBody): FieldError[] => {
  if (body.kind !== 'bias')
    return body.bias === undefined
      ? []
      : [{ field: 'bias', message: `is for monitors of kind 'bias', not '${body.kind}'` }];
  if (bias === undefined)
    return [
      {
        field: 'kind',
        message: `the model names no facets to look at; add them to the model first: "bias": { "facets": [ … ] }`,
      },
    ];
  const known = facetSets(bias).map(({ name }) => name);
  return [
    ...(body.bias?.facets ?? []).map((name, index) => [`bias.facets.${index}`, name] as const),
    ...Object.keys(body.featureThresholds).map((name) => [`featureThresholds.${name}`, name] as const),
  ]
    .filter(([, name]) => !known.includes(name))
    .map(([field, name]) => unknownName(field, 'facet', name, known));
};

const weightErrors = ({ kind, attribution }: MonitorBody, features: readonly Feature[]): FieldError[] => {
  if (attribution === undefined) return [];
  if (kind !== 'attribution')
    return [{ field: 'attribution', message: `is for monitors of kind 'attribution', not '${kind}'` }];
  const known = features.map(({ name }) => name);
  return Object.keys(attribution.weights ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => unknownName(`attribution.weights.${name}`, 'feature', name, known));
};

/** specialErrors: what speaks against a monitor of bias or attribution, and against settings of theirs in another kind. */
export const specialErrors = (
  body: MonitorBody,
  { model, features }: { model: ModelBody; features: readonly Feature[] },
): FieldError[] => [
  ...facetErrors(body, model),
  ...weightErrors(body, features),
  ...limitErrors(body),
  ...biasLimitErrors(body),
];
