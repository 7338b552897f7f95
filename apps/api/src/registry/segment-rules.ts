import {
  ALL_SEGMENT,
  durationMs,
  MAX_DIMENSION_VALUES,
  MAX_SEGMENT_VALUES,
  storedAs,
  type Condition,
  type DimensionBody,
  type Feature,
  type ModelBody,
  type Predicate,
  type SegmentBody,
} from '#libs/contracts';
import { nearest } from '#libs/platform';

import type { FieldError } from '../http/problem.js';

/** unknownName: an error that names what was written and the known name next to it. */
export const unknownName = (
  field: string,
  what: string,
  found: string,
  known: readonly string[],
): FieldError => {
  const near = nearest(found, known);
  const hint =
    near === undefined
      ? known.length === 0
        ? 'there is none yet'
        : `known: ${known.slice(0, 10).join(', ')}`
      : `did you mean '${near}'?`;
  return { field, message: `there is no ${what} '${found}'; ${hint}`, found };
};

type Conditions = { field: string; condition: Condition }[];

const conditionsOf = (where: Predicate, field: string): Conditions => {
  if ('all' in where)
    return where.all.flatMap((inner, index) => conditionsOf(inner, `${field}.all.${index}`));
  if ('any' in where)
    return where.any.flatMap((inner, index) => conditionsOf(inner, `${field}.any.${index}`));
  if ('not' in where) return conditionsOf(where.not, `${field}.not`);
  return [{ field, condition: where }];
};

const wantedOf = (type: Feature['type']): 'number' | 'boolean' | 'string' => {
  if (type === 'boolean') return 'boolean';
  return storedAs(type) === 'numeric' ? 'number' : 'string';
};

const conditionErrors = (
  { field, condition }: Conditions[number],
  features: readonly Feature[],
): FieldError[] => {
  const isRange = condition.from !== undefined || condition.below !== undefined;
  if (condition.feature === undefined) return [];
  const feature = features.find(({ name }) => name === condition.feature);
  if (feature === undefined)
    return [
      unknownName(
        `${field}.feature`,
        'feature',
        condition.feature,
        features.map(({ name }) => name),
      ),
    ];
  if (isRange && storedAs(feature.type) !== 'numeric')
    return [{ field, message: `feature '${feature.name}' is ${feature.type}; a range needs a numeric one` }];
  const wanted = wantedOf(feature.type);
  return [...(condition.in ?? []), ...(condition.equals === undefined ? [] : [condition.equals])]
    .filter((value) => typeof value !== wanted)
    .map((value) => ({
      field,
      message: `feature '${feature.name}' is ${feature.type}; compare it with a ${wanted}`,
      found: JSON.stringify(value),
    }));
};

const rangeErrors = (ranges: NonNullable<DimensionBody['ranges']>): FieldError[] => {
  const names = ranges.map(({ value }) => value);
  const edges = ranges.map(({ from = -Infinity, below = Infinity }) => ({ from, below }));
  return ranges.flatMap((range, index): FieldError[] => {
    const field = `ranges.${index}`;
    const edge = edges[index];
    const previous = edges[index - 1];
    if (names.indexOf(range.value) !== index)
      return [{ field: `${field}.value`, message: 'is used twice', found: range.value }];
    if (edge !== undefined && edge.from >= edge.below)
      return [{ field, message: 'holds nothing: from must be less than below' }];
    if (edge !== undefined && previous !== undefined && edge.from < previous.below)
      return [{ field, message: 'overlaps the one before it; write ranges in ascending order' }];
    return [];
  });
};

const dimensionErrors = (body: DimensionBody, features: readonly Feature[]): FieldError[] => {
  if (body.ranges !== undefined && body.values !== null)
    return [{ field: 'ranges', message: 'give either values or ranges' }];
  if (body.feature === undefined) return rangeErrors(body.ranges ?? []);
  const feature = features.find(({ name }) => name === body.feature);
  if (feature === undefined)
    return [
      unknownName(
        'feature',
        'feature',
        body.feature,
        features.map(({ name }) => name),
      ),
    ];
  if (storedAs(feature.type) === 'numeric' && body.ranges === undefined && body.values === null)
    return [
      {
        field: 'ranges',
        message: `feature '${feature.name}' is ${feature.type}; say the ranges (or values) that make its segment values`,
      },
    ];
  if (storedAs(feature.type) !== 'numeric' && body.ranges !== undefined)
    return [
      { field: 'ranges', message: `feature '${feature.name}' is ${feature.type}; ranges need a numeric one` },
    ];
  return rangeErrors(body.ranges ?? []);
};

/** segmentValueCount: how many segment values a segment makes; a dimension that is not frozen yet counts with all that it may get, and `other`. */
export const segmentValueCount = (body: SegmentBody): number => {
  if (body.kind === 'predicate') return 1;
  return (body.ranges?.length ?? body.values?.length ?? MAX_DIMENSION_VALUES) + 1;
};

/** Measured: 26 segment values × 20 features × 100 bins in hourly buckets are 23 MiB a model and month. */
const MIB_PER_CELL_MONTH = 23 / (26 * 20);

/** limitErrors: what a model may have of segment values, and what more would cost. */
export const limitErrors = (
  bodies: readonly SegmentBody[],
  { bucket, features }: { bucket: ModelBody['bucket']; features: number },
): FieldError[] => {
  const count = 1 + bodies.reduce((total, body) => total + segmentValueCount(body), 0);
  if (count <= MAX_SEGMENT_VALUES) return [];
  const bucketsPerHour = durationMs('PT1H') / durationMs(bucket);
  const mib = Math.round(count * Math.max(1, features) * MIB_PER_CELL_MONTH * bucketsPerHour);
  return [
    {
      field: 'values',
      message: `with this the model would have ${count} segment values, at most ${MAX_SEGMENT_VALUES} are allowed (about ${mib} MiB of profiles a month for ${features} features in buckets of ${bucket}, and as much more to evaluate); take fewer values or drop a segment`,
      found: String(count),
    },
  ];
};

/** segmentErrors: what speaks against a segment: reserved name, unknown or unfit features, ranges that overlap. */
export const segmentErrors = (
  name: string,
  body: SegmentBody,
  features: readonly Feature[],
): FieldError[] => [
  ...(name === ALL_SEGMENT
    ? [{ field: 'segment', message: `'${ALL_SEGMENT}' always exists and holds every row`, found: name }]
    : []),
  ...(body.kind === 'dimension'
    ? dimensionErrors(body, features)
    : conditionsOf(body.where, 'where').flatMap((one) => conditionErrors(one, features))),
];
