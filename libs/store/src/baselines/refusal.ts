import { StoreError } from '../client/index.js';

/** Why a file cannot be a baseline, for the person who sent it: the column (or `file`), and what to do. */
export type Refusal = { ok: false; field: string; message: string };

export const refusal = (field: string, message: string): Refusal => ({ ok: false, field, message });

/** ClickHouse's codes for "these bytes are not what they should be"; anything else is an outage or a bug. */
const FILE_CODES = new Set('6 25 26 27 32 33 38 41 53 69 72 117 130 131 349 636 661 707 1001'.split(' '));
const MAX_WORDS = 200;

type Case = { pattern: RegExp; refuse: (found: RegExpExecArray) => Refusal };

const cases: Case[] = [
  {
    pattern:
      /Requested type of column (.+?) doesn't match parquet schema: parquet type is (Array|Map|Tuple|Nested)/,
    refuse: ([, column = '', type = '']) =>
      refusal(
        column,
        `column '${column}' holds nested values (${type}); give it one plain value per row, or leave it out`,
      ),
  },
  {
    pattern:
      /Cannot parse JSON String value here: [[{].*?while reading the value of key (.+?)\): \(at row (\d+)/s,
    refuse: ([, column = '', row = '']) =>
      refusal(
        column,
        `column '${column}' holds nested values (row ${row}); give it one plain value per row, or leave it out`,
      ),
  },
  {
    pattern:
      /Duplicate field found while parsing JSONEachRow format: (.+?): .*?\(at row (\d+)|Duplicate field found.*?: (.+?):/s,
    refuse: ([, column = 'file', row = '']) =>
      refusal(
        column,
        `names '${column}' twice${row === '' ? '' : ` in row ${row}`}; every row may name a column once`,
      ),
  },
  {
    pattern: /Expected end of line.*?\(at row (\d+)\)/s,
    refuse: ([, row = '']) =>
      refusal(
        'file',
        `row ${row} has more fields than the header; put text that holds commas in double quotes`,
      ),
  },
  {
    pattern: /expected ',' (?:before: '\\n|at end of stream).*?\(at row (\d+)\)/s,
    refuse: ([, row = '']) =>
      refusal('file', `row ${row} has fewer fields than the header, or a double quote in it is never closed`),
  },
  {
    pattern: /Unexpected end of stream.*?\(at row (\d+)\)/s,
    refuse: ([, row = '']) => refusal('file', `ends in the middle of row ${row}; send it again as a whole`),
  },
];

/** refusalOf: the fault of the file that an error of ClickHouse reports; undefined when the file is not to blame. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof StoreError) || !FILE_CODES.has(error.code)) return undefined;
  const text = error.message;
  for (const { pattern, refuse } of cases) {
    const found = pattern.exec(text);
    if (found !== null) return refuse(found);
  }
  const words = /\(code \d+\): (.*)/s.exec(text)?.[1] ?? text;
  const row = /\(at row (\d+)\)/.exec(text)?.[1];
  const where = row === undefined ? '' : ` (row ${row})`;
  return refusal(
    'file',
    `cannot be read${where}: ${words.split('\n')[0]?.slice(0, MAX_WORDS) ?? ''}; check that it is whole and of the announced format`,
  );
}
