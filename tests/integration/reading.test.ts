import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalClass, readClass, storedAs, type Feature, type Reading } from '#libs/contracts';
import { layoutOf } from '../../apps/ingest/src/registry/layout.js';
import { encodeFeatures } from '../../apps/ingest/src/steps/encode-features.js';
import type { Database } from '../../libs/store/src/client/index.js';
import { dataColumns } from '../../libs/store/src/files/data-file.js';
import { openEngine } from '../../libs/store/src/files/engine.js';
import { openForm } from '../../libs/store/src/files/form/file-form.js';
import { showRows, stageRows } from '../../libs/store/src/files/rows.js';
import { classOf, comparedClass, storedOf } from '../../libs/store/src/reading/values-sql.js';
import { freshStore, HOUR_MS, rowsOf } from './store-fixture.js';

const { store, raw } = await freshStore();
const folder = mkdtempSync(join(tmpdir(), 'plumbline-reading-'));
let engine: Database;
beforeAll(async () => {
  engine = await openEngine(join(folder, 'engine'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const AT = '2026-11-20T10:00:00.500Z';
const AT_MS = Date.parse(AT);
const [MISSING, INVALID] = ['missing', 'invalid'] as const;

type Value = string | number | boolean | null;
type Row = { value: Value; stored: Value };
type Kind = { type: Feature['type']; reading?: Reading; rows: [Value, Value][] };

const age = (iso: string): number => (AT_MS - Date.parse(iso)) / 1_000;
/** The last instant that is told apart; later ones are put there. */
const LAST_AGE = (AT_MS - 9_223_372_036_854) / 1_000;

/** The table of doors: what a file or an event holds, and what a row holds of it whatever the door. */
const KINDS: Kind[] = [
  {
    type: 'numeric',
    rows: [
      ...['1', '1.0', '1.', '1e0', '+1', ' 1 ', '\t1', '01', 'true', 'True'].map((text): [Value, Value] => [
        text,
        1,
      ]),
      [1, 1],
      [0.1, 0.1],
      [true, 1],
      [false, 0],
      ['FALSE', 0],
      ['-0.5', -0.5],
      ['.5', 0.5],
      ['1e-3', 0.001],
      ...[
        '',
        ' ',
        'null',
        'NULL',
        'NaN',
        'nan',
        '\\N',
        'NA',
        'n/a',
        '<NA>',
        'None',
        '?',
        '-',
        'NaT',
        '#N/A',
      ].map((text): [Value, Value] => [text, MISSING]),
      [null, MISSING],
      ...['x', '1,5', '$1', '1,234', '0x10', '1_000', 'inf', 'Infinity', '1e999', '１'].map(
        (text): [Value, Value] => [text, INVALID],
      ),
    ],
  },
  {
    type: 'numeric',
    reading: { decimal: 'point' },
    rows: [
      ['$1,234.50', 1234.5],
      ['-$1,234.50', -1234.5],
      ['($1,234)', -1234],
      ['€ 12', 12],
      ['12 €', 12],
      ['1,234', 1234],
      ['12,34,567', 1_234_567],
      ['12.5 %', 12.5],
      ['USD 1,000', 1000],
      ['1\u00a0234.5', 1234.5],
      ['7', 7],
      ['1.234,50', INVALID],
      ['1,5', INVALID],
      ['NA', MISSING],
    ],
  },
  {
    type: 'numeric',
    reading: { decimal: 'comma' },
    rows: [
      ['1.234,50', 1234.5],
      ['1.234,50 €', 1234.5],
      ['1.234', 1234],
      ['1,5', 1.5],
      ['−5', -5],
      ['1\u202f234,5', 1234.5],
      ['$1,234.50', INVALID],
      ['', MISSING],
    ],
  },
  {
    type: 'numeric',
    reading: { missing: ['-999', 'unknown'] },
    rows: [
      ['-999', MISSING],
      ['-999.0', MISSING],
      [-999, MISSING],
      ['unknown', MISSING],
      ['', MISSING],
      ['NA', INVALID],
      ['5', 5],
    ],
  },
  {
    type: 'boolean',
    rows: [
      ...['true', 'True', 'TRUE', '1', '1.0', ' true ', '1e0'].map((text): [Value, Value] => [text, 'true']),
      ...['false', 'False', '0', '0.0', '-0'].map((text): [Value, Value] => [text, 'false']),
      [true, 'true'],
      [0, 'false'],
      [1, 'true'],
      ...['', 'NA', 'None', 'nan'].map((text): [Value, Value] => [text, MISSING]),
      [null, MISSING],
      ...['2', 'yes', 't', '0.5'].map((text): [Value, Value] => [text, INVALID]),
      [2, INVALID],
    ],
  },
  {
    type: 'categorical',
    rows: [
      ...['1', '1.0', '1e0', '+1', ' 1 '].map((text): [Value, Value] => [text, '1']),
      [1, '1'],
      ['1.50', '1.5'],
      [1.5, '1.5'],
      ['-0.0', '0'],
      ['0.0000001', '1e-7'],
      ['007', '007'],
      ['123456789012345678', '123456789012345678'],
      ['NA', 'NA'],
      ['None', 'None'],
      ['N/A', 'N/A'],
      ['?', '?'],
      ['True', 'true'],
      [true, 'true'],
      ['Nan', 'Nan'],
      ['-', '-'],
      [' ', ' '],
      ['it\'s "quoted", a\\b', 'it\'s "quoted", a\\b'],
      ...['', 'null', 'NULL', 'NaN', 'nan', '\\N'].map((text): [Value, Value] => [text, MISSING]),
      [null, MISSING],
      ['ü'.repeat(256), 'ü'.repeat(256)],
      ['x'.repeat(257), INVALID],
      ['\u0001', INVALID],
    ],
  },
  {
    type: 'categorical',
    reading: { missing: ['NA', '9.0'] },
    rows: [
      ['NA', MISSING],
      ['9', MISSING],
      [9, MISSING],
      ['', MISSING],
      ['null', 'null'],
      ['None', 'None'],
    ],
  },
  {
    type: 'identifier',
    rows: [
      ['0042', '0042'],
      ['42.0', '42'],
      ['', MISSING],
      ['NA', 'NA'],
    ],
  },
  {
    type: 'text',
    rows: [
      ['naïve 👍', 7],
      [125, 3],
      ['', MISSING],
      ['null', MISSING],
      ['NA', 2],
    ],
  },
  {
    type: 'timestamp',
    rows: [
      ['2026-01-31', age('2026-01-31')],
      ['2026-1-3', age('2026-01-03')],
      ['20260131', age('2026-01-31')],
      ['2026/01/31 08:30', age('2026-01-31T08:30Z')],
      ['2026-01-31T08:30:00.250', age('2026-01-31T08:30:00.250Z')],
      ['2026-01-31 08:30:00+02:00', age('2026-01-31T06:30Z')],
      ['2026-01-31 8:30 pm', age('2026-01-31T20:30Z')],
      ['31 Jan 2026', age('2026-01-31')],
      ['January 31, 2026', age('2026-01-31')],
      ['1700-06-01', age('1700-06-01')],
      ['2250-06-01', age('2250-06-01')],
      ['9999-12-31', LAST_AGE],
      [1_700_000_000, AT_MS / 1_000 - 1_700_000_000],
      ['1700000000.5', AT_MS / 1_000 - 1_700_000_000.5],
      ['1700000000123', AT_MS / 1_000 - 1_700_000_000.123],
      ['1700000000123456', AT_MS / 1_000 - 1_700_000_000.123],
      ['1700000000123456789', AT_MS / 1_000 - 1_700_000_000.123],
      ...['', 'NaT', 'None', '-'].map((text): [Value, Value] => [text, MISSING]),
      ...['2026-02-31', '31/12/2025', 'yesterday', '12'].map((text): [Value, Value] => [text, INVALID]),
    ],
  },
  {
    type: 'timestamp',
    reading: { dates: 'day_first' },
    rows: [
      ['03/04/2025', age('2025-04-03')],
      ['31.12.2025 18:30', age('2025-12-31T18:30Z')],
      ['31-12-25', age('2025-12-31')],
      ['2025-04-03', age('2025-04-03')],
      ['12/31/2025', INVALID],
    ],
  },
  {
    type: 'timestamp',
    reading: { dates: 'month_first', timeZone: 'Europe/Berlin' },
    rows: [
      ['03/04/2025 12:00', age('2025-03-04T11:00Z')],
      ['07/04/2025 12:00', age('2025-07-04T10:00Z')],
      ['2025-07-04T12:00:00Z', age('2025-07-04T12:00Z')],
    ],
  },
  {
    type: 'timestamp',
    reading: { epoch: 's' },
    rows: [
      ['12', AT_MS / 1_000 - 12],
      [-86_400, AT_MS / 1_000 + 86_400],
    ],
  },
  {
    type: 'time_of_day',
    rows: [
      ['08:30', 8.5],
      ['8:30:00', 8.5],
      ['8:30 PM', 20.5],
      ['00:00:36', 0.01],
      ['2026-01-31 08:30:00', 8.5],
      ['0 days 08:30:00', 8.5],
      ['', MISSING],
      ['24:00', INVALID],
      ['noon', INVALID],
    ],
  },
];

const table = KINDS.flatMap(({ type, reading, rows }) =>
  rows.map(([value, stored]): Row & { type: Feature['type']; reading?: Reading } => ({
    ...{ type, value, stored },
    ...(reading !== undefined && { reading }),
  })),
);
const features = table.map(({ type, reading }, index): Feature => ({
  ...{ name: `f${index}`, type, role: 'input' },
  ...(reading !== undefined && { reading }),
}));
const names = features.map(({ name }) => name);

/** What a row holds, by feature, in words. */
function spoken({ num, cat }: { num: number[]; cat: string[] }): Record<string, Value> {
  const next = { numeric: 0, categorical: 0 };
  return Object.fromEntries<Value>(
    features.map(({ name, type }): [string, Value] => {
      const as = storedAs(type);
      const at = next[as]++;
      if (as === 'categorical') {
        const text = cat[at] ?? '';
        return [name, text === '\0' ? MISSING : text === '\x01' ? INVALID : text];
      }
      const number = num[at] ?? NaN;
      return [
        name,
        Number.isNaN(number) ? MISSING : Number.isFinite(number) ? Number(number.toFixed(6)) : INVALID,
      ];
    }),
  );
}
const expected = Object.fromEntries(
  table.map(({ stored }, index) => [
    `f${index}`,
    typeof stored === 'number' ? Number(stored.toFixed(6)) : stored,
  ]),
);
/** Which value was read otherwise, told by what it is. */
const wrong = (found: Record<string, Value>): unknown[] =>
  table.flatMap(({ type, reading, value, stored }, index) =>
    found[`f${index}`] === expected[`f${index}`]
      ? []
      : [{ type, reading, value, stored, found: found[`f${index}`] }],
  );

const quoted = (value: Value): string => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
const values = table.map(({ value }) => value);

/** Typed columns for what a program would keep typed, texts for all else. */
const parquetColumn = (value: Value, index: number): string => {
  const name = `f${index}`;
  if (typeof value === 'number') return `toNullable(toFloat64(${value})) AS ${name}`;
  if (typeof value === 'boolean') return `CAST(${value}, 'Nullable(Bool)') AS ${name}`;
  return value === null
    ? `CAST(NULL, 'Nullable(String)') AS ${name}`
    : `toNullable(base64Decode('${Buffer.from(value).toString('base64')}')) AS ${name}`;
};

/** A second row that fits every feature, since a column without any value that fits refuses an upload. */
const FITS: Partial<Record<Feature['type'], string>> = {
  boolean: 'true',
  timestamp: '2026-01-01',
  time_of_day: '08:00',
};
const fitting = table.map(({ type, value }): Value => {
  if (typeof value === 'boolean') return true;
  if (typeof value === 'number') return type === 'timestamp' ? 1_700_000_000 : 1;
  return FITS[type] ?? '1';
});

type Format = 'csv' | 'jsonl' | 'parquet';
const paths = {} as Record<Format, string>;
beforeAll(async () => {
  for (const format of ['csv', 'jsonl', 'parquet'] as const) paths[format] = join(folder, `table.${format}`);
  writeFileSync(
    paths.csv,
    `${['ts', ...names].join(',')}\n${[values, fitting].map((of) => [AT, ...of.map(quoted)].join(',')).join('\n')}\n`,
  );
  const lines = [values, fitting].map((of) =>
    JSON.stringify({ ts: AT, ...Object.fromEntries(of.map((value, index) => [`f${index}`, value])) }),
  );
  writeFileSync(paths.jsonl, `${lines.join('\n')}\n`);
  const selects = [values, fitting].map(
    (of) => `SELECT ${of === values ? 0 : 1} AS place, '${AT}' AS ts, ${of.map(parquetColumn).join(', ')}`,
  );
  await engine.command({
    name: 'test-write',
    sql: `INSERT INTO FUNCTION file('${paths.parquet}', Parquet) SELECT * FROM (${selects.join(' UNION ALL ')}) ORDER BY place`,
  });
});

const row = (found: Record<string, unknown>[]): { num: number[]; cat: string[] } => {
  const { num, cat } = found[0] as { num: (number | string | null)[]; cat: string[] };
  return { num: num.map((x) => (x === 'inf' ? Infinity : x === 'nan' || x === null ? NaN : Number(x))), cat };
};
const SELECT = `SELECT arrayMap(x -> toString(x), num) AS num, cat FROM predictions`;

describe('a value is stored alike whatever the door', () => {
  test('as an event', () => {
    const layout = layoutOf(1, { status: 'registered', features });
    const event = Object.fromEntries(values.map((value, index) => [`f${index}`, value]));
    expect(wrong(spoken(encodeFeatures(event, layout, AT_MS)))).toEqual([]);
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)('as an uploaded file: %s', async (format) => {
    const origin = `baseline:${format}`;
    const result = await store.baselines.insert({
      ...{ project: 'p', model: 'm', version: '1', origin, features, schema: 1, format, bucketMs: HOUR_MS },
      columns: { time: 'ts', tags: {} },
      fileColumns: format === 'parquet' ? ['place', 'ts', ...names] : ['ts', ...names],
      file: () => Readable.from([readFileSync(paths[format])], { objectMode: false }),
    });
    expect(result).toMatchObject({ ok: true, rows: 2 });
    expect(
      wrong(spoken(row(await rowsOf(raw, `${SELECT} WHERE origin = '${origin}' ORDER BY row_version`)))),
    ).toEqual([]);
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)('as a file of a check: %s', async (format) => {
    const file = await openForm(paths[format], format, { copy: `${paths[format]}.copy` });
    if ('ok' in file) throw new Error(file.message);
    const columns = await dataColumns(engine, file);
    if ('ok' in columns) throw new Error(columns.message);
    const staged = await stageRows(engine, {
      ...{ file, columns, features, parts: { time: 'ts' }, attributions: new Map() },
      ...{ knownWords: new Map(), cut: { kind: 'whole' } },
      name: { project: 'p', model: 'm', version: '1', origin: 'o' },
    });
    if ('ok' in staged) throw new Error(staged.message);
    expect(staged.undated).toBe(0);
    await showRows(engine, staged);
    expect(wrong(spoken(row(await rowsOf(engine, `${SELECT} ORDER BY place`))))).toEqual([]);
  });
});

/** Whatever comes to mind, right and wrong, for any type. */
const SPELLINGS = [
  '',
  ' ',
  'null',
  'NULL',
  'Null',
  'NaN',
  'nan',
  'NAN',
  '-nan',
  '\\N',
  'NA',
  'na',
  'N/A',
  'n/a',
  '<NA>',
  'None',
  'none',
  '?',
  '-',
  '--',
  '.',
  'NaT',
  'inf',
  '-Infinity',
  'Infinity',
  'x',
  'Nan',
  ' NA ',
  '1',
  '1.0',
  '1.',
  '1e0',
  '+1',
  ' 1 ',
  '\t1\n',
  '01',
  '-0',
  '0',
  '0.0',
  '-0.0',
  '1.50',
  '1.5',
  '5e-1',
  '.5',
  '1e999',
  '-1e999',
  '1e21',
  '1e-7',
  '0.0000001',
  '123456789012345678',
  '123456789012345678.0',
  '1000000000000000.0',
  '999999999999999.0',
  '1_000',
  '0x10',
  '1.2.3',
  '１',
  '1,5',
  '1e',
  'e1',
  '--1',
  '12e3',
  '007',
  '1.10',
  '3.14159265358979312',
  '0.1',
  '0.30000000000000004',
  '1e0.5',
  'true',
  'True',
  'TRUE',
  'tRuE',
  'false',
  'False',
  'FALSE',
  'yes',
  'no',
  't',
  ' true ',
  '2',
  '-1',
  '1e-400',
  '$1,234.50',
  '€ 12',
  '12 €',
  '1.234,50',
  '1.234,50 €',
  '1,234',
  '1,23',
  '12,34,567',
  '(1,234)',
  '-$5',
  '$-5',
  '−5',
  '12%',
  '12.5 %',
  'USD 1,000',
  '1,000 USD',
  'CHF 1’000.25',
  '1 234,5',
  '1 234.5',
  '1.234',
  '1.234.567',
  '1,5',
  'R$ 12',
  '1\u00a0234,5',
  '1\u202f234',
  '1,234.',
  '.5',
  '$.5',
  '$',
  '%',
  '()',
  '1234,5',
  '12 abc',
  '12 abcdef',
  '2026-01-31',
  '2026-1-3',
  '2026/01/31',
  '2026.01.31',
  '20260131',
  '2026-02-29',
  '2024-02-29',
  '2026-02-31',
  '2026-13-01',
  '2026-00-10',
  '2026-01-31T10:00:00Z',
  '2026-01-31T10:00:00',
  '2026-01-31 10:00:00.123456789+02:00',
  '2026-01-31 10:00',
  '2026-01-31 10:00 PM',
  '2026-01-31 10:00:00 +0200',
  '2026-01-31T10:00:00-05',
  '2026-01-31T24:00:00Z',
  '2026-01-31T10:60:00Z',
  '2026-01-31T10:00:60Z',
  '2026-01-31t10:00:00z',
  '2026-01-31T10:00:00+25:00',
  '2026-01-31 10:00:00 UTC',
  '2026-01-31, 10:00',
  '2026-07-01T10:00:00',
  '2026-03-29 02:30:00',
  '2026-10-25 02:30:00',
  '1850-06-01',
  '1677-01-01',
  '1700-01-01 12:00',
  '1899-12-31',
  '1900-01-01',
  '9999-12-31',
  '9999-12-31T23:59:59Z',
  '0001-01-01',
  '0000-01-01',
  '2262-04-12',
  '2300-01-01',
  '2150-07-01 12:00',
  '31/12/2025',
  '12/31/2025',
  '03/04/2025',
  '3.4.2025',
  '03-04-25',
  '03/04/70',
  '31/12/2025 18:30',
  '31/12/2025 6:30 pm',
  '31 Jan 2026',
  '31-Jan-2026',
  '31-Jan-26',
  'Jan 31, 2026',
  'January 31 2026 10:00',
  '31 Foo 2026',
  '31 anf 2026',
  '5 may 2026',
  '1700000000',
  '1700000000.5',
  '1.7e9',
  '1700000000123',
  '1700000000123456',
  '1700000000123456789',
  '99999999',
  '100000000',
  '12345678',
  '99999999999',
  '-1700000000',
  '1700000000.0',
  '2534023008000',
  '0.0015',
  '08:30',
  '8:30',
  '8:30:15',
  '08:30:15.250',
  '8:30 PM',
  '12:00 am',
  '12:30 p.m.',
  '13:00 pm',
  '24:00',
  '23:59:59.999999',
  '08:60',
  '1970-01-01 08:37:00.000000',
  '0 days 08:30:00',
  '3 days 08:30:00',
  '2026-01-31T08:30:00Z',
  '08:30+02:00',
  '830',
  'a'.repeat(256),
  'a'.repeat(257),
  '😀'.repeat(200),
  '😀'.repeat(257),
  '\u0000',
  '\u0001',
  "it's",
  'a\\b',
  'Ünï',
  'Jan',
  'May',
];

const READINGS: Reading[] = [
  {},
  { missing: ['x', '1', 'True', '2026-01-31'] },
  { missing: [] },
  { decimal: 'point' },
  { decimal: 'comma' },
  { dates: 'day_first' },
  { dates: 'month_first', timeZone: 'America/St_Johns' },
  ...(['s', 'ms', 'us', 'ns'] as const).map((epoch): Reading => ({ epoch })),
  { timeZone: 'Europe/Berlin' },
];
const TYPES: Feature['type'][] = ['numeric', 'boolean', 'categorical', 'text', 'time_of_day', 'timestamp'];
const spelledRows = `SELECT number AS i, toNullable([${SPELLINGS.map((text) => `unhex('${Buffer.from(text).toString('hex')}')`).join(', ')}][number + 1]) AS t FROM numbers(${SPELLINGS.length})`;

describe('files and events are read by the same rules, which are written twice', () => {
  test.each(READINGS.flatMap((reading) => TYPES.map((type) => ({ type, reading }))))(
    '$type under $reading',
    async (feature) => {
      const rows = await rowsOf(
        engine,
        `SELECT toString(v) AS v FROM (SELECT i, ${storedOf('t', feature, `toNullable(toInt64(${AT_MS}))`)} AS v FROM (${spelledRows})) ORDER BY i`,
      );
      const layout = layoutOf(1, {
        status: 'registered',
        features: [{ name: 'f', role: 'input', ...feature }],
      });
      const asEvents = SPELLINGS.map((text) => {
        const { num, cat } = encodeFeatures({ f: text }, layout, AT_MS);
        return storedAs(feature.type) === 'categorical' ? cat[0] : String(num[0]);
      });
      const asFiles = rows
        .map(({ v }) => String(v))
        .map((v) =>
          storedAs(feature.type) === 'categorical'
            ? v
            : String(v === 'inf' ? Infinity : Number(v === 'nan' ? NaN : v)),
        );
      const differing = SPELLINGS.flatMap((text, index) =>
        asFiles[index] === asEvents[index] ? [] : [{ text, file: asFiles[index], event: asEvents[index] }],
      );
      expect(differing).toEqual([]);
    },
  );

  test('classes', async () => {
    const rows = await rowsOf(
      engine,
      `SELECT ${comparedClass(classOf('t'))} AS v FROM (${spelledRows}) ORDER BY i`,
    );
    expect(rows.map(({ v }) => v)).toEqual(SPELLINGS.map((text) => canonicalClass(readClass(text))));
  });

  test.each([
    { one: ['True', 'true', 'TRUE', '1', '1.0', '+1', '1e0'], as: '1' },
    { one: ['False', '0', '0.0', '-0'], as: '0' },
    { one: ['2', '2.0'], as: '2' },
    { one: ['late'], as: 'late' },
    { one: ['None'], as: 'None' },
    { one: ['', 'NaN', 'null', 'NA'], as: '' },
  ])('$one are one class', ({ one, as }) => {
    expect(one.map((text) => canonicalClass(readClass(text)))).toEqual(one.map(() => as));
  });
});
