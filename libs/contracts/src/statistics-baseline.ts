import { z } from 'zod';
import { nameSchema, PREDICTION_FEATURES, textSchema } from './names.js';

/** The largest count that is exact in every language that reads it. */
const count = z.int().min(0);

const numericStatistics = z
  .strictObject({
    name: textSchema,
    kind: z.literal('numeric'),
    /** As in a binning: ascending lower edges, the last bin ends with `max`. */
    edges: z.array(z.number()).min(1).max(400),
    min: z.number(),
    max: z.number(),
    counts: z.array(count).min(1).max(400),
    nulls: count,
    sum: z.number(),
    sumSquares: z.number().min(0),
  })
  .refine(({ edges }) => edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? edge)), {
    path: ['edges'],
    message: 'must ascend',
  })
  .refine(({ edges, min, max }) => min === edges[0] && max >= (edges.at(-1) ?? max), {
    path: ['edges'],
    message: 'must begin with min and not go beyond max',
  })
  .refine(({ edges, counts }) => edges.length === counts.length, {
    path: ['counts'],
    message: 'must have one count per edge',
  });

const categoricalStatistics = z
  .strictObject({
    name: textSchema,
    kind: z.literal('categorical'),
    /** Most frequent first; anything else is unseen. */
    categories: z.array(z.string().max(256)).max(1_000),
    counts: z.array(count).max(1_000),
    /** Values beyond the categories. */
    unseen: count.default(0),
    nulls: count,
  })
  .refine(({ categories }) => new Set(categories).size === categories.length, {
    path: ['categories'],
    message: 'names one twice',
  })
  .refine(({ categories, counts }) => categories.length === counts.length, {
    path: ['counts'],
    message: 'must have one count per category',
  });

/** Values of which only their number is known: whether they are there, and how many differ. */
const identifierStatistics = z.strictObject({
  name: textSchema,
  kind: z.literal('identifier'),
  values: count,
  distinct: count,
  nulls: count,
});

const featureStatisticsSchema = z.discriminatedUnion('kind', [
  numericStatistics,
  categoricalStatistics,
  identifierStatistics,
]);
export type FeatureStatistics = z.infer<typeof featureStatisticsSchema>;

const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0);

/** rowsOfStatistics: the rows that the counts of a feature add up to. */
export function rowsOfStatistics(feature: FeatureStatistics): number {
  if (feature.kind === 'identifier') return feature.values + feature.nulls;
  return sum(feature.counts) + feature.nulls + (feature.kind === 'categorical' ? feature.unseen : 0);
}

const PREDICTION_KINDS: Readonly<Record<string, FeatureStatistics['kind']>> = {
  [PREDICTION_FEATURES.score]: 'numeric',
  [PREDICTION_FEATURES.value]: 'numeric',
  [PREDICTION_FEATURES.label]: 'categorical',
};

/**
 * A baseline of which only statistics are left, not its rows: how many values lie in which bin. Predictions are features under their
 * reserved names (`prediction.score`, `prediction.label`, `prediction.value`).
 */
export const statisticsBaselineSchema = z
  .strictObject({
    name: nameSchema,
    rows: z.int().min(1),
    /** Name of the file, for people. */
    source: z.string().max(256).optional(),
    features: z.array(featureStatisticsSchema).min(1).max(2_003),
  })
  .superRefine(({ rows, features }, context) => {
    const names = new Set<string>();
    features.forEach((feature, index) => {
      const issue = (field: string, message: string): void =>
        context.addIssue({ code: 'custom', path: ['features', index, field], message });
      if (names.has(feature.name)) issue('name', 'is there twice');
      names.add(feature.name);
      const counted = rowsOfStatistics(feature);
      if (counted !== rows)
        issue(
          feature.kind === 'identifier' ? 'values' : 'counts',
          `add up to ${counted} rows with those without a value; there are ${rows}`,
        );
      const kind = PREDICTION_KINDS[feature.name];
      if (kind !== undefined && kind !== feature.kind) issue('kind', `must be ${kind} for ${feature.name}`);
    });
  });
export type StatisticsBaseline = z.infer<typeof statisticsBaselineSchema>;
