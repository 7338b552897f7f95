import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Feature } from '#libs/contracts';
import { createStore, judgeColumn, type Store } from '#libs/store';
import type { BaselineColumns, BaselineInsert } from '../../libs/store/src/baselines/index.js';
import { freshDatabase, HOUR_MS, rowsOf } from './store-fixture.js';

const fresh = await freshDatabase();
const { raw } = fresh;
const store: Store = createStore(fresh.config);
afterAll(async () => {
  await store.close();
  await fresh.drop();
});

const FEATURES: Feature[] = [
  { name: 'distance (km)', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
  { name: 'member', type: 'boolean', role: 'input' },
  { name: 'delay', type: 'numeric', role: 'context' },
];

let origin: string;
let origins = 0;
beforeEach(() => {
  origin = `baseline:${origins++}`;
});

type File = {
  format?: BaselineInsert['format'];
  fileColumns?: string[];
  nested?: BaselineInsert['nested'];
  columns?: BaselineColumns;
  features?: Feature[];
  content: string | Buffer;
};

const headerOf = (content: string | Buffer): string[] =>
  content.toString().split(/\r?\n/)[0]?.split(',') ?? [];

const insert = ({ format = 'csv', content, ...file }: File) =>
  store.baselines.insert({
    project: 'p',
    model: 'm',
    version: '1',
    origin,
    features: file.features ?? FEATURES,
    schema: 3,
    columns: file.columns ?? { tags: {} },
    format,
    fileColumns: file.fileColumns ?? headerOf(content),
    ...(file.nested !== undefined && { nested: file.nested }),
    bucketMs: HOUR_MS,
    file: () => Readable.from([Buffer.from(content)], { objectMode: false }),
  });

const storedRows = (select = 'id, num, cat'): Promise<Record<string, unknown>[]> =>
  rowsOf(raw, `SELECT ${select} FROM predictions WHERE origin = '${origin}' ORDER BY row_version`);

const HEADER = 'distance (km),origin,member,delay';

describe('conversion', () => {
  test('CSV: numbers exactly, what is missing as null, what is wrong as invalid with its text', async () => {
    const lines = [
      '0.1,ATL,true,5',
      '0.30000000000000004,"a ""quoted"", one",False,',
      'NA,,NaN,1e-320',
      'far, LAX ,maybe,Infinity',
      '-1e5,NULL,1,0x1F',
    ];
    const result = await insert({ content: `${HEADER}\r\n${lines.join('\r\n')}\r\n` });
    expect(result).toEqual({
      ok: true,
      rows: 5,
      hasTime: false,
      hasLabels: false,
      hasAttributions: false,
      warnings: [
        "column 'distance (km)': 1 of 5 values are not a number and count as invalid; the first is 'far' in row 4",
        "column 'member': 1 of 5 values are not true or false and count as invalid; the first is 'maybe' in row 4",
        "column 'delay': 2 of 5 values are not a number and count as invalid; the first is 'Infinity' in row 4",
      ],
    });
    expect(
      await storedRows(
        'id, num, cat, invalid, toUnixTimestamp(bucket) AS bucket, schema, toUnixTimestamp(expires) AS expires',
      ),
    ).toEqual(
      [
        { id: '0', num: [0.1, 5], cat: ['ATL', 'true'], invalid: {} },
        { id: '1', num: [0.30000000000000004, 'nan'], cat: ['a "quoted", one', 'false'], invalid: {} },
        { id: '2', num: ['nan', 1e-320], cat: ['\0', '\0'], invalid: {} },
        {
          id: '3',
          num: ['inf', 'inf'],
          cat: ['LAX', '\x01'],
          invalid: { 'distance (km)': 'far', member: 'maybe', delay: 'Infinity' },
        },
        { id: '4', num: [-1e5, 'inf'], cat: ['\0', 'true'], invalid: { delay: '0x1F' } },
      ].map((row) => ({ ...row, bucket: 0, schema: 3, expires: 4_294_967_295 })),
    );
  });

  test('JSON lines: null and empty text are missing, a key may be, and a category may be NA', async () => {
    const lines = [
      {
        'distance (km)': 0.30000000000000004,
        origin: 'NA',
        member: true,
        delay: 9007199254740992,
        other: { a: [1] },
      },
      { 'distance (km)': null, origin: '', member: null },
      { origin: 'Zürich 東京', 'distance (km)': -0.1, member: 'x' },
    ];
    const result = await insert({
      format: 'jsonl',
      fileColumns: ['distance (km)', 'origin', 'member', 'delay', 'other'],
      content: lines.map((line) => `${JSON.stringify(line)}\n`).join('\n'),
    });
    expect(result).toMatchObject({
      ok: true,
      rows: 3,
      warnings: [
        expect.stringContaining("'member'"),
        expect.stringContaining("'delay'"),
        "column 'other' is no feature and was left out",
      ],
    });
    expect(await storedRows()).toEqual([
      { id: '0', num: [0.30000000000000004, 9007199254740992], cat: ['NA', 'true'] },
      { id: '1', num: ['nan', 'nan'], cat: ['\0', '\0'] },
      { id: '2', num: [-0.1, 'nan'], cat: ['Zürich 東京', '\x01'] },
    ]);
  });

  test('Parquet: every numeric type comes as the number that it is', async () => {
    const content = await parquet(
      `SELECT if(number = 2, NULL, toFloat32(0.1 + number)) AS f32, 0.1 + number / 3 AS f64, toInt64(9007199254740991 - number) AS i64, toDecimal64(1.25, 2) AS dec, ` +
        `if(number = 1, NULL, toUInt8(number)) AS u8, if(number = 0, nan, 1.5) AS hole, number = 1 AS yes, toNullable('t' || toString(number)) AS s, ` +
        `toDateTime64('2026-01-02 03:04:05.678', 3, 'UTC') + number AS at, [1] AS nested FROM numbers(3)`,
    );
    const numeric = ['f32', 'f64', 'i64', 'dec', 'u8', 'hole'].map((name): Feature => ({
      name,
      type: 'numeric',
      role: 'input',
    }));
    const features: Feature[] = [
      ...numeric,
      { name: 's', type: 'categorical', role: 'input' },
      { name: 'yes', type: 'boolean', role: 'input' },
    ];
    const file = {
      format: 'parquet' as const,
      content,
      features,
      fileColumns: [...features.map(({ name }) => name), 'at', 'nested'],
    };
    expect(await insert({ ...file, columns: { time: 'at', tags: {} } })).toMatchObject({
      ok: true,
      rows: 3,
      hasTime: true,
    });
    expect(
      await storedRows('num, cat, toUnixTimestamp64Milli(time) AS ms, toUnixTimestamp(bucket) AS bucket'),
    ).toEqual(
      [0, 1, 2].map((n) => ({
        num: [
          n === 2 ? 'nan' : Math.fround(0.1 + n),
          0.1 + n / 3,
          9007199254740991 - n,
          1.25,
          n === 1 ? 'nan' : n,
          n === 0 ? 'nan' : 1.5,
        ],
        cat: [`t${n}`, n === 1 ? 'true' : 'false'],
        ms: String(Date.UTC(2026, 0, 2, 3, 4, 5 + n, 678)),
        bucket: Date.UTC(2026, 0, 2, 3) / 1_000,
      })),
    );
    const nested: Feature = { name: 'nested', type: 'categorical', role: 'input' };
    expect(await insert({ ...file, features: [nested] })).toEqual({
      ok: false,
      field: 'nested',
      message:
        "column 'nested' holds nested values (Array); give it one plain value per row, or leave it out",
    });
  });

  test('ids, times, predictions, labels and tags come from the columns that were named', async () => {
    const result = await insert({
      features: [{ name: 'x', type: 'numeric', role: 'input' }],
      columns: {
        id: 'key',
        time: 'when',
        label: 'truth',
        predictionLabel: 'said',
        score: 'p',
        value: 'v',
        labelValue: 'w',
        tags: { region: 'r', "t'g": 'x' },
      },
      content:
        'key,when,truth,said,p,v,w,r,x\n' +
        'a,2026-01-31T12:30:00.5+01:00,late,punctual,0.25,7,8,south,1\n' +
        'b,1767225600,,late,high,,,,2\n' +
        'c,1767225600123,late,,,,,north,NA\n',
    });
    expect(result).toMatchObject({
      ok: true,
      rows: 3,
      hasTime: true,
      hasLabels: true,
      warnings: ["column 'p': 1 of 3 values are not numbers and were left out; the first is 'high' in row 2"],
    });
    expect(
      await storedRows(
        'id, toUnixTimestamp64Milli(time) AS ms, toUnixTimestamp(bucket) AS s, truth, label, score, value, truth_value, tags',
      ),
    ).toEqual([
      {
        id: 'a',
        ms: String(Date.UTC(2026, 0, 31, 11, 30, 0, 500)),
        s: Date.UTC(2026, 0, 31, 11) / 1_000,
        truth: 'late',
        label: 'punctual',
        score: 0.25,
        value: 7,
        truth_value: 8,
        tags: { region: 'south', "t'g": '1' },
      },
      {
        id: 'b',
        ms: '1767225600000',
        s: 1767225600,
        truth: '',
        label: 'late',
        score: 'nan',
        value: 'nan',
        truth_value: 'nan',
        tags: { "t'g": '2' },
      },
      {
        id: 'c',
        ms: '1767225600123',
        s: 1767225600,
        truth: 'late',
        label: '',
        score: 'nan',
        value: 'nan',
        truth_value: 'nan',
        tags: { region: 'north', "t'g": 'NA' },
      },
    ]);
  });
});

/** Bytes of a Parquet file, written by ClickHouse. */
async function parquet(select: string): Promise<Buffer> {
  const { url, user, password } = fresh.config;
  const answer = await fetch(url, {
    method: 'POST',
    body: `${select} FORMAT Parquet`,
    headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
  });
  if (!answer.ok) throw new Error(await answer.text());
  return Buffer.from(await answer.arrayBuffer());
}

describe('bad files are refused in words, and leave nothing', () => {
  afterEach(async () => {
    expect(await storedRows()).toEqual([]);
  });

  const good = '1,ATL,true,2';
  test.each<File & { name: string; field: string; message: RegExp }>([
    {
      name: 'a missing feature',
      content: 'distance (km),orign,member,delay\n1,ATL,true,2\n',
      field: 'origin',
      message: /no column 'origin'; did you mean 'orign'\?/,
    },
    {
      name: 'a missing named column',
      content: `${HEADER}\n${good}\n`,
      columns: { label: 'y', tags: {} },
      field: 'y',
      message: /no column 'y'/,
    },
    {
      name: 'a column that is there twice',
      content: `${HEADER},origin\n${good},x\n`,
      field: 'origin',
      message: /twice/,
    },
    { name: 'no rows', content: `${HEADER}\n`, field: 'file', message: /no rows/ },
    {
      name: 'nothing at all',
      content: '',
      fileColumns: HEADER.split(','),
      field: 'file',
      message: /no rows/,
    },
    {
      name: 'a numeric feature without a number',
      content: `${HEADER}\nfar,ATL,true,2\nvery far,ATL,true,2\n`,
      field: 'distance (km)',
      message: /numeric, but none of its 2 values is a number; the first is 'far' in row 1/,
    },
    {
      name: 'a boolean feature without a truth value',
      content: `${HEADER}\n1,ATL,often,2\n`,
      field: 'member',
      message: /boolean, but none of its 1 values is true or false; the first is 'often'/,
    },
    {
      name: 'a short row',
      content: `${HEADER}\n${good}\n1,ATL\n${good}\n`,
      field: 'file',
      message: /row 2 has fewer fields/,
    },
    {
      name: 'a long row',
      content: `${HEADER}\n${good}\n${good},9\n`,
      field: 'file',
      message: /row 2 has more fields/,
    },
    {
      name: 'a quote that never ends',
      content: `${HEADER}\n${good}\n1,"ATL,true,2\n${good}\n`,
      field: 'file',
      message: /row 2 .*never closed/,
    },
    {
      name: 'a time that is none',
      content: `${HEADER},t\n${good},2026-01-01\n${good},yesterday\n`,
      columns: { time: 't', tags: {} },
      field: 't',
      message: /'yesterday' in row 2 is no time/,
    },
    {
      name: 'a time out of range',
      content: `${HEADER},t\n${good},9999-01-01\n`,
      columns: { time: 't', tags: {} },
      field: 't',
      message: /'9999-01-01' in row 1 is no time/,
    },
    {
      name: 'a missing time',
      content: `${HEADER},t\n${good},\n`,
      columns: { time: 't', tags: {} },
      field: 't',
      message: /'' in row 1 is no time/,
    },
    {
      name: 'ids that repeat',
      content: `${HEADER},k\n${good},a\n${good},b\n${good},a\n`,
      columns: { id: 'k', tags: {} },
      field: 'k',
      message: /1 rows repeat the id/,
    },
    {
      name: 'a missing id',
      content: `${HEADER},k\n${good},a\n${good},\n`,
      columns: { id: 'k', tags: {} },
      field: 'k',
      message: /row 2 is no id/,
    },
    {
      name: 'JSON with nested values',
      format: 'jsonl',
      fileColumns: HEADER.split(','),
      nested: new Map([['origin', { kind: 'lists or objects', row: 2 }]]),
      content: '{"distance (km)":1}\n{"origin":["ATL"]}\n',
      field: 'origin',
      message: /'origin' holds lists or objects \(row 2\)/,
    },
    {
      name: 'JSON that names a column twice',
      format: 'jsonl',
      fileColumns: HEADER.split(','),
      content: '{"origin":"a","origin":"b"}\n',
      field: 'origin',
      message: /twice/,
    },
    {
      name: 'JSON that is cut off',
      format: 'jsonl',
      fileColumns: HEADER.split(','),
      content: '{"origin":"a"}\n{"origin":',
      field: 'origin',
      message: /row 2/,
    },
    {
      name: 'lines that are not JSON',
      format: 'jsonl',
      fileColumns: HEADER.split(','),
      content: '{"origin":"a"}\norigin=a\n',
      field: 'file',
      message: /cannot be read \(row 2\)/,
    },
    {
      name: 'Parquet of 0 bytes',
      format: 'parquet',
      fileColumns: HEADER.split(','),
      content: '',
      field: 'file',
      message: /is damaged/,
    },
    {
      name: 'Parquet that is none',
      format: 'parquet',
      fileColumns: HEADER.split(','),
      content: 'x'.repeat(5_000),
      field: 'file',
      message: /cannot be read/,
    },
  ])('$name', async ({ field, message, ...file }) => {
    expect(await insert(file)).toEqual({
      ok: false,
      field,
      message: expect.stringMatching(message) as string,
    });
  });

  test('Parquet that is cut off', async () => {
    const whole = await parquet('SELECT number AS x, toString(number) AS y FROM numbers(10000)');
    const features: Feature[] = [{ name: 'x', type: 'numeric', role: 'input' }];
    const cut = await insert({
      format: 'parquet',
      features,
      fileColumns: ['x', 'y'],
      content: whole.subarray(0, whole.length / 2),
    });
    expect(cut).toMatchObject({ ok: false, field: 'file' });
  });

  test('a fault far inside a large file, which is answered while it is still being sent', async () => {
    const lines = Array.from({ length: 400_000 }, (_, at) => (at === 100_000 ? '1,2,3,4,5' : good));
    const result = await insert({ content: `${HEADER}\n${lines.join('\n')}\n` });
    expect(result).toEqual({
      ok: false,
      field: 'file',
      message: expect.stringMatching(/more fields/) as string,
    });
  });
});

test('odd files that are still baselines', async () => {
  expect(await insert({ content: `${HEADER}\n1,ATL,true,2` })).toMatchObject({ ok: true, rows: 1 });
  const long = await insert({ content: `${HEADER}\n1,${'x'.repeat(5_000_000)},true,\n1,ATL,true,\n` });
  expect(long).toMatchObject({
    ok: true,
    rows: 2,
    warnings: [
      "column 'distance (km)' holds no other value than 1",
      expect.stringMatching(/^column 'origin': 1 of 2 values are not a text of at most 256 characters/),
      "column 'delay' is there, but holds no value at all in 2 rows",
    ],
  });
  expect(await storedRows("length(invalid['origin']) AS kept")).toEqual([{ kept: '256' }, { kept: '0' }]);
});

test('a second attempt replaces what the first one left', async () => {
  await insert({ content: `${HEADER}\n1,ATL,true,2\n2,ATL,true,2\n3,ATL,true,2\n` });
  expect(await insert({ content: `${HEADER}\n7,ATL,true,2\n` })).toMatchObject({ ok: true, rows: 1 });
  expect(await storedRows('num')).toEqual([{ num: [7, 2] }]);
  await store.baselines.remove('p', 'm', '1', origin);
  expect(await storedRows()).toEqual([]);
});

test('types are inferred from all rows', async () => {
  const rows = Array.from({ length: 2_400 }, (_, at) =>
    [
      at / 7,
      at < 2_380 ? at : 'n/k',
      at % 2 === 0 ? 'True' : 'false',
      at % 2,
      `key-${at}`,
      at % 3 === 0 ? '' : 'ab'[at % 2],
      '',
      at < 2_300 ? at : 'x',
      `parcel ${at} was left at door ${at % 7}`,
      new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString(),
    ].join(','),
  );
  const columns = ['number', 'mostly', 'truth', 'bit', 'key', 'letter', 'empty', 'mixed', 'note', 'since'];
  const found = await store.baselines.infer({
    ...{ format: 'csv', fileColumns: columns, columns: columns.toReversed() },
    file: () =>
      Readable.from([Buffer.from(`${columns.join(',')}\n${rows.join('\n')}\n`)], { objectMode: false }),
  });
  if (!found.ok) throw new Error(found.message);
  expect(found.rows).toBe(2_400);
  expect(found.facts.map((facts) => `${facts.name} ${judgeColumn(facts).type}`)).toEqual([
    'since timestamp',
    'note text',
    // Numbers that never repeat and cover their range name rows, with strays beside them too.
    'mixed identifier',
    'empty numeric',
    'letter categorical',
    'key identifier',
    'bit numeric',
    'truth boolean',
    'mostly identifier',
    'number numeric',
  ]);
  expect(found.facts.find(({ name }) => name === 'mixed')).toMatchObject({
    ...{ filled: 2_400, numbers: 2_300, whole: 2_300, least: 0, most: 2_299, rise: 2_299, examples: ['x'] },
  });
  const file = () => Readable.from([Buffer.from('a,b\n')], { objectMode: false });
  expect(
    await store.baselines.infer({
      ...{ format: 'csv', fileColumns: ['a', 'b'], columns: ['a'] },
      file,
    }),
  ).toEqual({ ok: false, field: 'file', message: 'holds no rows' });
});
