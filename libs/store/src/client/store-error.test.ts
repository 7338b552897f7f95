import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { StoreError, toStoreError } from './store-error.js';

const clickhouse = (code: string, type: string): ClickHouseError =>
  new ClickHouseError({ message: 'why', code, type });

test.each<[string, unknown, { retryable: boolean; code: string }]>([
  ['memory', clickhouse('241', 'MEMORY_LIMIT_EXCEEDED'), { retryable: true, code: '241' }],
  ['too many parts', clickhouse('252', 'TOO_MANY_PARTS'), { retryable: true, code: '252' }],
  ['a syntax error', clickhouse('62', 'SYNTAX_ERROR'), { retryable: false, code: '62' }],
  ['a wrong password', clickhouse('516', 'AUTHENTICATION_FAILED'), { retryable: false, code: '516' }],
  [
    'no listener',
    Object.assign(new Error(''), { code: 'ECONNREFUSED' }),
    { retryable: true, code: 'ECONNREFUSED' },
  ],
  ['a page of a proxy', new Error('<html>502 Bad Gateway</html>'), { retryable: true, code: '' }],
  ['a bug of ours', new TypeError('x is undefined'), { retryable: false, code: '' }],
  ['something that is no error', 'gone', { retryable: true, code: '' }],
])('%s', (_name, error, expected) => {
  const failure = toStoreError(error, 'some-query');
  expect(failure).toBeInstanceOf(StoreError);
  expect(failure).toMatchObject({ ...expected, query: 'some-query', cause: error });
  expect(failure.message).toMatch(/^some-query: ./);
});

test('a failure keeps its first name, and a long message ends', () => {
  const first = toStoreError(clickhouse('62', 'SYNTAX_ERROR'), 'inner');
  expect(toStoreError(first, 'outer')).toBe(first);
  expect(toStoreError(new Error('x'.repeat(10_000)), 'q').message.length).toBeLessThan(1_000);
});
