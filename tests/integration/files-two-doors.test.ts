import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Feature } from '#libs/contracts';
import {
  createStore,
  openFileStore,
  openForm,
  type DataFormat,
  type FileStore,
  type Store,
} from '#libs/store';
import type { Database } from '../../libs/store/src/client/index.js';
import { openEngine } from '../../libs/store/src/files/engine.js';
import { freshDatabase, HOUR_MS, rowsOf } from './store-fixture.js';

let folder = '';
let engine: Database;
let files: FileStore;
const fresh = await freshDatabase();
const store: Store = createStore(fresh.config);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'two-doors-'));
  engine = await openEngine(join(folder, 'engine'));
  files = await openFileStore(join(folder, 'engine'));
});
afterAll(async () => {
  await store.close();
  await fresh.drop();
  await rm(folder, { recursive: true, force: true });
});

const numeric = (name: string): Feature => ({ name, type: 'numeric', role: 'input' });
const categorical = (name: string): Feature => ({ name, type: 'categorical', role: 'input' });

const VALUES = 'SELECT num, cat FROM predictions';

/** What `check` reads of a file: the values of its rows, or why there are none. */
async function checked(path: string, format: DataFormat, features: Feature[]): Promise<unknown> {
  const form = await openForm(path, format, { copy: `${path}.${randomUUID()}` });
  if ('ok' in form) return form.message;
  const columns = await files.columns(form);
  if ('ok' in columns) return columns.message;
  const facts = await files.headFacts(form, { all: columns, columns });
  if ('ok' in facts) return facts.message;
  const name = { project: 'p', model: 'm', version: '1', origin: 'baseline:file' };
  const staged = await files.stage({
    ...{ file: form, columns, features, parts: {}, attributions: new Map(), knownWords: new Map() },
    ...{ cut: { kind: 'whole' }, name },
  });
  if ('ok' in staged) return staged.message;
  await files.show(name);
  return rowsOf(engine, `${VALUES} ORDER BY place`);
}

/** The same of an upload. */
async function uploaded(path: string, format: DataFormat, features: Feature[]): Promise<unknown> {
  const form = await openForm(path, format, { copy: `${path}.${randomUUID()}` });
  if ('ok' in form) return form.message;
  const origin = `baseline:${randomUUID()}`;
  const { columns: fileColumns, nested } = form;
  const file = () => createReadStream(form.path);
  const rows = { format, fileColumns, nested, path: form.path, file };
  const inferred = await store.baselines.infer({
    ...rows,
    columns: features.map(({ name }) => name),
  });
  if (!inferred.ok) return inferred.message;
  const inserted = await store.baselines.insert({
    ...{ ...rows, project: 'p', model: 'm', version: '1', origin, features, schema: 1 },
    ...{ columns: { tags: {} }, bucketMs: HOUR_MS },
  });
  return inserted.ok
    ? rowsOf(fresh.raw, `${VALUES} WHERE origin = '${origin}' ORDER BY row_version`)
    : inserted.message;
}

const bothDoors = async (path: string, format: DataFormat, features: Feature[]): Promise<unknown> => {
  const [check, upload] = [await checked(path, format, features), await uploaded(path, format, features)];
  expect(upload).toEqual(check);
  return check;
};

const written = async (content: string | Buffer): Promise<string> => {
  const path = join(folder, randomUUID());
  await writeFile(path, content);
  return path;
};

const AB = [numeric('a'), categorical('b')];
const ROWS = [
  { num: [1], cat: ['x'] },
  { num: [2], cat: ['y'] },
];

test.each<{ name: string; format?: DataFormat; content: string | Buffer }>([
  { name: 'CSV', content: 'a,b\n1,x\n2,y\n' },
  { name: 'semicolons', content: 'a;b\n1;x\n2;y\n' },
  { name: 'tabs', content: 'a\tb\n1\tx\n2\ty\n' },
  { name: 'bars', content: 'a|b\n1|x\n2|y\n' },
  { name: 'a line that names the separator', content: 'sep=;\r\na;b\r\n1;x\r\n2;y\r\n' },
  { name: 'a byte order mark', content: '\uFEFFa,b\n1,x\n2,y\n' },
  { name: 'blank lines', content: 'a,b\n\n1,x\n2,y\n\n\n' },
  { name: 'separators at the ends of lines', content: 'a,b,\n1,x,\n2,y,\n' },
  { name: 'separators at the ends of rows', content: 'a,b\n1,x,\n2,y,\n' },
  { name: 'lone carriage returns', content: 'a,b\r1,x\r2,y\r' },
  { name: 'UTF-16', content: Buffer.from('\uFEFFa,b\n1,x\n2,y\n', 'utf16le') },
  { name: 'gzip', content: gzipSync('a,b\n1,x\n2,y\n') },
  { name: 'an index of pandas', content: ',a,b\n0,1,x\n1,2,y\n' },
  { name: 'JSON lines', format: 'jsonl', content: '{"a":1,"b":"x"}\n{"b":"y","a":2}\n' },
  { name: 'a JSON array', format: 'jsonl', content: '[{"a":1,"b":"x"},\n{"b":"y","a":2}]' },
  { name: 'JSON over several lines', format: 'jsonl', content: '{\n"a":1,\n"b":"x"\n}\n{"b":"y",\n"a":2}\n' },
  {
    name: 'nested values beside',
    format: 'jsonl',
    content: '{"a":1,"b":"x","c":[1]}\n{"b":"y","a":2,"c":{}}\n',
  },
])('$name: both doors read the same rows', async ({ format = 'csv', content }) => {
  expect(await bothDoors(await written(content), format, AB)).toEqual(ROWS);
});

