import { z } from 'zod';
import { textSchema } from './names.js';

export const numericBinningSchema = z.strictObject({
  feature: textSchema,
  kind: z.literal('numeric'),
  /** Ascending lower edges of the bins; bin i is [edges[i], edges[i+1]), the last one [edges[k−1], max]. Below edges[0] is under, above max is over. */
  edges: z.array(z.number()).min(1).max(400),
  max: z.number(),
});
const categoricalBinning = z.strictObject({
  feature: textSchema,
  kind: z.literal('categorical'),
  /** Baseline categories, most frequent first; anything else is unseen. */
  categories: z.array(z.string().max(256)).max(1_000),
  /** An identifier: no categories, and its different values are counted. */
  distinct: z.literal(true).optional(),
});
export const featureBinningSchema = z.discriminatedUnion('kind', [numericBinningSchema, categoricalBinning]);
export type FeatureBinning = z.infer<typeof featureBinningSchema>;
export type NumericBinning = z.infer<typeof numericBinningSchema>;
export type CategoricalBinning = z.infer<typeof categoricalBinning>;
