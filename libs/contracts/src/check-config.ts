import { z } from 'zod';
import { durationSchema, textSchema, nameSchema } from './names.js';
import { attributionAggregates, corrections, monitorKinds } from './monitors.js';
import { checkFacetSchema, checkGroupSchema } from './check-facets.js';
import { metricNameSchema } from './metrics.js';
import { readingSchema } from './reading.js';
import { thresholdsSchema } from './thresholds.js';

const column = z.string().min(1).max(1_000);
const columnsOf = z.array(column).max(20_000);
const scalar = z.union([z.string().max(256), z.number(), z.boolean()]);

const columnsSchema = z.strictObject({
  id: column.optional().describe('Names a row; kept as text, so that numbers beyond 2^53 stay exact.'),
  time: column
    .optional()
    .describe('When the prediction was made: ISO 8601, or seconds or milliseconds since 1970.'),
  label: column.optional().describe('What turned out to be true.'),
  positive: scalar
    .optional()
    .describe(
      'The class that a score speaks of, and the outcome that people want unless `favourable` says otherwise.',
    ),
  prediction: z
    .strictObject({
      label: column.optional(),
      score: column.optional(),
      value: column.optional(),
      scores: z.record(textSchema, column).optional().describe('Class → column of its score.'),
    })
    .optional(),
  attributions: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe(
      'Prefix of the columns that explain a prediction: with `phi_`, column `phi_age` explains feature `age`.',
    ),
  numeric: columnsOf.optional(),
  categorical: columnsOf.optional(),
  timestamp: columnsOf
    .optional()
    .describe('Times that are compared by their age, in seconds, at the time of the row.'),
  time_of_day: columnsOf.optional().describe('Times of day such as 08:30, compared as hours since midnight.'),
  text: columnsOf.optional().describe('Free text, which is compared by its length in characters.'),
  reading: z
    .record(column, readingSchema)
    .optional()
    .describe('Column → how its values are spelled, where that cannot be told from the baseline.'),
  ignore: columnsOf.optional().describe('Neither compared nor read.'),
});

const windowSchema = z
  .strictObject({
    rows: z.int().min(1).max(1_000_000_000).optional(),
    every: durationSchema.optional(),
    timezone: z.string().max(64).optional(),
  })
  .refine(({ rows, every }) => (rows === undefined) !== (every === undefined), {
    message: 'give rows or every, not both',
  })
  .refine(({ rows, timezone }) => rows === undefined || timezone === undefined, {
    path: ['timezone'],
    message: 'belongs to every: windows of rows have no time zone',
  });

const condition = z
  .strictObject({
    column,
    equals: scalar.optional(),
    in: z.array(scalar).min(1).max(1_000).optional(),
    from: z.number().optional().describe('Inclusive lower bound.'),
    below: z.number().optional().describe('Exclusive upper bound.'),
    isNull: z.boolean().optional(),
  })
  .refine((c) => [c.equals, c.in, c.from ?? c.below, c.isNull].filter((x) => x !== undefined).length === 1, {
    message: 'use exactly one of equals, in, from/below, isNull',
  })
  .meta({ title: 'CheckCondition' });
export type CheckCondition = z.infer<typeof condition>;
export type CheckPredicate =
  CheckCondition | { all: CheckPredicate[] } | { any: CheckPredicate[] } | { not: CheckPredicate };
const predicate: z.ZodType<CheckPredicate> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(predicate).min(1).max(20) }),
    z.strictObject({ any: z.array(predicate).min(1).max(20) }),
    z.strictObject({ not: predicate }),
    condition,
  ]),
);

const segmentSchema = z
  .strictObject({
    name: nameSchema,
    by: column.optional().describe('Every value of a column: the 50 most frequent ones of the baseline.'),
    where: predicate.optional(),
  })
  .refine(({ by, where }) => (by === undefined) !== (where === undefined), {
    message: 'give by or where, not both',
  });

const monitorSchema = z.strictObject({
  kind: z.enum(monitorKinds),
  name: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Tells two monitors of one kind apart; otherwise the kind.'),
  metrics: z.array(metricNameSchema).min(1).max(50).optional(),
  thresholds: thresholdsSchema.optional(),
  features: z.array(column).min(1).max(2_000).optional().describe('Otherwise all of them.'),
  feature_thresholds: z.record(textSchema, thresholdsSchema).optional(),
  segment_thresholds: z
    .record(z.string().min(1).max(400), thresholdsSchema)
    .optional()
    .describe('By segment (`region`) or segment value (`region=EU`).'),
  level: z.number().gt(0).lt(1).optional().describe('False discovery rate over features × segment values.'),
  correction: z.enum(corrections).optional(),
  min_rows: z.int().min(1).optional(),
  facets: z
    .array(textSchema)
    .min(1)
    .max(30)
    .optional()
    .describe('Bias: some of the facets and intersections (`sex × age`); otherwise all.'),
  against: z
    .enum(['baseline', 'fixed'])
    .optional()
    .describe(
      'Bias: a limit is how much farther from neutral than the baseline, or how far from neutral at all.',
    ),
  min_group_rows: z.int().min(1).optional().describe('Bias: rows that each of two groups must have; 50.'),
  aggregate: z
    .enum(attributionAggregates)
    .optional()
    .describe('Attribution: how the importance of a feature is made from rows; mean_abs.'),
  weights: z
    .record(textSchema, z.number().min(0))
    .optional()
    .describe('Attribution: importance per feature at training, where the baseline explains no rows.'),
});
export type CheckMonitor = z.infer<typeof monitorSchema>;

/** What `plumbline check --config` reads. Whatever is left out is inferred from the files. */
export const checkConfigSchema = z
  .strictObject({
    columns: columnsSchema.optional(),
    window: z.union([windowSchema, z.literal('whole')]).optional(),
    segments: z
      .union([z.array(segmentSchema).max(50), z.enum(['auto', 'none'])])
      .optional()
      .describe(
        '`auto`: up to three categorical columns, which is what is done where neither segments nor monitors are named; `none` and an empty list decline.',
      ),
    facets: z.array(checkFacetSchema).min(1).max(10).optional(),
    intersections: z
      .array(z.array(textSchema).min(2).max(3))
      .max(20)
      .optional()
      .describe('Facets that are also compared together, by name.'),
    group: checkGroupSchema
      .optional()
      .describe('Column within whose groups conditional demographic disparity is measured.'),
    favourable: z
      .array(scalar)
      .min(1)
      .max(100)
      .optional()
      .describe('The outcomes that people want; otherwise `columns.positive`.'),
    score_threshold: z
      .number()
      .optional()
      .describe('From this score on a prediction that is a score only is the positive class; 0.5.'),
    monitors: z.array(monitorSchema).min(1).max(50).optional(),
  })
  .meta({ title: 'Configuration of plumbline check' });
export type CheckConfig = z.infer<typeof checkConfigSchema>;

/** listedSegments: the segments that a configuration lists. */
export const listedSegments = ({ segments }: CheckConfig): z.infer<typeof segmentSchema>[] =>
  Array.isArray(segments) ? segments : [];
