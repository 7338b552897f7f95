import { nameSchema, textSchema } from '#libs/contracts';
import type { BaselineColumns } from '#libs/store';
import { z } from 'zod';

import { unknownName } from '../registry/segment-rules.js';
import type { FieldError } from '../http/problem.js';
import type { BaselineFormat } from './sniff.js';

/** UPLOAD_TYPES: content types of an upload and the format each stands for. */
export const UPLOAD_TYPES: Readonly<Record<string, BaselineFormat>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'application/vnd.apache.parquet': 'parquet',
};

const columnsSchema = z.strictObject({
  id: textSchema.optional(),
  time: textSchema.optional(),
  label: textSchema.optional(),
  labelValue: textSchema.optional(),
  predictionLabel: textSchema.optional(),
  score: textSchema.optional(),
  value: textSchema.optional(),
  tags: z.record(textSchema, textSchema).default({}),
});

const columnsParameter = z
  .string()
  .max(100_000)
  .default('{}')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON, for example {"time":"ts","label":"late"}' });
      return z.NEVER;
    }
  })
  .pipe(columnsSchema)
  .describe(
    'JSON: which column of the file holds the time, id, label (what was true), labelValue, predictionLabel, score, value, and the tags: {"tag":"column"}. Every other column is a feature of the same name.',
  );

/** uploadQuery: what an upload says of its file. */
export const uploadQuery = z.object({
  name: nameSchema.describe('Name of the baseline; one that exists is never overwritten.'),
  columns: columnsParameter,
  monitors: z
    .enum(['true', 'false'])
    .default('true')
    .describe('`false` declines the monitors that are otherwise made from the baseline.'),
  source: z.string().max(256).optional().describe('Name of the file, for people.'),
});
export type UploadQuery = z.output<typeof uploadQuery>;

type Columns = UploadQuery['columns'];

/** toBaselineColumns: without the roles that were not given. */
export const toBaselineColumns = ({ tags, ...roles }: Columns): BaselineColumns => ({
  ...Object.fromEntries(Object.entries(roles).filter(([, column]) => column !== undefined)),
  tags,
});

const named = ({ tags, ...roles }: Columns): [string, string][] => [
  ...Object.entries(roles).flatMap(([role, column]): [string, string][] =>
    column === undefined ? [] : [[`columns.${role}`, column]],
  ),
  ...Object.entries(tags).map(([tag, column]): [string, string] => [`columns.tags.${tag}`, column]),
];

/** columnErrors: columns that were named and are not in the file. */
export const columnErrors = (columns: Columns, inFile: readonly string[]): FieldError[] =>
  named(columns)
    .filter(([, column]) => !inFile.includes(column))
    .map(([field, column]) => unknownName(field, 'column', column, inFile));

/** featureColumns: the columns of a file that are features when nobody has said which are: those without another role. */
export const featureColumns = (columns: Columns, inFile: readonly string[]): string[] => {
  const taken = new Set(named(columns).map(([, column]) => column));
  return inFile.filter((column) => !taken.has(column));
};