test('NaN in JSON is missing, a key that comes late is seen, and a list among numbers is no number', async () => {
  const lines = [
    '{"a": NaN, "b": "NaN"}',
    '{"a": [1], "b": "x"}',
    ...Array.from({ length: 30_000 }, () => '{"a": 1}'),
    '{"a": 5, "b": "z", "late": 7}',
  ];
  const features = [numeric('a'), categorical('b'), numeric('late')];
  const rows = (await bothDoors(await written(lines.join('\n')), 'jsonl', features)) as {
    num: unknown[];
    cat: string[];
  }[];
  expect(rows.slice(0, 2)).toEqual([
    { num: ['nan', 'nan'], cat: ['\0'] },
    { num: ['inf', 'nan'], cat: ['x'] },
  ]);
  expect(rows.at(-1)).toEqual({ num: [5, 7], cat: ['z'] });
});

test.each<{ format?: DataFormat; content: string | Buffer; says: string }>([
  { content: 'a,b\n1,x\n2\n', says: 'row 2 (line 3) has 1 field, the header has 2' },
  {
    content: 'a,b\n1,x\n2,y,z\n',
    says: 'row 2 (line 3) has 3 fields, the header has 2; put text that holds the separator in double quotes',
  },
  {
    content: 'a,b\n1,"x\n2,y\n',
    says: 'row 1 (line 2) opens a double quote that is never closed; close it, or write "" for a quote',
  },
  { content: 'a,b\n', says: 'holds no rows' },
  {
    format: 'jsonl',
    content: '{"a":1,"a":2,"b":"x"}\n',
    says: "names 'a' twice in row 1; every row may name a column once",
  },
  { format: 'parquet', content: 'PAR1', says: 'is too short to be Parquet; write or copy it again' },
])('$content is refused alike: $says', async ({ format = 'csv', content, says }) => {
  expect(await bothDoors(await written(content), format, AB)).toBe(says);
});

const NAMES = [
  ...[
    '_row_number',
    'row',
    'place',
    'time_ms',
    'given_id',
    'f0',
    't0',
    't1',
    'v0',
    'c0',
    'c1',
    's',
    'raws',
    'values',
  ],
  ...[
    'num',
    'cat',
    'label',
    'score',
    'value',
    'truth',
    'id',
    'bucket',
    'time',
    'invalid',
    'project',
    'origin',
    'num_0',
  ],
  ...[
    '_path',
    '_file',
    '_size',
    '_time',
    '_table',
    '_database',
    'rowNumberInAllBlocks',
    'NULL',
    'true',
    'SELECT',
    '*',
  ],
  ...[
    `it's`,
    'say "x"',
    'back\\slash',
    '`tick`',
    'a.b',
    'two words',
    '🙂',
    '{b0: String}',
    'constructor',
    '__proto__',
  ],
  ...['Case', 'case', 'count()', 'k,m', '%s', '-- x'],
];
const valueOf = (row: number, at: number): number => row * 1_000 + at;

const asCsv = (): string =>
  [
    NAMES.map((name) => `"${name.replaceAll('"', '""')}"`).join(','),
    ...[1, 2, 3].map((row) => NAMES.map((_, at) => valueOf(row, at)).join(',')),
  ].join('\n');
const asJson = (): string =>
  [1, 2, 3]
    .map((row) => `{${NAMES.map((name, at) => `${JSON.stringify(name)}:${valueOf(row, at)}`).join(',')}}`)
    .join('\n');
/** A Parquet file by the engine, which writes any name. */
async function asParquet(): Promise<string> {
  const path = join(folder, `${randomUUID()}.parquet`);
  const quoted = (name: string): string => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
  const columns = NAMES.map((name, at) => `toFloat64(number * 1000 + ${at}) AS ${quoted(name)}`);
  await engine.command({
    name: 'test',
    sql: `INSERT INTO FUNCTION file('${path}', 'Parquet') SELECT ${columns.join(', ')} FROM numbers(1, 3)`,
  });
  return path;
}

test.each<{ format: DataFormat; file: () => Promise<string> }>([
  { format: 'csv', file: () => written(asCsv()) },
  { format: 'jsonl', file: () => written(asJson()) },
  { format: 'parquet', file: asParquet },
])('$format: names of ours, of SQL and of JavaScript are names like any other', async ({ format, file }) => {
  const rows = (await bothDoors(await file(), format, NAMES.map(numeric))) as { num: number[] }[];
  expect(rows.map(({ num }) => num)).toEqual([1, 2, 3].map((row) => NAMES.map((_, at) => valueOf(row, at))));
});

test('dates beyond what the engine knows are the nearest of them', async () => {
  const path = join(folder, `${randomUUID()}.parquet`);
  await engine.command({
    name: 'test',
    sql:
      `INSERT INTO FUNCTION file('${path}', 'Parquet') SELECT toFloat64(number) AS a, ` +
      `toDate32('2024-01-01') + number AS b FROM numbers(2)`,
  });
  expect(await bothDoors(path, 'parquet', AB)).toEqual([
    { num: [0], cat: ['2024-01-01'] },
    { num: [1], cat: ['2024-01-02'] },
  ]);
});
