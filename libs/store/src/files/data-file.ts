import { z } from 'zod';
import { nearest } from '#libs/platform';
import { identifier, textsOf } from '../baselines/file-input.js';
import { refusal, type Refusal } from '../baselines/refusal.js';
import type { Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { fileFault, type DataFormat, type FileForm } from './form/file-form.js';

export type { DataFormat } from './form/file-form.js';

/** A file on this machine as it is read. Its path holds neither globs nor anything else that a table function reads a meaning into. */
export type DataFile = Pick<FileForm, 'path' | 'format' | 'bytes' | 'columns' | 'nested'>;

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
  // Of columns that hold plain values, single ones may be lists or objects: these are texts that are no numbers.
  input_format_json_read_arrays_as_strings: 1,
  input_format_json_read_objects_as_strings: 1,
  input_format_json_max_depth: 1_000,
  // A date beyond the days that the engine knows is the nearest of them; the form of the file says so.
  date_time_overflow_behavior: 'saturate',
  input_format_parquet_preserve_order: 1,
  schema_inference_make_columns_nullable: 1,
  // One line may be long; it is memory that bounds it.
  input_format_max_bytes_to_read_for_schema_inference: '1000000000',
} as const;

const describedRow = z.object({ name: z.string(), type: z.string() });

/** SQL of the file as a table function; rows of JSON are read as the texts of its columns. */
export const fileTable = (
  { path, format, columns, nested }: DataFile,
  bindings: Bindings,
  structure = format === 'jsonl' ? jsonStructure(columns, nested) : undefined,
): string =>
  `file(${bindings.text(path)}, '${FORMAT_NAMES[format]}'${structure === undefined ? '' : `, ${structure}`})`;

/** Where every column is nested one is named nevertheless, since rows without columns cannot be counted. */
function jsonStructure(columns: readonly string[], nested: DataFile['nested']): string {
  const plain = columns.filter((name) => !nested.has(name));
  return textsOf(plain.length === 0 ? columns.slice(0, 1) : plain);
}

/** dataColumns: names and types of the columns of a file, or why it cannot be read. */
export async function dataColumns(db: Database, file: DataFile): Promise<DataColumn[] | Refusal> {
  try {
    return checked(file.format === 'parquet' ? await describe(db, file) : textColumns(file));
  } catch (error) {
    return fileFault(error, file);
  }
}

/** Columns of texts: of CSV by their place, of JSON by their name. */
const textColumns = ({ format, columns, nested }: DataFile): DataColumn[] =>
  columns.map((name, index) => {
    if (format === 'csv') return { name, type: 'text', sql: `c${index}` };
    return nested.has(name)
      ? { name, type: 'nested', sql: 'NULL' }
      : { name, type: 'text', sql: identifier(name), isString: true };
  });

async function describe(db: Database, file: DataFile): Promise<DataColumn[]> {
  const bindings = new Bindings();
  const rows = await db.query({
    name: 'file-describe',
    sql: `DESCRIBE TABLE ${fileTable(file, bindings)}`,
    params: bindings.params,
    settings: readSettings,
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
