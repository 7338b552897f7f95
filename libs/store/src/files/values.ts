import type { Feature, Reading } from '#libs/contracts';
import { instantOfTyped, MS_OF_DAY, rowTimeOf } from '../reading/times-sql.js';
import { ageOf, numberOf, storedOf, typedNumber } from '../reading/values-sql.js';
import type { DataColumn, DataFormat } from './data-file.js';

export const NO_TEXT = `CAST(NULL, 'Nullable(String)')`;

/** SQL of a column as Nullable(String), as it stands in the file. */
export function rawText({ sql, type, isString = false }: DataColumn, format: DataFormat): string {
  if (type === 'nested') return NO_TEXT;
  return format === 'csv' ? sql : `CAST(${isString ? sql : `toString(${sql})`}, 'Nullable(String)')`;
}

/** Typed numbers and truth values need no text to be made of them. */
const isTyped = ({ type }: DataColumn): boolean => type === 'number' || type === 'boolean';

/** A value as it is taken from the file, and SQL of what a row holds of it. Values of one rule are converted by the same SQL. */
export type Converted = { element: string; convert: (value: string) => string; rule: string };

/** convertedNumber: of a column that is read as numbers. */
export function convertedNumber(
  column: DataColumn | undefined,
  format: DataFormat,
  reading?: Reading,
): Converted {
  const rule = JSON.stringify(reading ?? {});
  if (column !== undefined && isTyped(column))
    return {
      element: `toFloat64(${column.sql})`,
      convert: (value) => typedNumber(value, reading),
      rule: `typed ${rule}`,
    };
  const element = column === undefined ? NO_TEXT : rawText(column, format);
  return { element, convert: (value) => numberOf(value, reading), rule: `number ${rule}` };
}

/** convertedFeature: of the column of a feature; `timeMs` is SQL of the time of the row, null where rows have none. */
export function convertedFeature(
  column: DataColumn | undefined,
  feature: Pick<Feature, 'type' | 'reading'>,
  { format, timeMs }: { format: DataFormat; timeMs: string | null },
): Converted {
  const { type, reading } = feature;
  if (type === 'numeric') return convertedNumber(column, format, reading);
  const rule = `${type === 'identifier' ? 'categorical' : type} ${JSON.stringify(reading ?? {})}`;
  if (column?.type === 'time' && (type === 'timestamp' || type === 'time_of_day'))
    return {
      element: instantOfTyped(column.sql),
      convert: (value) =>
        type === 'timestamp'
          ? timeMs === null
            ? 'toFloat64(nan)'
            : ageOf(`ifNull(${value}, nan)`, timeMs)
          : `ifNull(positiveModulo(${value}, ${MS_OF_DAY}) / 3600000, nan)`,
      rule: `typed ${rule}`,
    };
  const element = column === undefined ? NO_TEXT : rawText(column, format);
  return { element, convert: (value) => storedOf(value, feature, timeMs), rule };
}

/** SQL of a column as milliseconds since the epoch: when a row happened; NULL where it is no time. */
export function timeOf({ sql, type }: DataColumn, text: string, reading?: Reading): string {
  if (type !== 'time') return rowTimeOf(text, reading);
  return `CAST(toUnixTimestamp64Milli(toDateTime64(${sql}, 3, 'UTC')), 'Nullable(Int64)')`;
}
