import { facetSets, type Feature, type ModelBody, type MonitorBody, type MonitorKind } from '#libs/contracts';

import type { FieldError } from '../http/problem.js';
import { unknownName } from '../registry/segment-rules.js';

const FITTED_KINDS: readonly MonitorKind[] = [
  'data_quality',
  'drift',
  'prediction_drift',
  'quality',
  'multivariate_drift',
];

/** Limits of bias and attribution are numbers: their distances have no history that a limit could be fitted on. */
const fittedErrors = ({ kind, ...body }: MonitorBody): FieldError[] =>
  FITTED_KINDS.includes(kind)
    ? []
    : [
        ['thresholds', body.thresholds] as const,
        ...Object.entries(body.featureThresholds).map(
          ([name, own]) => [`featureThresholds.${name}`, own] as const,
        ),
        ...Object.entries(body.segmentThresholds).map(
          ([name, own]) => [`segmentThresholds.${name}`, own] as const,
        ),
      ].flatMap(([field, limits]) =>
        Object.entries(limits)
          .filter(([, limit]) => typeof limit !== 'number')
          .map(([metric]) => ({
            field: `${field}.${metric}`,
            message: `must be a number for a monitor of kind '${kind}'`,
          })),
      );

/** Ratios are limited by a ratio, everything else by a distance from 0. */
const biasLimitErrors = (body: MonitorBody): FieldError[] =>
  body.kind !== 'bias'
    ? []
    : (['di', 'demographic_parity_ratio'] as const)
        .filter((metric) => typeof body.thresholds[metric] === 'number' && body.thresholds[metric] <= 0)
        .map((metric) => ({
          field: `thresholds.${metric}`,
          message: 'must be a ratio above 0, such as 0.8 (1 is neutral)',
          found: JSON.stringify(body.thresholds[metric]),
        }));

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
  ...fittedErrors(body),
  ...biasLimitErrors(body),
];
