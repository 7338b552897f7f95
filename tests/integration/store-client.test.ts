import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { StoreError } from '#libs/store';
import { createDatabase, integer, RowBinary, type Database } from '../../libs/store/src/client/index.js';
import { freshConfig, freshDatabase, rowsOf } from './store-fixture.js';

let raw: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ raw, drop } = await freshDatabase());
});
afterAll(() => drop());

describe('RowBinary', () => {
  const columns = {
    u8: 'UInt8',
    flag: 'Bool',
    u16: 'UInt16',
    u32: 'UInt32',
    u64: 'UInt64',
    u128: 'UInt128',
    u256: 'UInt256',
    f: 'Array(Float64)',
    seconds: "DateTime('UTC')",
    ms: "Array(DateTime64(3, 'UTC'))",
    text: 'Array(String)',
    low: 'LowCardinality(String)',
    lows: 'Array(LowCardinality(String))',
    bytes: 'String',
    strings: 'Map(LowCardinality(String), String)',
    floats: 'Map(LowCardinality(String), Float64)',
    nothing: "Nullable(DateTime64(3, 'UTC'))",
    something: "Nullable(DateTime64(3, 'UTC'))",
    last: 'UInt32',
  };
  const texts = [
    '',
    'a',
    'é€😀',
    'x'.repeat(42),
    '€'.repeat(42),
    'y'.repeat(43),
    'z'.repeat(200),
    'ü'.repeat(9_000),
  ];
  const times = [0, 1, Date.UTC(2026, 3, 1, 1, 2, 3, 456), -1, Date.UTC(1901, 0, 1), Date.UTC(2261, 0, 1)];

  function writeRow(writer: RowBinary, at: number): void {
    writer.uint8(255);
    writer.bool(true);
    writer.uint16(65_535);
    writer.uint32(4_294_967_295);
    writer.uint64(2n ** 64n - 1n);
    writer.uint64(5n);
    writer.uint16(3);
    writer.uint48(2 ** 48 - 1);
    writer.uint64(1n);
    writer.uint64(2n);
    writer.uint48(3);
    writer.zeros(10);
    writer.float64Array([0, -0, 1.5, NaN, Infinity, -Infinity, 5e-324]);
    writer.dateTime(4_294_967_295_999);
    writer.length(times.length);
    for (const time of times) writer.dateTime64(time);
    writer.stringArray(texts);
    writer.string('low');
    writer.stringArray(['a', '\0', '\x01']);
    writer.rawString(Buffer.from([0, 255, 128]));
    writer.stringMap({ k: 'v', __proto__x: '' });
    writer.float64Map({ a: 0.25, b: NaN });
    writer.nullable(true);
    writer.nullable(false);
    writer.dateTime64(5);
    writer.uint32(at);
  }

  test('all types come back as they were, over many chunks', async () => {
    const names = Object.keys(columns);
    const definition = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    await raw.command({
      name: 'test',
      sql: `CREATE TABLE kinds (${definition.join(', ')}) ENGINE = MergeTree ORDER BY last`,
    });
    const writer = new RowBinary();
    const rows = 200;
    for (let at = 0; at < rows; at += 1) writeRow(writer, at);
    expect(writer.chunks().length).toBeGreaterThan(3);
    expect(writer.chunks().reduce((sum, { length }) => sum + length, 0)).toBe(writer.bytes);
    await raw.insertRowBinary({ table: 'kinds', columns: names, data: writer.chunks() });
    const [all] = await rowsOf(
      raw,
      `SELECT count() AS n, sum(last) AS sum, uniqExact(cityHash64(toString(tuple(${names.slice(0, -1).join(', ')})))) AS kinds FROM kinds`,
    );
    expect(all).toEqual({ n: String(rows), sum: String((rows * (rows - 1)) / 2), kinds: '1' });
    const [row] = await rowsOf(
      raw,
      `SELECT * REPLACE (hex(bytes) AS bytes, arrayMap(t -> toUnixTimestamp64Milli(t), ms) AS ms,
         toUnixTimestamp(seconds) AS seconds, toUnixTimestamp64Milli(something) AS something) FROM kinds LIMIT 1`,
    );
    expect(row).toMatchObject({
      u8: 255,
      flag: true,
      u16: 65_535,
      u32: 4_294_967_295,
      u64: String(2n ** 64n - 1n),
      u128: String(((2n ** 48n - 1n) << 80n) | (3n << 64n) | 5n),
      u256: String((3n << 128n) | (2n << 64n) | 1n),
      f: [0, -0, 1.5, 'nan', 'inf', '-inf', 5e-324],
      seconds: 4_294_967_295,
      ms: times.map(String),
      text: texts,
      low: 'low',
      lows: ['a', '\0', '\x01'],
      bytes: '00FF80',
      strings: { k: 'v', __proto__x: '' },
      floats: { a: 0.25, b: 'nan' },
      nothing: null,
      something: '5',
    });
  });
});

