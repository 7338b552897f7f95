import { z } from 'zod';
import { numericBinningSchema } from './binnings.js';
import { nameSchema, textSchema } from './names.js';

/** The distance of a row from the baseline's principal components, profiled like a feature under a name that no feature may have. */
export const RECONSTRUCTION_ERROR = 'row.reconstruction_error';

/** More columns make the statement that counts rows long, and the components hard to understand. */
export const MAX_PROJECTED_FEATURES = 64;

const standardised = { feature: textSchema, mean: z.number(), std: z.number().gt(0) };

/** How a feature becomes a number: `fill` stands for a missing value; categories become their shares in the baseline, unseen ones 0. */
const projectedColumn = z.discriminatedUnion('kind', [
  z.strictObject({ ...standardised, kind: z.literal('numeric'), fill: z.number() }),
  z.strictObject({
    ...standardised,
    kind: z.literal('categorical'),
    fill: z.number(),
    shares: z.array(z.tuple([z.string().max(256), z.number()])).max(1_000),
  }),
]);
export type ProjectedColumn = z.infer<typeof projectedColumn>;

/** The principal components of a baseline; a row is standardised, projected on them, and what is left of it is its error. */
export const projectionBodySchema = z.strictObject({
  model: nameSchema,
  version: nameSchema,
  baseline: z.string(),
  columns: z.array(projectedColumn).max(MAX_PROJECTED_FEATURES),
  /** Orthonormal; one number per column. */
  components: z.array(z.array(z.number())).max(MAX_PROJECTED_FEATURES),
  /** Share of the variance that the components explain. */
  explained: z.number(),
  /** Of the errors of the baseline's own rows. */
  binning: numericBinningSchema,
});
export type ProjectionBody = z.infer<typeof projectionBodySchema>;

/** Values of one feature in a sample of rows; null where there is none. */
export type SampledColumn =
  | { readonly feature: string; readonly kind: 'numeric'; readonly values: readonly (number | null)[] }
  | { readonly feature: string; readonly kind: 'categorical'; readonly values: readonly (string | null)[] };

/** A sample of rows, column by column, in an order that depends on nothing but their ids. */
export type RowSample = { readonly columns: readonly SampledColumn[] };
