import { expect, test } from 'vitest';
import { StoreError } from '../client/index.js';
import { toStoreError } from '../client/store-error.js';
import { refusalOf } from './refusal.js';

const failed = (code: string, message: string): StoreError =>
  toStoreError(Object.assign(new Error(message), { type: 'X', code }), 'baseline-insert');

test.each([
  {
    name: 'nested Parquet',
    error: failed(
      '53',
      "Requested type of column my col doesn't match parquet schema: parquet type is Map, requested type is Nullable(String)",
    ),
    expected: {
      field: 'my col',
      message: "column 'my col' holds nested values (Map); give it one plain value per row, or leave it out",
    },
  },
  {
    name: 'a row that is too short',
    error: failed('27', String.raw`Cannot parse input: expected ',' before: '\n': (at row 2)`),
    expected: {
      field: 'file',
      message: 'row 2 has fewer fields than the header, or a double quote in it is never closed',
    },
  },
  {
    name: 'a date beyond the days of the engine',
    error: failed(
      '321',
      'Input value 2932896 is out of allowed Date32 range, which is [-25567, 120530]: read stage: ColumnData: column: valid_to: (in file/uri b.parquet): While executing',
    ),
    expected: {
      field: 'valid_to',
      message: "column 'valid_to' holds dates before 1900 or after 2299; write them as texts, or as null",
    },
  },
  {
    name: 'an unknown error with a column and a row',
    error: failed(
      '9999',
      "Cannot read JSON field here: '?': (while reading the value of key my col): (at row 7)",
    ),
    expected: {
      field: 'my col',
      message:
        "column 'my col' holds values that cannot be read (row 7); write plain numbers, texts or ISO times, or leave it out",
    },
  },
  {
    name: 'an unknown error, without a word of the engine',
    error: failed('117', 'Parquet file too short: 0 bytes: While executing\nmore'),
    expected: {
      field: 'file',
      message: 'cannot be read: it is damaged, or not what its format says; write it again',
    },
  },
])('$name', ({ error, expected }) => {
  expect(refusalOf(error)).toEqual({ ok: false, ...expected });
});

test.each([
  { name: 'memory', error: failed('241', 'Memory limit exceeded') },
  { name: 'a time limit', error: failed('159', 'Timeout exceeded') },
  { name: 'a full disk', error: failed('243', 'Cannot reserve 1 MiB, not enough space') },
  { name: 'a disk that fails', error: failed('75', 'Cannot write to file') },
  { name: 'a statement of ours', error: failed('62', 'Syntax error') },
  {
    name: 'the network',
    error: new StoreError('no answer', { query: 'q', retryable: true, code: 'ECONNRESET' }),
  },
  { name: 'another error', error: new Error('(at row 2)') },
])('$name is not the fault of the file', ({ error }) => {
  expect(refusalOf(error)).toBeUndefined();
});
