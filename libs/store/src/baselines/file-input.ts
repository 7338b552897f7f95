import type { ClickHouseSettings } from '@clickhouse/client';

import type { DataFormat } from '../files/form/file-form.js';

/** How a file becomes rows of texts inside ClickHouse, whatever its format. */
export type FileInput = {
  /** SQL of the table function; `FORMAT` goes at the end of the statement. */
  from: string;
  /** SQL of a string literal: names and types of what is read. */
  structure: string;
  format: string;
  /** SQL of a column's value as Nullable(String), as it stands in the file. */
  text: (column: string) => string;
  settings: ClickHouseSettings;
};

/** A quoted identifier in which every byte that is no letter, digit or underscore is written as its code. */
export const identifier = (name: string): string =>
  `\`${[...Buffer.from(name)].map((byte) => escapeByte(byte)).join('')}\``;

function escapeByte(byte: number): string {
  const letter = String.fromCharCode(byte);
  return /\w/.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** A column of the file that comes with a statement. */
const column = (name: string): string => `s.${identifier(name)}`;

/** The same inside a string literal. */
const inLiteral = (text: string): string => text.replaceAll('\\', '\\\\');

const structureOf = (columns: readonly { name: string; type: string }[]): string =>
  `'${columns.map(({ name, type }) => inLiteral(`${identifier(name)} ${type}`)).join(', ')}'`;

/** textsOf: SQL of a structure in which every column is a text. */
export const textsOf = (columns: readonly string[]): string =>
  structureOf(columns.map((name) => ({ name, type: 'Nullable(String)' })));

/** The rows that come with a statement. */
const sent = (structure: string): { from: string; structure: string } => ({
  // A name of its own, so that columns of the file are never taken for those that a statement makes.
  from: `input(${structure}) AS s`,
  structure,
});

/** A file to read: all of its columns in order, and those whose values are asked for (at least one). */
export type FileShape = {
  format: DataFormat;
  columns: readonly string[];
  used: readonly string[];
  /** Of Parquet: columns of single precision; see {@link singlePrecision}. */
  float32?: ReadonlySet<string>;
};

/** fileInput: reads every column as text. */
export function fileInput({ format, columns, used, float32 = new Set() }: FileShape): FileInput {
  switch (format) {
    case 'csv':
      return csvInput(columns);
    case 'jsonl':
      return {
        ...sent(textsOf(used)),
        format: 'JSONEachRow',
        text: column,
        settings: {
          input_format_skip_unknown_fields: 1,
          input_format_json_read_numbers_as_strings: 1,
          input_format_json_read_bools_as_strings: 1,
          input_format_json_read_arrays_as_strings: 1,
          input_format_json_read_objects_as_strings: 1,
          input_format_json_max_depth: 1_000,
        },
      };
    case 'parquet':
      return {
        ...sent(
          structureOf(
            used.map((name) => ({
              name,
              type: float32.has(name) ? 'Nullable(Float64)' : 'Nullable(String)',
            })),
          ),
        ),
        format: 'Parquet',
        text: (name) => (float32.has(name) ? `toString(${column(name)})` : column(name)),
        settings: {
          input_format_parquet_case_insensitive_column_matching: 0,
          input_format_parquet_preserve_order: 1,
          // A date beyond the engine's years is its last one, and is read as such.
          date_time_overflow_behavior: 'saturate',
        },
      };
  }
}

/** typesInput: reads the columns of a Parquet file under their own types, for asking what these are. */
export function typesInput(columns: readonly string[]): { from: string; types: string[] } {
  const structure = structureOf(columns.map((name) => ({ name, type: 'Dynamic' })));
  // Under a name of its own the table would not be asked as Dynamic.
  return { from: `input(${structure})`, types: columns.map((name) => `dynamicType(${identifier(name)})`) };
}

/** By position, since the header was read before. */
function csvInput(columns: readonly string[]): FileInput {
  return {
    ...sent(`'${columns.map((_, index) => `c${index} Nullable(String)`).join(', ')}'`),
    format: 'CSV',
    text: (column) => `s.c${columns.indexOf(column)}`,
    settings: {
      input_format_csv_skip_first_lines: '1',
      input_format_csv_allow_variable_number_of_columns: 0,
      format_csv_delimiter: ',',
    },
  };
}
