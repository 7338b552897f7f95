import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Feature } from '#libs/contracts';
import type { Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { fileFault } from '../files/form/file-form.js';
import { filledText } from '../reading/values-sql.js';
import { columnUse, nestedFault } from './columns.js';
import { factsOf, factsRow, factsSelect, type ColumnFacts } from './column-facts.js';
import { fileInput } from './file-input.js';
import type { FileRows } from './insert-input.js';
import { refusal, type Refusal } from './refusal.js';

export type InferInput = {
  /** Columns to find the type of: those that may be features. */
  columns: string[];
} & FileRows;

/** Inferred: facts of the columns that were asked for, in their order. */
export type Inferred = { ok: true; facts: ColumnFacts[]; rows: number };

const INFER_TIMEOUT_MS = 1_800_000;

const storedRow = z.object({ facts: z.string() });

/** inferFacts: what the columns of a file hold, counted over all of its rows on the way through ClickHouse without being stored. */
export async function inferFacts(db: Database, input: InferInput): Promise<Inferred | Refusal> {
  const asked = input.columns.map((name): Feature => ({ name, type: 'categorical', role: 'input' }));
  const use = columnUse(asked, { tags: {} }, input.fileColumns);
  if (!use.ok) return use;
  const nested = nestedFault(use.used, input);
  if (nested !== undefined) return nested;
  const upload = randomUUID();
  try {
    await db.insertStream(countStatement(input, upload), input.file());
  } catch (error) {
    return fileFault(error, input);
  }
  const [stored] = await db.query({
    name: 'infer-read',
    sql: 'SELECT facts FROM file_columns WHERE upload = {upload: String}',
    params: { upload },
    row: storedRow,
  });
  const row = stored === undefined ? undefined : factsRow.parse(JSON.parse(stored.facts));
  if (row === undefined || row.rows === 0) return refusal('file', 'holds no rows');
  const columns = input.columns.map((name) => ({ name }));
  return { ok: true, facts: factsOf(columns, row), rows: row.rows };
}

function countStatement({ format, fileColumns, columns }: InferInput, upload: string) {
  const file = fileInput({ format, columns: fileColumns, used: columns });
  const bindings = new Bindings();
  const values = `arrayMap(v -> ${filledText('v')}, [${columns.map((column) => file.text(column)).join(', ')}])`;
  const { from, ...select } = factsSelect(
    columns.map((name) => ({ name })),
    { from: `(SELECT ${values} AS values FROM ${file.from})`, kind: 'text' },
  );
  const entries = Object.entries(select).map(([name, sql]) => `concat('"${name}":', toJSONString(${sql}))`);
  return {
    name: 'infer-count',
    sql:
      `INSERT INTO file_columns (upload, facts, at) SELECT ${bindings.text(upload)}, ` +
      `concat('{', arrayStringConcat([${entries.join(', ')}], ','), '}'), now() FROM ${from} FORMAT ${file.format}`,
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
