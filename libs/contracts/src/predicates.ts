import { z } from 'zod';
import { nameSchema, textSchema } from './names.js';

/** What a segment looks at: a feature of the schema or a tag of the event. Exactly one. */
const field = { feature: textSchema.optional(), tag: textSchema.optional() };
export const oneField = (value: { feature?: string | undefined; tag?: string | undefined }) =>
  (value.feature === undefined) !== (value.tag === undefined);
/** Aborts, so that a tree with a fault deep inside is not explained as a condition with unknown fields. */
export const ONE_FIELD = { message: 'name exactly one of feature, tag', abort: true };

const scalar = z.union([z.string().max(256), z.number(), z.boolean()]);

const condition = z
  .strictObject({
    ...field,
    equals: scalar.optional(),
    in: z.array(scalar).min(1).max(1_000).optional(),
    /** Inclusive lower bound of a numeric range. */
    from: z.number().optional(),
    /** Exclusive upper bound of a numeric range. */
    below: z.number().optional(),
    isNull: z.boolean().optional(),
  })
  .refine(oneField, ONE_FIELD)
  .refine((c) => [c.equals, c.in, c.from ?? c.below, c.isNull].filter((x) => x !== undefined).length === 1, {
    message: 'use exactly one of equals, in, from/below, isNull',
  });

export type Condition = z.infer<typeof condition>;
export type Predicate = Condition | { all: Predicate[] } | { any: Predicate[] } | { not: Predicate };

/** A closed predicate tree: no user text reaches SQL except as a typed parameter. */
export const predicateSchema: z.ZodType<Predicate> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(predicateSchema).min(1).max(20) }),
    z.strictObject({ any: z.array(predicateSchema).min(1).max(20) }),
    z.strictObject({ not: predicateSchema }),
    condition,
  ]),
);

const range = z.strictObject({
  value: textSchema,
  from: z.number().optional(),
  below: z.number().optional(),
});

export const segmentBodySchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('dimension'),
      model: nameSchema,
      ...field,
      /** Frozen values; null until the first baseline gives its 50 most frequent ones. Everything else is `other`. */
      values: z.array(z.string().max(256)).min(1).max(100).nullable().default(null),
      /** For a numeric feature: named half-open ranges instead of values. */
      ranges: z.array(range).min(1).max(50).optional(),
    })
    .refine(oneField, ONE_FIELD),
  z.strictObject({ kind: z.literal('predicate'), model: nameSchema, where: predicateSchema }),
]);
export type SegmentBody = z.infer<typeof segmentBodySchema>;
export type DimensionBody = Extract<SegmentBody, { kind: 'dimension' }>;

/** At most this many values per dimension are frozen from a baseline. */
export const MAX_DIMENSION_VALUES = 50;
/** Refused at save beyond this: the cost of a model is its segment values. */
export const MAX_SEGMENT_VALUES = 500;

const conditionFeatures = (where: Predicate): string[] => {
  if ('all' in where) return where.all.flatMap(conditionFeatures);
  if ('any' in where) return where.any.flatMap(conditionFeatures);
  if ('not' in where) return conditionFeatures(where.not);
  return where.feature === undefined ? [] : [where.feature];
};

/** segmentFeatures: the features that a segment looks at, each once. */
export const segmentFeatures = (body: SegmentBody): string[] => [
  ...new Set(
    body.kind === 'predicate'
      ? conditionFeatures(body.where)
      : body.feature === undefined
        ? []
        : [body.feature],
  ),
];

/** A segment that a version cannot be cut by, because it lacks features that the segment looks at. */
export type UncountedSegment = { segment: string; values: string[]; missing: string[] };
