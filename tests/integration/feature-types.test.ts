import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Feature } from '#libs/contracts';
import { layoutOf } from '../../apps/ingest/src/registry/layout.js';
import { encodeFeatures } from '../../apps/ingest/src/steps/encode-features.js';
import { freshStore, HOUR_MS, rowsOf } from './store-fixture.js';

const { store, raw } = await freshStore();

const features: Feature[] = [
  { name: 'opened', type: 'timestamp', role: 'input' },
  { name: 'comment', type: 'text', role: 'input' },
  { name: 'plate', type: 'identifier', role: 'input' },
  { name: 'size', type: 'numeric', role: 'input' },
  {
    ...{ name: 'unseen_words(comment)', type: 'unseen_words', role: 'input' },
    madeOf: { feature: 'comment', vocabulary: 'ab'.repeat(8) },
  },
];
const KNOWN = ['good', 'größer', 'οδος', '東', 'x', 'text', 'हिन्दी'].map((word) => crc32(word));
const AT = '2026-11-20T10:00:00.500Z';
/** The same values as an event would carry them and as a file holds them. */
const ROWS: Record<string, string | number | null>[] = [
  { opened: '2026-11-20T09:00:00Z', comment: 'good', plate: 'B-XY 1', size: 1.5 },
  { opened: '2026-11-20T10:00:00.250+02:00', comment: 'größer 🚚🚚', plate: "o'brien", size: -2 },
  { opened: 1_763_632_800, comment: '  ', plate: '42', size: 0 },
  { opened: 1_763_632_800_123, comment: 'x'.repeat(5_000), plate: 'p', size: 3 },
  { opened: '2026-11-21T00:00:00Z', comment: 'later', plate: 'q', size: 4 },
  { opened: 'yesterday', comment: 'a "quoted", text', plate: 'r', size: 5 },
  { opened: null, comment: 'GRÖSSER größer ΟΔΟΣ οδοσ snake_case 2nd', plate: 's', size: 6 },
  { opened: null, comment: '東京タワーへ good ที่ हिन्दी cafe\u0301 ½', plate: 't', size: 7 },
  { opened: null, comment: `${'🚚'.repeat(9_990)} good text text`, plate: 'u', size: 8 },
  { opened: null, comment: '4711', plate: 'v', size: 9 },
  { opened: null, comment: null, plate: null, size: null },
];
const names = features.filter(({ madeOf }) => madeOf === undefined).map(({ name }) => name);
const quoted = (value: string | number | null): string =>
  value === null ? '' : `"${String(value).replaceAll('"', '""')}"`;
const files = {
  csv: [
    ['ts', ...names].join(','),
    ...ROWS.map((row) => [AT, ...names.map((name) => quoted(row[name] ?? null))].join(',')),
  ].join('\n'),
  jsonl: ROWS.map((row) => JSON.stringify({ ts: AT, ...row })).join('\n'),
};
const asText = (value: number): unknown => (Number.isNaN(value) ? 'nan' : value === Infinity ? 'inf' : value);

test.each(['csv', 'jsonl'] as const)(
  'times, texts and identifiers of a baseline from %s are stored as those of events',
  async (format) => {
    const origin = `baseline:${format}`;
    const result = await store.baselines.insert({
      ...{ project: 'p', model: 'm', version: '1', origin, features, schema: 1, format, bucketMs: HOUR_MS },
      columns: { time: 'ts', tags: {} },
      fileColumns: ['ts', ...names],
      knownWords: new Map([['unseen_words(comment)', KNOWN]]),
      file: () => Readable.from([Buffer.from(`${files[format]}\n`)], { objectMode: false }),
    });
    expect(result).toMatchObject({ ok: true, rows: ROWS.length });
    const stored = await rowsOf(
      raw,
      `SELECT num, cat FROM predictions WHERE origin = '${origin}' ORDER BY row_version`,
    );
    const layout = layoutOf(
      1,
      { status: 'registered', features },
      new Map([['ab'.repeat(8), new Set(KNOWN)]]),
    );
    const expected = ROWS.map((row) => {
      const present = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
      const { num, cat } = encodeFeatures(present, layout, Date.parse(AT));
      return { num: num.map(asText), cat };
    });
    expect(stored).toEqual(expected);
  },
);

test('are profiled by age, by length and by what differs', async () => {
  const name = { project: 'p', model: 'm', version: '1' };
  const { features: binnings } = await store.baselines.createBinning('p', 'm', '1', 'baseline:csv', features);
  expect(binnings.map(({ feature, kind }) => [feature, kind])).toEqual([
    ['opened', 'numeric'],
    ['comment', 'numeric'],
    ['plate', 'categorical'],
    ['size', 'numeric'],
    ['unseen_words(comment)', 'numeric'],
  ]);
  const plan = {
    ...({
      ...name,
      origin: 'baseline:csv',
      features,
      segments: [],
      bucket: 'PT1H',
      timeZone: 'UTC',
    } as const),
    binning: { model: 'm', version: '1', hash: 'ab'.repeat(8), features: binnings },
  };
  await store.profiles.computeBaseline({ ...plan, segments: [] });
  const { cells } = await store.profiles.read({ ...plan, segments: [] }, 'all');
  const cell = (feature: string) => cells.find((one) => 'feature' in one && one.feature === feature);
  expect(cell('opened')).toMatchObject({ rows: 11, nulls: 5, invalid: 1 });
  expect(cell('comment')).toMatchObject({ rows: 11, nulls: 1, invalid: 0, max: 10_005 });
  expect(cell('unseen_words(comment)')).toMatchObject({ rows: 11, nulls: 3, invalid: 0, min: 0, max: 1 });
  expect(cell('plate')).toMatchObject({ rows: 11, nulls: 1, distinct: 10 });
});
