import { nameSchema, readingSchema, textSchema } from '#libs/contracts';
import type { BaselineColumns, DataFormat } from '#libs/store';
import { z } from 'zod';

import { unknownName } from '../registry/segment-rules.js';
import type { FieldError } from '../http/problem.js';

/** UPLOAD_TYPES: content types of an upload and the format each stands for. */
export const UPLOAD_TYPES: Readonly<Record<string, DataFormat>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
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
  /** A prefix (`phi_` finds `phi_age` for `age`), or feature → column. */
  attributions: z.union([textSchema, z.record(textSchema, textSchema)]).optional(),
  tags: z.record(textSchema, textSchema).default({}),
  /** Column → how its values are spelled, where that cannot be told from the file. */
  reading: z.record(textSchema, readingSchema).optional(),
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
    'JSON: which column of the file holds the time, id, label (what was true), labelValue, predictionLabel, score, value, the tags: {"tag":"column"}, and the attributions: {"feature":"column"}, or the prefix of their columns. reading: {"column": {"dates": "day_first"}} says how values are spelled that can be read in two ways. Every other column is a feature of the same name.',
  );

/** uploadQuery: what an upload says of its file. */
export const uploadQuery = z.object({
  name: nameSchema.describe('Name of the baseline; one that exists is never overwritten.'),
  columns: columnsParameter,
  monitors: z
    .enum(['true', 'false'])
    .default('true')
    .describe('`false` declines the monitors that are otherwise made from the baseline.'),
  binning: z
    .enum(['keep', 'new'])
    .default('keep')
    .describe(
      '`new` makes bins and categories from this file, instead of those of the version; open buckets are then counted under them, sealed ones are not. Features that came to the version later are compared from then on.',
    ),
  source: z.string().max(256).optional().describe('Name of the file, for people.'),
});
export type UploadQuery = z.output<typeof uploadQuery>;

type Columns = UploadQuery['columns'];

/** attributionColumns: the columns of a file that explain, by what they explain. */
const attributionColumns = (
  { attributions = {} }: Columns,
  inFile: readonly string[],
): Record<string, string> =>
  typeof attributions === 'string'
    ? Object.fromEntries(
        inFile
          .filter((column) => column.startsWith(attributions) && column !== attributions)
          .map((column) => [column.slice(attributions.length), column]),
      )
    : attributions;

/** Roles that one column plays each, without those that were not given. */
const rolesOf = (columns: Columns): [string, string][] =>
  Object.entries(columns).filter(
    (entry): entry is [string, string] => entry[0] !== 'attributions' && typeof entry[1] === 'string',
  );

/** toBaselineColumns: without the roles that were not given, and without explanations of what is no feature. */
export const toBaselineColumns = (
  columns: Columns,
  inFile: readonly string[],
  features: readonly { name: string }[],
): BaselineColumns => {
  const known = new Set(features.map(({ name }) => name));
  const explained = Object.entries(attributionColumns(columns, inFile)).filter(([name]) => known.has(name));
  return {
    ...Object.fromEntries(rolesOf(columns)),
    ...(explained.length > 0 && { attributions: Object.fromEntries(explained) }),
    tags: columns.tags,
    ...(columns.reading !== undefined && { readings: columns.reading }),
  };
};

/** attributionErrors: explanations of what is no feature; a prefix that finds nothing. */
export const attributionErrors = (
  columns: Columns,
  inFile: readonly string[],
  features: readonly { name: string }[],
): FieldError[] => {
  const { attributions } = columns;
  if (attributions === undefined) return [];
  const known = features.map(({ name }) => name);
  const named = Object.keys(attributionColumns(columns, inFile));
  if (typeof attributions !== 'string')
    return named
      .filter((name) => !known.includes(name))
      .map((name) => unknownName(`columns.attributions.${name}`, 'feature', name, known));
  return named.some((name) => known.includes(name))
    ? []
    : [
        {
          field: 'columns.attributions',
          message: `no column is called '${attributions}' followed by the name of a feature`,
          found: attributions,
        },
      ];
};

const readColumns = ({ reading = {} }: Columns): [string, string][] =>
  Object.keys(reading).map((column) => [`columns.reading.${column}`, column]);

const named = (columns: Columns): [string, string][] => [
  ...rolesOf(columns).map(([role, column]): [string, string] => [`columns.${role}`, column]),
  ...Object.entries(columns.tags).map(([tag, column]): [string, string] => [`columns.tags.${tag}`, column]),
  ...Object.entries(typeof columns.attributions === 'object' ? columns.attributions : {}).map(
    ([name, column]): [string, string] => [`columns.attributions.${name}`, column],
  ),
];

/** columnErrors: columns that were named and are not in the file. */
export const columnErrors = (columns: Columns, inFile: readonly string[]): FieldError[] =>
  [...named(columns), ...readColumns(columns)]
    .filter(([, column]) => !inFile.includes(column))
    .map(([field, column]) => unknownName(field, 'column', column, inFile));

/** featureColumns: the columns of a file that are features when nobody has said which are: those without another role. */
export const featureColumns = (columns: Columns, inFile: readonly string[]): string[] => {
  const taken = new Set([
    ...named(columns).map(([, column]) => column),
    ...Object.values(attributionColumns(columns, inFile)),
  ]);
  return inFile.filter((column) => !taken.has(column));
};