describe('failures', () => {
  const row = z.object({});

  test.each<{ name: string; act: () => Promise<unknown>; code: string; retryable: boolean; message: RegExp }>(
    [
      {
        name: 'a parameter of the wrong type',
        act: () => raw.query({ name: 'bad-param', sql: 'SELECT {a: UInt8}', params: { a: 'x' }, row }),
        code: '457',
        retryable: false,
        message: /^bad-param: ClickHouse refused with BAD_QUERY_PARAMETER/,
      },
      {
        name: 'a parameter that is missing',
        act: () => raw.query({ name: 'no-param', sql: 'SELECT {a: UInt8}', row }),
        code: '456',
        retryable: false,
        message: /^no-param: .*a/,
      },
      {
        name: 'an unknown table',
        act: () => raw.command({ name: 'no-table', sql: 'INSERT INTO nonesuch SELECT 1' }),
        code: '60',
        retryable: false,
        message: /nonesuch/,
      },
      {
        name: 'a query that takes too long',
        act: () => raw.query({ name: 'slow', sql: 'SELECT sleep(3)', timeoutMs: 200, row }),
        code: 'TIMEOUT',
        retryable: true,
        message: /^slow: no answer from ClickHouse within 200 ms/,
      },
      {
        name: 'memory',
        act: () =>
          raw.query({
            name: 'big',
            sql: 'SELECT groupArray(number) FROM numbers(10000000)',
            settings: { max_memory_usage: '1000000' },
            row,
          }),
        code: '241',
        retryable: true,
        message: /MEMORY_LIMIT/,
      },
      {
        name: 'rows of another shape',
        act: () => raw.query({ name: 'shape', sql: 'SELECT 1 AS a', row: z.object({ a: z.string() }) }),
        code: '',
        retryable: false,
        message: /^shape: .*another shape: a /,
      },
      {
        name: 'a server that is away',
        act: () => createDatabase({ ...freshConfig(), url: 'http://127.0.0.1:9' }).ping(),
        code: 'ECONNREFUSED',
        retryable: true,
        message: /no answer from ClickHouse \(ECONNREFUSED\)/,
      },
      {
        name: 'a database that is not there',
        act: () => createDatabase(freshConfig()).ping(),
        code: '81',
        retryable: false,
        message: /UNKNOWN_DATABASE/,
      },
      {
        name: 'a bad row in a stream',
        act: () =>
          raw.insertStream(
            { name: 'bad-row', sql: 'INSERT INTO schema_migrations (id, applied_at) FORMAT CSV' },
            Readable.from(['a,2026-01-01\n', 'b,never\n'], { objectMode: false }),
          ),
        code: '41',
        retryable: false,
        message: /^bad-row: /,
      },
    ],
  )('$name', async ({ act, code, retryable, message }) => {
    const error: unknown = await act().then(
      () => null,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code, retryable, message: expect.stringMatching(message) as string });
  });

  test('text reaches ClickHouse only as a value', async () => {
    const text = "'; DROP TABLE documents; -- \\ \n\t{a: String}";
    const [answer] = await raw.query({
      name: 'quoted',
      sql: 'SELECT {a: String} AS a, {b: Array(String)} AS b',
      params: { a: text, b: [text, text] },
      row: z.object({ a: z.string(), b: z.array(z.string()) }),
    });
    expect(answer).toEqual({ a: text, b: [text, text] });
  });

  test('an honest repetition of the same bytes is stored, also where ClickHouse would drop it', async () => {
    await raw.command({
      name: 'test',
      sql: 'CREATE TABLE repeated (x UInt8) ENGINE = MergeTree ORDER BY x SETTINGS non_replicated_deduplication_window = 100',
    });
    for (let time = 0; time < 3; time += 1) {
      const writer = new RowBinary();
      writer.uint8(1);
      await raw.insertRowBinary({ table: 'repeated', columns: ['x'], data: writer.chunks() });
      await raw.command({ name: 'repeat', sql: 'INSERT INTO repeated SELECT 1' });
    }
    const [count] = await raw.query({
      name: 'count',
      sql: 'SELECT count() AS n FROM repeated',
      row: z.object({ n: integer }),
    });
    expect(count?.n).toBe(6);
  });
});
