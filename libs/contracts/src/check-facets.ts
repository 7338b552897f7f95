import { z } from 'zod';
import { disfavouredSchema } from './facets.js';
import { textSchema } from './names.js';

const column = z.string().min(1).max(1_000);
const scalar = z.union([z.string().min(1).max(256), z.number(), z.boolean()]);

const rangeSchema = z.strictObject({
  value: textSchema,
  from: z.number().optional().describe('Inclusive.'),
  below: z.number().optional().describe('Exclusive.'),
  disfavoured: z.boolean().optional().describe('True unless said otherwise.'),
});

/** A facet as a file spells it: a column instead of a feature, and a name that may be left out. What goes together is checked as for a model. */
export const checkFacetSchema = z.strictObject({
  column,
  name: textSchema.optional().describe('Otherwise the column.'),
  disfavoured: disfavouredSchema
    .optional()
    .describe('Values that make a group each; those of an inner list make one group: [[2, 3]].'),
  favoured: z
    .array(scalar)
    .min(1)
    .max(100)
    .optional()
    .describe('Whom they are compared with; otherwise every other value.'),
  above: z.number().optional().describe('Disfavoured are greater values.'),
  below: z.number().optional().describe('Disfavoured are lesser values.'),
  ranges: z.array(rangeSchema).min(2).max(20).optional(),
  names: z.record(textSchema, textSchema).optional().describe('What values are called: `{ "2": women }`.'),
  favoured_name: textSchema.optional(),
});
export type CheckFacet = z.infer<typeof checkFacetSchema>;

/** The group variable: a column, whose 50 most frequent values are taken, or with values of its own. */
export const checkGroupSchema = z.union([
  column,
  z.strictObject({ column, values: z.array(scalar).min(1).max(50).optional() }),
]);
