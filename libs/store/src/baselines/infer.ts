import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Feature } from '#libs/contracts';
import { integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { columnUse } from './columns.js';
import { filledText, isBoolean, isNumber } from '../reading/values-sql.js';
import { inferFeature, isPhrase, isTime, mayBeTime } from './feature-type.js';
import { fileInput, type BaselineFormat } from './file-input.js';
import { refusal, refusalOf, type Refusal } from './refusal.js';

export type InferInput = {
  format: BaselineFormat;
  /** All columns of the file, in order. */
  fileColumns: string[];
  /** Columns to find the type of: those that may be features. */
  columns: string[];
  /** Without the times of rows no age is known, and a column of times is what its texts are. */
  hasTime: boolean;
  /** Opens the file; called once. */
  file: () => Readable;
};

export type Inferred = { ok: true; features: Feature[]; rows: number };

const INFER_TIMEOUT_MS = 1_800_000;

const factsRow = z.object({
  rows: integer,
  filled: z.array(integer),
  numbers: z.array(integer),
  booleans: z.array(integer),
  times: z.array(integer),
  phrases: z.array(integer),
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
    sql: 'SELECT rows, filled, numbers, booleans, times, phrases, different FROM file_columns WHERE upload = {upload: String}',
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
      times: input.hasTime ? (facts.times[index] ?? 0) : 0,
      phrases: facts.phrases[index] ?? 0,
      different: facts.different[index] ?? 0,
    }),
  );
  return { ok: true, features, rows: facts.rows };
}

function countStatement({ format, fileColumns, columns }: InferInput, upload: string) {
  const file = fileInput({ format, columns: fileColumns, used: columns });
  const bindings = new Bindings();
  const texts = columns.map((column, index) => `${filledText(file.text(column))} AS t${index}`);
  const each = (aggregate: (text: string, name: string) => string): string =>
    `[${columns.map((name, index) => aggregate(`t${index}`, name)).join(', ')}]`;
  const filled = (text: string): string => `isNotNull(${text})`;
  return {
    name: 'infer-count',
    sql:
      `INSERT INTO file_columns (upload, rows, filled, numbers, booleans, times, phrases, different, at) SELECT ${bindings.text(upload)}, count(), ` +
      `${each((text) => `countIf(${filled(text)})`)}, ${each((text) => `countIf(${isNumber(text)})`)}, ` +
      `${each((text) => `countIf(${filled(text)} AND ${isBoolean(text)})`)}, ` +
      `${each((text, name) => `countIf(${isTime(text, mayBeTime(name) ? '1' : '0')})`)}, ${each((text) => `countIf(${isPhrase(text)})`)}, ` +
      `${each((text) => `uniqCombinedIf(assumeNotNull(${text}), ${filled(text)})`)}, ` +
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
