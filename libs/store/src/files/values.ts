import type { Feature } from '#libs/contracts';
import { isBoolean, isNumber, toCategory, toLabel, toNumber, toTimeMs } from '../baselines/conversions.js';
import type { DataColumn, DataFormat } from './data-file.js';

/** What CSV files of common tools write for a missing value; the other formats have a null of their own. */
const CSV_NULLS = ['', 'NA', 'N/A', '<NA>', 'NaN', 'nan', 'null', 'NULL', 'None', 'NaT'];

/** SQL of a column as Nullable(String), NULL where the file says that there is none. */
export function textOf({ sql, type }: DataColumn, format: DataFormat): string {
  if (type === 'nested') return `CAST(NULL, 'Nullable(String)')`;
  if (format !== 'csv') return `CAST(toString(${sql}), 'Nullable(String)')`;
  const nulls = `[${CSV_NULLS.map((text) => `'${text}'`).join(', ')}]`;
  return `if(isNull(${sql}) OR has(${nulls}, assumeNotNull(${sql})), NULL, ${sql})`;
}

/** SQL of a column as Float64: NaN where there is none, +Inf where it is no finite number. */
export function numberOf(column: DataColumn, text: string): string {
  const { sql, type } = column;
  return type === 'number' || type === 'boolean'
    ? `ifNull(if(isInfinite(toFloat64(${sql})), inf, toFloat64(${sql})), nan)`
    : toNumber(text);
}

/** Whole numbers are written 1 by one tool and 1.0 by another: both are the same class. */
const plainNumber = (text: string): string => `replaceRegexpOne(${text}, '^(-?[0-9]+)[.]0+$', '\\\\1')`;

/** SQL of a column as a category with the markers of null and invalid; `numbers` says that its texts may be numbers. */
export const categoryOf = (text: string, type: Feature['type'], numbers: boolean): string =>
  toCategory(numbers ? plainNumber(text) : text, type);

export const labelOf = (text: string): string => toLabel(plainNumber(text));

/** SQL of a column as milliseconds since the epoch, NULL where it is no time. */
export function timeOf({ sql, type }: DataColumn, text: string): string {
  if (type !== 'time') return toTimeMs(text);
  return `CAST(toUnixTimestamp64Milli(toDateTime64(${sql}, 3, 'UTC')), 'Nullable(Int64)')`;
}

export { isBoolean, isNumber };
