import type { ClickHouseSettings } from '@clickhouse/client';

export type BaselineFormat = 'csv' | 'jsonl' | 'parquet';

/** How a file becomes rows of texts inside ClickHouse, whatever its format. */
export type FileInput = {
  /** SQL of the table function; `FORMAT` goes at the end of the statement. */
  from: string;
  format: string;
  /** SQL of a column's value as Nullable(String): NULL where the file says that there is none. */
  text: (column: string) => string;
  settings: ClickHouseSettings;
};

/** What CSV files of common tools write for a missing value; the other formats have a null of their own. */
const CSV_NULLS = ['', 'NA', 'N/A', '<NA>', 'NaN', 'nan', 'null', 'NULL', 'None'];

/** A quoted identifier in which every byte that is no letter, digit or underscore is written as its code. */
const identifier = (name: string): string =>
  `\`${[...Buffer.from(name)].map((byte) => escapeByte(byte)).join('')}\``;

function escapeByte(byte: number): string {
  const letter = String.fromCharCode(byte);
  return /\w/.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** The same inside a string literal. */
const inLiteral = (text: string): string => text.replaceAll('\\', '\\\\');

const structure = (columns: readonly string[], type: string): string =>
  `input('${columns.map((column) => inLiteral(`${identifier(column)} ${type}`)).join(', ')}')`;

/** fileInput: `columns` are all of the file in order, `used` those whose values are asked for (at least one). */
export function fileInput(
  format: BaselineFormat,
  columns: readonly string[],
  used: readonly string[],
): FileInput {
  switch (format) {
    case 'csv':
      return csvInput(columns);
    case 'jsonl':
      return {
        from: structure(used, 'Nullable(String)'),
        format: 'JSONEachRow',
        text: identifier,
        settings: {
          input_format_skip_unknown_fields: 1,
          input_format_json_read_numbers_as_strings: 1,
          input_format_json_read_bools_as_strings: 1,
          input_format_json_read_arrays_as_strings: 0,
          input_format_json_read_objects_as_strings: 0,
        },
      };
    case 'parquet':
      return {
        // Dynamic keeps the file's own type, so that a Float32 becomes the Float64 that it is and not the digits it prints as.
        from: structure(used, 'Dynamic'),
        format: 'Parquet',
        text: (column) => {
          const value = identifier(column);
          return `if(dynamicType(${value}) = 'Float32', toString(toFloat64(dynamicElement(${value}, 'Float32'))), CAST(${value}, 'Nullable(String)'))`;
        },
        settings: { input_format_parquet_case_insensitive_column_matching: 0 },
      };
  }
}

/** By position, since the header was read before. */
function csvInput(columns: readonly string[]): FileInput {
  const nulls = `[${CSV_NULLS.map((text) => `'${text}'`).join(', ')}]`;
  return {
    from: `input('${columns.map((_, index) => `c${index} Nullable(String)`).join(', ')}')`,
    format: 'CSV',
    text: (column) => {
      const value = `c${columns.indexOf(column)}`;
      return `if(has(${nulls}, assumeNotNull(${value})), NULL, ${value})`;
    },
    settings: {
      input_format_csv_skip_first_lines: '1',
      input_format_csv_allow_variable_number_of_columns: 0,
      format_csv_delimiter: ',',
    },
  };
}
