import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import * as c from '#libs/contracts';
import type { Database } from '../client/index.js';
import { openEngine } from '../files/engine.js';
import { integer } from '../client/index.js';
import { storedOf, classOf, comparedClass } from './values-sql.js';

let db: Database;
const folder = mkdtempSync(join(tmpdir(), 'reading-'));
beforeAll(async () => {
  db = await openEngine(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = [
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

const readings: c.Reading[] = [{}, { missing: ['x', '1', 'True', '2026-01-31'] }, { missing: [] }];
const rowMs = 1_800_000_000_000;
const cases: { f: Pick<c.Feature, 'type' | 'reading'>; ts: (t: string) => unknown }[] = [
  ...[...readings, { decimal: 'point' as const }, { decimal: 'comma' as const }].map((reading) => ({
    f: { type: 'numeric' as const, reading },
    ts: (t: string) => c.readNumber(t, reading),
  })),
  ...readings.map((reading) => ({
    f: { type: 'boolean' as const, reading },
    ts: (t: string) => c.readBoolean(t, reading),
  })),
  ...readings.map((reading) => ({
    f: { type: 'categorical' as const, reading },
    ts: (t: string) => c.readCategory(t, reading),
  })),
  ...readings.map((reading) => ({
    f: { type: 'text' as const, reading },
    ts: (t: string) => c.readLength(t, reading),
  })),
  ...readings.map((reading) => ({
    f: { type: 'time_of_day' as const, reading },
    ts: (t: string) => c.readTimeOfDay(t, reading),
  })),
  ...[
    ...readings,
    { dates: 'day_first' as const },
    { dates: 'month_first' as const },
    { epoch: 's' as const },
    { epoch: 'ms' as const },
    { epoch: 'us' as const },
    { epoch: 'ns' as const },
    { timeZone: 'Europe/Berlin' },
    { timeZone: 'America/St_Johns', dates: 'day_first' as const },
  ].map((reading) => ({
    f: { type: 'timestamp' as const, reading },
    ts: (t: string) => (rowMs - c.readInstant(t, reading)) / 1000,
  })),
];
const row = z.object({ i: integer, v: z.unknown() });

test.each(cases)('$f', async ({ f, ts }) => {
  const array = `[${texts.map((t) => `unhex('${Buffer.from(t).toString('hex')}')`).join(',')}]`;
  const sql = `SELECT i, v FROM (SELECT number AS i, ${storedOf('t', f, `toNullable(toInt64(${rowMs}))`)} AS v FROM (SELECT number, toNullable(${array}[number + 1]) AS t FROM numbers(${texts.length}))) ORDER BY i`;
  const found = await db.query({ name: 't', sql, row, settings: { output_format_json_quote_denormals: 1 } });
  const bad: unknown[] = [];
  for (const { i, v } of found) {
    const t = texts[i] ?? '';
    let want: unknown = ts(t);
    if (c.storedAs(f.type) === 'categorical')
      want = want === null ? '\0' : want === undefined ? '\x01' : want;
    else if (f.type === 'timestamp' && want === -Infinity) want = Infinity;
    const got =
      c.storedAs(f.type) === 'categorical'
        ? v
        : v === 'nan'
          ? NaN
          : v === 'inf'
            ? Infinity
            : v === null
              ? NaN
              : v;
    if (!Object.is(got, want) && !(got === 0 && want === 0)) bad.push([t.slice(0, 40), { sql: v, ts: want }]);
  }
  expect(bad).toEqual([]);
});

test('classes', async () => {
  const array = `[${texts.map((t) => `unhex('${Buffer.from(t).toString('hex')}')`).join(',')}]`;
  const sql = `SELECT i, v FROM (SELECT number AS i, ${comparedClass(classOf('t'))} AS v FROM (SELECT number, toNullable(${array}[number + 1]) AS t FROM numbers(${texts.length}))) ORDER BY i`;
  const found = await db.query({ name: 't', sql, row });
  const bad = found.flatMap(({ i, v }) => {
    const want = c.canonicalClass(c.readClass(texts[i]));
    return v === want ? [] : [[texts[i]?.slice(0, 40), v, want]];
  });
  expect(bad).toEqual([]);
});
