import {
  ALL_SEGMENT,
  PREDICTION_FEATURES,
  SEGMENT_IN,
  type BaselineBody,
  type Feature,
  type FeatureBinning,
  type FeatureCell,
  type FeatureStatistics,
  type PrivacyRules,
  type StatisticsBaseline,
} from '#libs/contracts';

import type { FieldError } from '../http/problem.js';
import { unknownName } from '../registry/segment-rules.js';

const PREDICTIONS = Object.values<string>(PREDICTION_FEATURES);
const isPrediction = ({ name }: FeatureStatistics): boolean => PREDICTIONS.includes(name);

/** binningOfStatistics: the bins that the counts were made under are the bins of the baseline. */
export function binningOfStatistics(statistics: FeatureStatistics): FeatureBinning {
  const { name: feature } = statistics;
  switch (statistics.kind) {
    case 'numeric':
      return { feature, kind: 'numeric', edges: statistics.edges, max: statistics.max };
    case 'categorical':
      return { feature, kind: 'categorical', categories: statistics.categories };
    case 'identifier':
      return { feature, kind: 'categorical', categories: [], distinct: true };
  }
}

/** cellOfStatistics: what a pass over the rows would have left behind. */
export function cellOfStatistics(statistics: FeatureStatistics, rows: number): FeatureCell {
  const { name: feature, nulls } = statistics;
  const counted = { segment: ALL_SEGMENT, segmentValue: SEGMENT_IN, feature, rows, nulls, invalid: 0 };
  switch (statistics.kind) {
    case 'numeric': {
      const { counts, min, max, sum, sumSquares } = statistics;
      const isEmpty = counts.every((count) => count === 0);
      const outside = { under: 0, underSum: 0, over: 0, overSum: 0, negatives: 0 };
      const extremes = isEmpty ? { min: null, max: null } : { min, max };
      return { ...counted, kind: 'numeric', counts, ...outside, ...extremes, sum, sumSquares };
    }
    case 'categorical':
      return {
        ...counted,
        kind: 'categorical',
        counts: statistics.counts,
        unseen: statistics.unseen,
        topUnseen: {},
      };
    case 'identifier': {
      const { values, distinct } = statistics;
      return { ...counted, kind: 'categorical', counts: [], unseen: values, topUnseen: {}, distinct };
    }
  }
}

/** featuresOfStatistics: the schema that a version takes from statistics when it has none. */
export const featuresOfStatistics = ({ features }: StatisticsBaseline): Feature[] =>
  features
    .filter((statistics) => !isPrediction(statistics))
    .map(({ name, kind }) => ({ name, type: kind, role: 'input' }));

const fits = (kind: FeatureStatistics['kind'], type: Feature['type']): boolean => {
  if (kind === 'identifier') return type === 'identifier' || type === 'categorical';
  return kind === type || (kind === 'categorical' && type === 'boolean');
};

/** statisticsErrors: what speaks against statistics under the schema of a version and the privacy rules of its model. */
export function statisticsErrors(
  { features: statistics }: StatisticsBaseline,
  features: readonly Feature[],
  { features: rules }: PrivacyRules,
): FieldError[] {
  const types = new Map(features.map(({ name, type }) => [name, type]));
  return statistics.flatMap((each, index): FieldError[] => {
    const { name, kind } = each;
    if (isPrediction(each)) return [];
    const type = types.get(name);
    if (type === undefined)
      return [unknownName(`features.${index}.name`, 'feature', name, [...types.keys()])];
    if (!fits(kind, type))
      return [
        {
          field: `features.${index}.kind`,
          message: `feature '${name}' is ${type}; statistics of kind ${kind} do not describe it`,
          found: kind,
        },
      ];
    if (Object.hasOwn(rules, name))
      return [
        {
          field: `features.${index}`,
          message: `feature '${name}' has a privacy rule, which cannot be applied to statistics; leave it out`,
        },
      ];
    return [];
  });
}

/** cannotServeWithoutRows: what needs rows, labels, times or predictions, each with the way round where there is one. */
export function cannotServeWithoutRows({ features }: StatisticsBaseline): BaselineBody['cannotServe'] {
  return [
    { kind: 'segments', reason: 'there are no rows, so no segment value but `all` can be counted' },
    { kind: 'multivariate_drift', reason: 'there are no rows, so nothing says which values belong together' },
    {
      kind: 'quality',
      reason: 'there are no labels; a monitor with fixed limits works',
    },
    {
      kind: 'bias',
      reason: 'there are no rows, so no groups; a monitor with limits against `fixed` works',
    },
    {
      kind: 'attribution',
      reason: 'there are no attributions; a monitor with feature weights works',
    },
    {
      kind: 'day_to_day',
      reason: 'there are no times, so how restless days are is not known: the design effect is 1',
    },
    ...(features.some(isPrediction)
      ? []
      : [{ kind: 'prediction_drift', reason: 'the statistics have no column that is the prediction' }]),
  ];
}
