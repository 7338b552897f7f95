import { z } from 'zod';
import { nearest } from '#libs/platform';
import { identifier } from '../baselines/file-input.js';
import { refusal, refusalOf, type Refusal } from '../baselines/refusal.js';
import type { Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';

export type DataFormat = 'csv' | 'jsonl' | 'parquet';

/** A file on this machine. Its path holds neither globs nor anything else that a table function reads a meaning into. */
export type DataFile = { path: string; format: DataFormat; bytes: number };

/** What a column holds by the file's own account; text says nothing yet. */
type ColumnType = 'text' | 'number' | 'boolean' | 'time' | 'nested';
/** `isString`: of the engine's own type of texts, which no other has to be made into. */
export type DataColumn = { name: string; type: ColumnType; sql: string; isString?: boolean };

const FORMAT_NAMES: Record<DataFormat, string> = {
  csv: 'CSV',
  jsonl: 'JSONEachRow',
  parquet: 'Parquet',
};

/** How texts are read as they are: neither guessed at nor converted. */
export const readSettings = {
  input_format_csv_detect_header: 0,
  input_format_csv_use_best_effort_in_schema_inference: 0,
  input_format_csv_allow_variable_number_of_columns: 0,
  format_csv_delimiter: ',',
  input_format_skip_unknown_fields: 1,
  input_format_json_read_numbers_as_strings: 1,
  input_format_json_read_bools_as_strings: 1,
  input_format_json_read_arrays_as_strings: 0,
  input_format_json_read_objects_as_strings: 0,
  input_format_json_try_infer_numbers_from_strings: 0,
  input_format_json_max_depth: 1_000,
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
  input_format_try_infer_integers: 0,
  schema_inference_make_columns_nullable: 1,
  // A date beyond the engine's years is its last one, and is read as such.
  date_time_overflow_behavior: 'saturate',
  // One line may be long; it is memory that bounds it.
  input_format_max_bytes_to_read_for_schema_inference: '1000000000',
} as const;

const describedRow = z.object({ name: z.string(), type: z.string() });
const headerRow = z.record(z.string(), z.union([z.string(), z.null()]));

/** SQL of the file as a table function. */
export const fileTable = ({ path, format }: DataFile, bindings: Bindings, structure?: string): string =>
  `file(${bindings.text(path)}, '${FORMAT_NAMES[format]}'${structure === undefined ? '' : `, ${structure}`})`;

/** dataColumns: names and types of the columns of a file, or why it cannot be read. */
export async function dataColumns(db: Database, file: DataFile): Promise<DataColumn[] | Refusal> {
  try {
    const found = await describe(db, file);
    const columns = file.format === 'csv' ? await withHeader(db, file, found.length) : found;
    return 'ok' in columns ? columns : checked(columns);
  } catch (error) {
    const fault = refusalOf(error);
    if (fault === undefined) throw error;
    return fault;
  }
}

async function describe(db: Database, file: DataFile): Promise<DataColumn[]> {
  const bindings = new Bindings();
  const rows = await db.query({
    name: 'file-describe',
    sql: `DESCRIBE TABLE ${fileTable(file, bindings)}`,
    params: bindings.params,
    settings: {
      ...readSettings,
      ...(file.format === 'csv'
        ? { max_threads: 1, input_format_max_rows_to_read_for_schema_inference: '1' }
        : {}),
    },
    row: describedRow,
    timeoutMs: 120_000,
  });
  return rows.map(({ name, type }) => ({
    name,
    type: typeOf(type),
    sql: identifier(name),
    isString: /^(?:Nullable\()?String\b/.test(type),
  }));
}

/** typeOf: the kind of a ClickHouse type, whatever it is wrapped in. */
function typeOf(type: string): ColumnType {
  const inner = type.replace(/^(?:(?:Nullable|LowCardinality)\()+/, '');
  if (/^(U?Int\d+|Float\d+|BFloat16|Decimal)/.test(inner)) return 'number';
  if (inner.startsWith('Bool')) return 'boolean';
  if (inner.startsWith('Date')) return 'time';
  return /^(Array|Map|Tuple|Nested|JSON|Object|Variant|Dynamic)/.test(inner) ? 'nested' : 'text';
}

/** The header is the first row; without a name of its own a column cannot be spoken of. */
async function withHeader(db: Database, file: DataFile, count: number): Promise<DataColumn[] | Refusal> {
  const bindings = new Bindings();
  const [header] = await db.query({
    name: 'file-header',
    sql: `SELECT * FROM ${fileTable(file, bindings, csvStructure(count))} LIMIT 1`,
    params: bindings.params,
    settings: { ...readSettings, max_threads: 1 },
    row: headerRow,
    timeoutMs: 120_000,
  });
  if (header === undefined) return refusal('file', 'is empty; give a header line and rows');
  const names = Array.from({ length: count }, (_, index) => header[`c${index}`] ?? '');
  if (names.length > 0) names[0] = (names[0] ?? '').replace(/^\uFEFF/, '');
  const unnamed = names.findIndex((name) => name === '');
  if (unnamed !== -1) return refusal('file', `column ${unnamed + 1} has no name in the header line`);
  return names.map((name, index) => ({ name, type: 'text', sql: `c${index}` }));
}

export const csvStructure = (count: number): string =>
  `'${Array.from({ length: count }, (_, index) => `c${index} Nullable(String)`).join(', ')}'`;

function checked(columns: DataColumn[]): DataColumn[] | Refusal {
  const names = columns.map(({ name }) => name);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.has(name) || !seen.add(name));
  return twice === undefined
    ? columns
    : refusal(twice, `column '${twice}' is there twice; rename one of them`);
}

/** unknownColumn: that a file lacks a column, with the nearest name that it has. */
export function unknownColumn(name: string, columns: readonly DataColumn[]): string {
  const names = columns.map((column) => column.name);
  const near = nearest(name, names);
  return near === undefined
    ? `there is no column '${name}'; the columns are ${names.slice(0, 20).join(', ')}`
    : `there is no column '${name}'; did you mean '${near}'?`;
}
