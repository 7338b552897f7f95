import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Feature } from '#libs/contracts';
import { integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { columnUse } from './columns.js';
import { isBoolean, isNumber } from './conversions.js';
import { fileInput, type BaselineFormat } from './file-input.js';
import { refusal, refusalOf, type Refusal } from './refusal.js';

export type InferInput = {
  format: BaselineFormat;
  /** All columns of the file, in order. */
  fileColumns: string[];
  /** Columns to find the type of: those that may be features. */
  columns: string[];
  /** Opens the file; called once. */
  file: () => Readable;
};

export type Inferred = { ok: true; features: Feature[]; rows: number };

/** What a column holds: rows with a value, and how many of these are numbers, truth values, different. */
export type ColumnFacts = {
  name: string;
  filled: number;
  numbers: number;
  booleans: number;
  different: number;
};

/** A few stray texts do not make a measurement categorical. */
const NUMERIC_SHARE = 0.99;
/** A text that hardly ever repeats names rows rather than kinds of them. */
const IDENTIFIER_DIFFERENT = 1_000;
const IDENTIFIER_SHARE = 0.5;
const INFER_TIMEOUT_MS = 1_800_000;

/**
 * inferFeature: numeric when 99 % of the values are numbers (0 and 1 are numbers, not truth values), or when there is none; boolean when
 * all are true or false; else categorical. Of identifiers it is only watched whether they are there and how many differ.
 */
export function inferFeature({ name, filled, numbers, booleans, different }: ColumnFacts): Feature {
  if (filled > 0 && booleans === filled) return { name, type: 'boolean', role: 'input' };
  if (numbers >= filled * NUMERIC_SHARE) return { name, type: 'numeric', role: 'input' };
  const isIdentifier = different > IDENTIFIER_DIFFERENT && different > filled * IDENTIFIER_SHARE;
  return { name, type: isIdentifier ? 'identifier' : 'categorical', role: 'input' };
}

const factsRow = z.object({
  rows: integer,
  filled: z.array(integer),
  numbers: z.array(integer),
  booleans: z.array(integer),
  different: z.array(integer),
});

/** inferFeatures: types of the columns of a file, from all of its rows, counted on the way through ClickHouse without being stored. */
export async function inferFeatures(db: Database, input: InferInput): Promise<Inferred | Refusal> {
  const asked = input.columns.map((name): Feature => ({ name, type: 'categorical', role: 'input' }));
  const use = columnUse(asked, { tags: {} }, input.fileColumns);
  if (!use.ok) return use;
  const upload = randomUUID();
  try {
    await db.insertStream(countStatement(input, upload), input.file());
  } catch (error) {
    const fault = refusalOf(error);
    if (fault === undefined) throw error;
    return fault;
  }
  const [facts] = await db.query({
    name: 'infer-read',
    sql: 'SELECT rows, filled, numbers, booleans, different FROM file_columns WHERE upload = {upload: String}',
    params: { upload },
    row: factsRow,
  });
  if (facts === undefined || facts.rows === 0) return refusal('file', 'holds no rows');
  const features = input.columns.map((name, index) =>
    inferFeature({
      name,
      filled: facts.filled[index] ?? 0,
      numbers: facts.numbers[index] ?? 0,
      booleans: facts.booleans[index] ?? 0,
      different: facts.different[index] ?? 0,
    }),
  );
  return { ok: true, features, rows: facts.rows };
}

function countStatement({ format, fileColumns, columns }: InferInput, upload: string) {
  const file = fileInput({ format, columns: fileColumns, used: columns });
  const bindings = new Bindings();
  const texts = columns.map((column, index) => `${file.text(column)} AS t${index}`);
  const each = (aggregate: (text: string) => string): string =>
    `[${columns.map((_, index) => aggregate(`t${index}`)).join(', ')}]`;
  const filled = (text: string): string =>
    `isNotNull(${text}) AND lower(assumeNotNull(${text})) NOT IN ('', 'nan')`;
  return {
    name: 'infer-count',
    sql:
      `INSERT INTO file_columns (upload, rows, filled, numbers, booleans, different, at) SELECT ${bindings.text(upload)}, count(), ` +
      `${each((text) => `countIf(${filled(text)})`)}, ${each((text) => `countIf(${isNumber(text)})`)}, ` +
      `${each((text) => `countIf(${filled(text)} AND ${isBoolean(text)})`)}, ${each((text) => `uniqCombinedIf(assumeNotNull(${text}), ${filled(text)})`)}, ` +
      `now() FROM (SELECT ${texts.join(', ')} FROM ${file.from}) FORMAT ${file.format}`,
    params: bindings.params,
    settings: {
      ...file.settings,
      max_memory_usage: '6000000000',
      max_query_size: '16000000',
      max_ast_elements: '1000000',
      max_expanded_ast_elements: '4000000',
    },
    timeoutMs: INFER_TIMEOUT_MS,
  };
}
