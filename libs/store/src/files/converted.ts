import type { Bindings } from '../segments/bindings.js';
import { csvStructure, fileTable, type DataColumn, type DataFile } from './data-file.js';
import { featureArrays } from './feature-arrays.js';
import { classOf, textOf } from '../reading/values-sql.js';
import type { DataRowsInput } from './rows-input.js';
import { convertedNumber, rawText, timeOf } from './values.js';

/** hasRowNumbers: that the engine tells the place of a row; where the file has a column of that name, rows are counted as they come. */
export const hasRowNumbers = ({ format, columns }: DataFile): boolean =>
  format === 'parquet' && !columns.includes('_row_number');

/**
 * convertedSql: rows of a file with their values converted: `row`, `id`, `time_ms` and the columns of `predictions` that a file can fill.
 * Names of the file are spoken of by place, and with the table in front, so that none of them can be mistaken for one of ours.
 */
export function convertedSql(input: DataRowsInput, bindings: Bindings): string {
  const { file, columns, parts, readings } = input;
  const structure = file.format === 'csv' ? csvStructure(columns.length) : undefined;
  const byName = new Map(columns.map((column) => [column.name, { ...column, sql: `s.${column.sql}` }]));
  const used = Object.values(parts).flatMap((name) => (name === undefined ? [] : (byName.get(name) ?? [])));
  const part = (
    name: string | undefined,
    convert: (column: DataColumn, text: string) => string,
    none: string,
  ): string => {
    const at = used.findIndex((column) => column.name === name);
    const column = used[at];
    return column === undefined ? none : convert({ ...column, sql: `f${at}` }, `t${at}`);
  };
  const classed = ({ name }: DataColumn, text: string): string => classOf(text, readings?.get(name));
  const finite = (column: DataColumn, text: string): string => {
    const { element, convert } = convertedNumber(column, file.format, readings?.get(column.name));
    const number = convert(column.type === 'text' || column.type === 'nested' ? text : element);
    return `if(isInfinite(${number}), nan, ${number})`;
  };
  const arrays = featureArrays({
    ...input,
    format: file.format,
    column: (name) => byName.get(name),
    timeMs: parts.time === undefined ? null : 'time_ms',
  });
  const row = hasRowNumbers(file) ? 's._row_number' : 'rowNumberInAllBlocks()';
  const raw =
    `SELECT ${[`${row} AS row`, ...used.map(({ sql }, at) => `${sql} AS f${at}`), ...arrays.raw].join(', ')} ` +
    `FROM ${fileTable(file, bindings, structure)} AS s`;
  const body = file.format === 'csv' ? `SELECT * FROM (${raw}) WHERE row > 0` : raw;
  const texts = used.map((column, at) => `${rawText({ ...column, sql: `f${at}` }, file.format)} AS t${at}`);
  const read = `SELECT ${['*', ...texts].join(', ')} FROM (${body})`;
  const timed = `SELECT *, ${part(parts.time, (column, text) => timeOf(column, text, readings?.get(column.name)), `CAST(NULL, 'Nullable(Int64)')`)} AS time_ms FROM (${read})`;
  return (
    `SELECT assumeNotNull(row) AS row, ${part(parts.id, (_, text) => `ifNull(${textOf(text)}, '')`, `''`)} AS given_id, time_ms, ` +
    `${arrays.num} AS num, ${arrays.cat} AS cat, ${part(parts.predictionLabel, classed, `''`)} AS label, ` +
    `${part(parts.score, finite, 'nan')} AS score, ${part(parts.value, finite, 'nan')} AS value, ` +
    `${part(parts.label, classed, `''`)} AS truth, ${arrays.explained} AS explained FROM (${timed})`
  );
}
