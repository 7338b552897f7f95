import { expect, test } from 'vitest';
import { StoreError } from '../client/index.js';
import { refusalOf } from './refusal.js';

const failed = (code: string, message: string): StoreError =>
  new StoreError(`ClickHouse refused with X (code ${code}): ${message}`, {
    query: 'baseline-insert',
    retryable: false,
    code,
  });

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
    name: 'anything else about the file, in ClickHouse’s words',
    error: failed('117', 'Parquet file too short: 0 bytes: While executing\nmore'),
    expected: {
      field: 'file',
      message:
        'cannot be read: Parquet file too short: 0 bytes: While executing; check that it is whole and of the announced format',
    },
  },
])('$name', ({ error, expected }) => {
  expect(refusalOf(error)).toEqual({ ok: false, ...expected });
});

test.each([
  { name: 'memory', error: failed('241', 'Memory limit exceeded') },
  { name: 'a statement of ours', error: failed('62', 'Syntax error') },
  {
    name: 'the network',
    error: new StoreError('no answer', { query: 'q', retryable: true, code: 'ECONNRESET' }),
  },
  { name: 'another error', error: new Error('(at row 2)') },
])('$name is not the fault of the file', ({ error }) => {
  expect(refusalOf(error)).toBeUndefined();
});
