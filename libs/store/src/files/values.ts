import type { Feature } from '#libs/contracts';
import { parsedNumber, toCategory, toLabel, toNumber, toTimeMs } from '../baselines/conversions.js';
import type { DataColumn, DataFormat } from './data-file.js';

/** What CSV files of common tools write for a missing value; the other formats have a null of their own. */
const CSV_NULLS = ['', 'NA', 'N/A', '<NA>', 'NaN', 'nan', 'null', 'NULL', 'None', 'NaT'];

export const NO_TEXT = `CAST(NULL, 'Nullable(String)')`;

/** SQL of a column as Nullable(String), as it stands in the file. */
export function rawText({ sql, type, isString = false }: DataColumn, format: DataFormat): string {
  if (type === 'nested') return NO_TEXT;
  return format === 'csv' ? sql : `CAST(${isString ? sql : `toString(${sql})`}, 'Nullable(String)')`;
}

/** SQL of a raw text, NULL where the file says that there is none. */
export const filledText = (text: string, format: DataFormat): string =>
  format === 'csv' ? `if(${isNone(text, format)}, NULL, ${text})` : text;

/** SQL: the raw text says that there is no value. */
function isNone(text: string, format: DataFormat): string {
  if (format !== 'csv') return `isNull(${text})`;
  const nulls = `[${CSV_NULLS.map((none) => `'${none}'`).join(', ')}]`;
  return `(isNull(${text}) OR has(${nulls}, assumeNotNull(${text})))`;
}

/** SQL of a raw text as Float64: NaN where there is none, +Inf where it is no finite number. Most are numbers, and are asked nothing else. */
export function numberOfRaw(text: string, format: DataFormat): string {
  const number = parsedNumber(text);
  return `multiIf(isFinite(${number}), assumeNotNull(${number}), isNaN(${number}) OR ${isNone(text, format)}, nan, inf)`;
}

export const textOf = (column: DataColumn, format: DataFormat): string =>
  filledText(rawText(column, format), format);

/** Typed numbers and truth values need no text to be made of them. */
export const isTyped = ({ type }: DataColumn): boolean => type === 'number' || type === 'boolean';

/** SQL of a typed value as Float64: NaN where there is none, +Inf where it is no finite number. */
export const typedNumber = (value: string): string => `ifNull(if(isInfinite(${value}), inf, ${value}), nan)`;

/** The same of a column, from its value or from its text. */
export const numberOf = (column: DataColumn, text: string): string =>
  isTyped(column) ? typedNumber(`toFloat64(${column.sql})`) : toNumber(text);

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
