import { createSecretKey, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Feature, PrivacyRules } from '#libs/contracts';
import { privacyKeys } from '#libs/platform';
import { redactValue } from '#libs/store';
import { freshStore, HOUR_MS, rowsOf } from './store-fixture.js';

const { store, raw } = await freshStore();

const { values: key } = privacyKeys(createSecretKey(randomBytes(32)), 'p', 'm');
const rules: PrivacyRules = {
  features: {
    ssn: { action: 'drop' },
    zip: { action: 'hash' },
    age: { action: 'bucket', edges: [0, 18, 65] },
    income: { action: 'bucket', width: 0.1 },
    born: { action: 'bucket', truncate: 'year' },
    code: { action: 'bucket', width: 10 },
  },
  tags: {
    subject: { action: 'hash' },
    seen: { action: 'bucket', truncate: 'hour' },
    secret: { action: 'drop' },
  },
};
const features: Feature[] = [
  { name: 'ssn', type: 'categorical', role: 'input' },
  { name: 'zip', type: 'categorical', role: 'input' },
  { name: 'age', type: 'numeric', role: 'input' },
  { name: 'income', type: 'numeric', role: 'input' },
  { name: 'born', type: 'categorical', role: 'input' },
  { name: 'code', type: 'categorical', role: 'input' },
];
const COLUMNS = ['ssn', 'zip', 'age', 'income', 'born', 'code', 'subject', 'seen', 'secret'];
const hashed = String(redactValue('10117', { action: 'hash' }, key));
/** Text that is awkward in SQL and in CSV, values that do not fit, and ones that are redacted already. */
const ROWS: Record<string, string>[] = [
  {
    ssn: '123',
    zip: '10115',
    age: '17',
    income: '0.3',
    born: '1987-05-06',
    code: '37',
    subject: 'jane',
    seen: '2026-11-22T10:05:00Z',
    secret: 'x',
  },
  {
    ssn: '',
    zip: "Zürich \\ '7' {x: String}",
    age: '65',
    income: '-0.05',
    born: '06.05.1987',
    code: 'K9',
    subject: 'Ünal',
    seen: 'today',
    secret: '',
  },
  {
    ssn: '9',
    zip: hashed,
    age: '-4',
    income: '1e3',
    born: '1987',
    code: '-1',
    subject: hashed,
    seen: '2026-11-22 10:59',
    secret: 'y',
  },
  { ssn: '9', zip: '', age: 'old', income: '', born: '1987-05', code: '', subject: '', seen: '', secret: '' },
  {
    ssn: '9',
    zip: 'x',
    age: '64.999',
    income: '123456.789',
    born: '1987-05-06T',
    code: '1e2',
    subject: 's',
    seen: '2026',
    secret: '',
  },
];

/** What ingest stores of the same value, as text; null for nothing, undefined for a value that is invalid. */
function expected(kind: 'features' | 'tags', name: string, text: string): string | null | undefined {
  if (text === '') return null;
  const stored = redactValue(text, rules[kind][name]!, key);
  if (stored === undefined) return null;
  return typeof stored === 'string' ? stored : undefined;
}

const files = {
  csv: [COLUMNS, ...ROWS.map((row) => COLUMNS.map((name) => `"${row[name]}"`))]
    .map((line) => line.join(','))
    .join('\n'),
  jsonl: ROWS.map((row) =>
    JSON.stringify(Object.fromEntries(Object.entries(row).filter(([, text]) => text !== ''))),
  ).join('\n'),
};

test.each(['csv', 'jsonl'] as const)(
  'a baseline from %s is stored as ingest would have stored it',
  async (format) => {
    const origin = `baseline:${format}`;
    const result = await store.baselines.insert({
      ...{ project: 'p', model: 'm', version: '1', origin, features, schema: 1, format, bucketMs: HOUR_MS },
      columns: { tags: { subject: 'subject', seen: 'seen', secret: 'secret' } },
      fileColumns: COLUMNS,
      privacy: { rules, key },
      file: () => Readable.from([Buffer.from(`${files[format]}\n`)], { objectMode: false }),
    });
    expect(result).toMatchObject({ ok: true, rows: ROWS.length });
    const stored = await rowsOf(
      raw,
      `SELECT num, cat, tags, invalid FROM predictions WHERE origin = '${origin}' ORDER BY row_version`,
    );
    expect(stored).toHaveLength(ROWS.length);
    for (const [at, row] of ROWS.entries()) {
      const { num, cat, tags, invalid } = stored[at] as {
        num: unknown[];
        cat: string[];
        tags: object;
        invalid: object;
      };
      const category = (name: string) => {
        const value = expected('features', name, row[name]!);
        return value === undefined ? '\x01' : (value ?? '\0');
      };
      expect(cat).toEqual(['ssn', 'zip', 'born', 'code'].map(category));
      const number = (name: string) => {
        const value = expected('features', name, row[name]!);
        return value === undefined ? 'inf' : value === null ? 'nan' : Number(value);
      };
      expect(num).toEqual(['age', 'income'].map(number));
      const kept = ['subject', 'seen', 'secret'].flatMap((name) => {
        const value = expected('tags', name, row[name]!);
        return typeof value === 'string' ? [[name, value]] : [];
      });
      expect(tags).toEqual(Object.fromEntries(kept));
      for (const text of Object.values(invalid)) expect(text).toBe('\x01');
    }
    const all = JSON.stringify(stored);
    for (const secret of ['10115', 'jane', '123"', '06.05', 'K9', 'old']) expect(all).not.toContain(secret);
  },
);
