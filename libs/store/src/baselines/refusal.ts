import { StoreError } from '../client/index.js';

/** Why a file cannot be a baseline, for the person who sent it: the column (or `file`), and what to do. */
export type Refusal = { ok: false; field: string; message: string };

export const refusal = (field: string, message: string): Refusal => ({ ok: false, field, message });

/**
 * Codes that say nothing of the file: statements of ours that are wrong, rights, and disks. With those of outages and overload, which
 * {@link StoreError} knows, they are the only errors of a statement that reads a file for which the file is not to blame.
 */
const NOT_THE_FILE = new Set(
  '42 43 46 47 48 50 60 62 63 73 74 75 76 81 107 115 164 192 193 194 291 452 497 516'.split(' '),
);
/** Read errors that an outage shares with a file that is cut off. */
const CUT_OFF = '33';

type Case = { pattern: RegExp; refuse: (found: RegExpExecArray) => Refusal };

const cases: Case[] = [
  {
    pattern: /out of allowed Date(?:32|Time64)? range.*?column: (.+?): \(in file/s,
    refuse: ([, column = 'file']) =>
      refusal(
        column,
        `column '${column}' holds dates before 1900 or after 2299; write them as texts, or as null`,
      ),
  },
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
    pattern: /(?:Unexpected end of stream|at end of stream).*?\(at row (\d+)\)/s,
    refuse: ([, row = '']) => refusal('file', `ends in the middle of row ${row}; send it again as a whole`),
  },
];

const isOfTheFile = ({ code, retryable }: StoreError): boolean =>
  /^\d+$/.test(code) && !NOT_THE_FILE.has(code) && (!retryable || code === CUT_OFF);

const COLUMN = [
  /while reading the value of key (.+?)\)?: \(at row/s,
  /Unexpected symbol .*? for key (.+?): \(at row/s,
  /read stage: \w+: column: (.+?): \(in file/s,
  /While executing .*?column (?:name )?'?(.+?)'?[:,]/s,
];

/** refusalOf: the fault of the file that an error of ClickHouse reports, in words of ours; undefined when the file is not to blame. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof StoreError) || !isOfTheFile(error)) return undefined;
  const text = error.message;
  for (const { pattern, refuse } of cases) {
    const found = pattern.exec(text);
    if (found !== null) return refuse(found);
  }
  const row = /\(at row (\d+)\)/.exec(text)?.[1];
  const where = row === undefined ? '' : ` (row ${row})`;
  const column = COLUMN.map((pattern) => pattern.exec(text)?.[1]).find((name) => name !== undefined);
  return column === undefined
    ? refusal('file', `cannot be read${where}: it is damaged, or not what its format says; write it again`)
    : refusal(
        column,
        `column '${column}' holds values that cannot be read${where}; write plain numbers, texts or ISO times, or leave it out`,
      );
}
