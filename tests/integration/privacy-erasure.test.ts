import { createSecretKey, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import {
  documentId,
  documentSchemas,
  erasurePlace,
  type DocumentBody,
  type DocumentKind,
  type ErasureBody,
  type ErasureSelector,
  type Feature,
} from '#libs/contracts';
import { createLogger, seal } from '#libs/platform';
import { loadPlan, type PredictionRow } from '#libs/store';
import { Eraser } from '../../apps/worker/src/retention/erase.js';
import type { Database } from '../../libs/store/src/client/index.js';
import { createPrivacy } from '../../libs/store/src/privacy/index.js';
import { createProfiles } from '../../libs/store/src/profiles/index.js';
import { batch, DAY_MS, freshStore, HOUR_MS, label, prediction, rowsOf, START_MS } from './store-fixture.js';

const { store, raw } = await freshStore();

const secretKey = createSecretKey(randomBytes(32));
const logger = createLogger({ logLevel: 'silent' }, 'test');
const always = new AbortController().signal;
/** Tombstones expire by the clock of the database. */
const NOW_MS = Date.now();
const features: Feature[] = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
];
const binning = {
  model: 'm',
  version: '1',
  hash: 'ab'.repeat(8),
  features: [
    { feature: 'distance', kind: 'numeric', edges: [0, 500], max: 1_000 },
    { feature: 'origin', kind: 'categorical', categories: ['ATL', 'ORD'] },
  ],
};
const TABLES = ['predictions', 'labels', 'arrivals', 'moved', 'too_late', 'quarantine'];

let project: string;
let projects = 0;

async function put(kind: DocumentKind, id: string, body: unknown): Promise<void> {
  const parsed = documentSchemas[kind].parse(body) as DocumentBody<typeof kind>;
  const at = new Date(NOW_MS).toISOString();
  const document = {
    project,
    kind,
    id,
    revision: 1,
    body: parsed,
    deleted: false,
    author: 'test',
    reason: 'asked',
    at,
  };
  await store.documents.append(document);
}

async function order(name: string, selector: ErasureSelector): Promise<void> {
  const sealedSelector = seal(secretKey, erasurePlace(project, name), JSON.stringify(selector));
  await store.privacy.saveOrder({ project, erasure: name, sealedSelector, nowMs: NOW_MS });
  await put('erasure', documentId('m', name), {
    ...{ model: 'm', by: 'tag' in selector ? 'tag' : 'id', tag: '', selector: 'x', status: 'requested' },
    ...{ ids: 0, hiddenAt: null, purgedAt: null },
  });
}

/** One pass of the worker over this project. */
const tick = (nowMs: number, on: Database = raw): Promise<void> => {
  const documents = { ...store.documents, projects: () => Promise.resolve([project]) };
  return new Eraser({
    store: { documents, privacy: createPrivacy(on), profiles: createProfiles(on) },
    ...{ secretKey, logger, now: () => nowMs },
    lock: async (_, act) => {
      await act();
      return { acquired: true, value: undefined };
    },
  }).tick(always);
};
const status = async (name: string): Promise<ErasureBody | undefined> =>
  (await store.documents.get(project, 'erasure', documentId('m', name)))?.body;

const row = (id: string, offset: number, hour: number, rest: Partial<PredictionRow> = {}): PredictionRow =>
  prediction(id, offset, {
    timeMs: START_MS + hour * HOUR_MS,
    num: [100 * offset],
    cat: ['ATL'],
    contentHash: BigInt(offset),
    ...rest,
  });
const subject = { tags: { subject: 'jane' } };
const quarantined = (offset: number, value: string) => ({
  ...{
    offset: BigInt(offset),
    brokerTimeMs: START_MS,
    reason: 'event_time_range' as const,
    field: '',
    message: '',
  },
  ...{ key: '', raw: Buffer.from(value), rawBytes: value.length, headers: {} },
});

/** Eight events (one twice, one amended into another bucket), four labels, two quarantined, and a baseline. */
const EVENTS = () =>
  batch({
    project,
    predictions: [
      row('a', 0, 0, subject),
      row('b', 1, 0),
      row('c', 2, 1, subject),
      row('c', 3, 2, subject),
      row('d', 4, 1),
      row('d', 5, 1, { contentHash: 4n }),
      row('only', 6, 5, subject),
      row('d2', 7, 3, { tags: { subject: 'janet' } }),
    ],
    quarantined: [
      quarantined(8, '{"id":"q","model":"m","tags":{"subject":"jane"}}'),
      quarantined(9, '{"id":"b","model":"m"}'),
    ],
  });
const LABELS = () =>
  batch({
    project,
    topic: 'ground-truth',
    labels: ['a', 'b', 'c', 'never'].map((id, at) => label(id, at)),
  });

async function profile(): Promise<void> {
  const plan = (await loadPlan(store, { project, model: 'm', version: '1' }))!;
  await store.profiles.compute(plan, await store.profiles.dirtyBuckets(plan, 100));
}
const profiledRows = async (origin = ''): Promise<Record<string, number>> => {
  const plan = (await loadPlan(store, { project, model: 'm', version: '1', origin }))!;
  const chunks = await store.profiles.chunks(plan, 'all', ['all'], 'bucket');
  return Object.fromEntries(
    chunks.map(({ startMs, cells }) => [
      (startMs - START_MS) / HOUR_MS,
      cells[0]?.kind === undefined ? 0 : (cells[0] as { rows: number }).rows,
    ]),
  );
};
const idsIn = async (table: string): Promise<unknown> => {
  if (table === 'quarantine')
    return (
      await rowsOf(
        raw,
        `SELECT JSONExtractString(raw, 'id') AS id FROM quarantine FINAL WHERE project = '${project}' ORDER BY id`,
      )
    ).map(({ id }) => id);
  const column = table === 'arrivals' || table === 'moved' ? 'id_hash' : 'cityHash64(id)';
  const names = ['a', 'b', 'c', 'd', 'only', 'd2', 'never'];
  const rows = await rowsOf(
    raw,
    `SELECT DISTINCT toString(${column}) AS hash FROM ${table} WHERE project = '${project}'`,
  );
  const known = await rowsOf(
    raw,
    `SELECT n AS name, toString(cityHash64(n)) AS hash FROM (SELECT arrayJoin(['${names.join("','")}']) AS n)`,
  );
  const found = new Set(rows.map(({ hash }) => hash));
  return known
    .filter(({ hash }) => found.has(hash))
    .map(({ name }) => name)
    .toSorted((a, b) => String(a).localeCompare(String(b)));
};
const account = async (topic = 'predictions') => {
  const found = (await store.intake.accounting(project)).find((each) => each.topic === topic)!;
  expect(found.received).toBe(found.accepted + found.quarantined);
  if (topic === 'predictions')
    expect(found.accepted).toBe(found.current + found.duplicates + found.amended + found.erased);
  return found;
};

beforeEach(async () => {
  project = `e${projects++}`;
  await put('project', project, {});
  await put('model', 'm', { problem: 'binary' });
  await put('version', documentId('m', '1'), { model: 'm', version: '1', status: 'registered', features });
  await put('binning', documentId('m', '1', binning.hash), binning);
  await store.intake.write(EVENTS());
  await store.intake.write(LABELS());
  await store.labels.link(project, 1_000);
  await profile();
});

test('an id goes from every table, from the profile of its bucket, and does not come back', async () => {
  expect(await account()).toMatchObject({ current: 6, amended: 1, duplicates: 1, erased: 0 });
  expect(await profiledRows()).toEqual({ 0: 2, 1: 1, 2: 1, 3: 1, 5: 1 });
  await order('one', { prediction: 'b' });
  await tick(NOW_MS);
  expect(await status('one')).toMatchObject({ status: 'hidden', ids: 1 });
  for (const table of TABLES) expect(await idsIn(table), table).not.toContain('b');
  expect(await account()).toMatchObject({ current: 5, amended: 1, duplicates: 1, erased: 1 });
  await profile();
  expect(await profiledRows()).toEqual({ 0: 1, 1: 1, 2: 1, 3: 1, 5: 1 });

  await store.intake.write(EVENTS());
  await store.intake.write(batch({ project, predictions: [row('b', 20, 7)] }));
  await store.intake.write(batch({ project, topic: 'ground-truth', labels: [label('b', 9)] }));
  await store.labels.link(project, 1_000);
  await profile();
  for (const table of ['predictions', 'labels', 'arrivals'])
    expect(await idsIn(table), table).not.toContain('b');
  expect(await profiledRows()).toEqual({ 0: 1, 1: 1, 2: 1, 3: 1, 5: 1 });
  expect(await account()).toMatchObject({ accepted: 9, current: 5, amended: 1, duplicates: 1, erased: 2 });
  expect(await account('ground-truth')).toMatchObject({ accepted: 5, erased: 1 });
});

test('a subject goes with all ids, also the last one of a bucket and what was quarantined', async () => {
  await order('subject', { tag: { name: 'subject', value: 'jane' } });
  await tick(NOW_MS);
  expect(await status('subject')).toMatchObject({ status: 'hidden', ids: 3 });
  expect(await idsIn('predictions')).toEqual(['b', 'd', 'd2']);
  expect(await idsIn('arrivals')).toEqual(['b', 'd', 'd2']);
  expect(await idsIn('labels')).toEqual(['b', 'never']);
  expect(await idsIn('moved')).toEqual([]);
  expect(await idsIn('quarantine')).toEqual(['b']);
  await profile();
  expect(await profiledRows()).toEqual({ 0: 1, 1: 1, 3: 1 });
  expect(await account()).toMatchObject({ current: 3, amended: 0, duplicates: 1, erased: 4 });
});

test('a sealed profile stays as it is', async () => {
  const plan = (await loadPlan(store, { project, model: 'm', version: '1' }))!;
  const nowMs = Date.now() + 40 * DAY_MS;
  const rule = { nowMs, bucketMs: HOUR_MS, openMs: 37 * DAY_MS, lookAfterMs: 0 };
  expect(await store.retention.seal([plan], rule)).toHaveLength(5);
  const before = await profiledRows();
  await order('subject', { tag: { name: 'subject', value: 'jane' } });
  await tick(NOW_MS);
  await profile();
  expect(await profiledRows()).toEqual(before);
  expect(await idsIn('predictions')).toEqual(['b', 'd', 'd2']);
});

test('an hour later the bytes are gone, the order too, and what was on its way meanwhile', async () => {
  await order('subject', { tag: { name: 'subject', value: 'jane' } });
  await tick(NOW_MS);
  await tick(NOW_MS + HOUR_MS - 1);
  expect(await status('subject')).toMatchObject({ status: 'hidden' });
  // A writer that had looked before the id was barred.
  await raw.command({
    name: 'test',
    sql: `INSERT INTO predictions (project, model, version, id, bucket, expires) SELECT '${project}', 'm', '1', 'a', now(), now() + 1000`,
  });
  await tick(NOW_MS + HOUR_MS);
  expect(await status('subject')).toMatchObject({
    status: 'purged',
    purgedAt: new Date(NOW_MS + HOUR_MS).toISOString(),
  });
  expect(await idsIn('predictions')).toEqual(['b', 'd', 'd2']);
  const masked = `SELECT table FROM system.parts WHERE database = currentDatabase() AND active AND has_lightweight_delete`;
  expect(await rowsOf(raw, masked)).toEqual([]);
  const settings = 'SETTINGS apply_deleted_mask = 0';
  expect(
    await rowsOf(
      raw,
      `SELECT id FROM predictions WHERE project = '${project}' AND tags['subject'] = 'jane' ${settings}`,
    ),
  ).toEqual([]);
  expect(await rowsOf(raw, `SELECT * FROM erasure_orders WHERE project = '${project}' ${settings}`)).toEqual(
    [],
  );
  const said = await rowsOf(
    raw,
    `SELECT body FROM documents WHERE project = '${project}' AND kind = 'erasure'`,
  );
  expect(JSON.stringify(said)).not.toContain('jane');
  const commands = await rowsOf(
    raw,
    `SELECT command FROM system.mutations WHERE database = currentDatabase()`,
  );
  expect(JSON.stringify(commands)).not.toContain('jane');
});

const CSV = ['time,id,subject,distance,origin']
  .concat(
    Array.from({ length: 6 }, (_, at) =>
      [
        new Date(START_MS + (at % 3) * HOUR_MS).toISOString(),
        `t${at}`,
        at % 3 === 2 ? 'jane' : '',
        at * 100,
        'ATL',
      ].join(','),
    ),
  )
  .join('\n');

async function withBaseline(columns: { id?: string }): Promise<string> {
  const origin = 'baseline:first';
  const inserted = await store.baselines.insert({
    ...{ project, model: 'm', version: '1', origin, features, schema: 1, format: 'csv', bucketMs: HOUR_MS },
    columns: { time: 'time', tags: { subject: 'subject' }, ...columns },
    fileColumns: ['time', 'id', 'subject', 'distance', 'origin'],
    file: () => Readable.from(`${CSV}\n`),
  });
  if (!inserted.ok) throw new Error(inserted.message);
  await put('baseline', documentId('m', '1', 'first'), {
    ...{ model: 'm', version: '1', origin, binning: binning.hash, rows: 6, contentHash: 'c' },
    ...{ source: { format: 'csv', name: 'f', bytes: 1 }, hasTime: true, hasLabels: false, cannotServe: [] },
  });
  await store.profiles.computeBaseline(
    (await loadPlan(store, { project, model: 'm', version: '1', origin }))!,
  );
  expect(await profiledRows(origin)).toEqual({ 0: 2, 1: 2, 2: 2 });
  return origin;
}

test('a baseline loses its rows and is counted anew, the bucket that is empty afterwards too', async () => {
  const origin = await withBaseline({ id: 'id' });
  await order('subject', { tag: { name: 'subject', value: 'jane' } });
  await order('t0', { prediction: 't0' });
  await tick(NOW_MS);
  expect(await profiledRows(origin)).toEqual({ 0: 1, 1: 2 });
});

test('the row numbers of a file without ids are nobody', async () => {
  const origin = await withBaseline({});
  await order('three', { prediction: '3' });
  await tick(NOW_MS);
  expect(await profiledRows(origin)).toEqual({ 0: 2, 1: 2, 2: 2 });
});

/** A database whose process dies at the first write that none before it came to: every second time right after that write. */
function mortal(reached: Set<string>): Database {
  const guard = async (key: string, write: () => Promise<void>): Promise<void> => {
    const isNew = !reached.has(key);
    reached.add(key);
    if (!isNew || reached.size % 2 === 0) await write();
    if (isNew) throw new Error('killed');
  };
  return {
    ...raw,
    command: (statement) =>
      guard(`${statement.name} ${statement.sql.slice(0, 30)}`, () => raw.command(statement)),
    insertRowBinary: (insert) => guard(insert.table, () => raw.insertRowBinary(insert)),
  };
}

test('passes that die one write further each time end where one that lived would have', async () => {
  const origin = await withBaseline({ id: 'id' });
  await order('killed', { tag: { name: 'subject', value: 'jane' } });
  const reached = new Set<string>();
  for (let pass = 1; (await status('killed'))?.status === 'requested'; pass += 1) {
    await tick(NOW_MS + pass, mortal(reached));
    await profile();
    await account();
  }
  const writes = [
    'tombstones',
    'bucket_marks',
    'erasure_baselines',
    'DELETE FROM predictions',
    'DELETE FROM labels',
  ];
  const more = [
    'DELETE FROM moved',
    'DELETE FROM arrivals',
    'DELETE FROM quarantine',
    'INSERT INTO erased_arrivals',
  ];
  for (const write of [...writes, ...more, 'profile-runs-finish'])
    expect(
      [...reached].some((each) => each.includes(write)),
      write,
    ).toBe(true);
  expect(await status('killed')).toMatchObject({ ids: 3 });
  expect(await Promise.all(TABLES.map(idsIn))).toEqual([
    ['b', 'd', 'd2'],
    ['b', 'never'],
    ['b', 'd', 'd2'],
    [],
    [],
    ['b'],
  ]);
  expect(await account()).toMatchObject({ current: 3, amended: 0, duplicates: 1, erased: 4 });
  expect(await profiledRows()).toEqual({ 0: 1, 1: 1, 3: 1 });
  expect(await profiledRows(origin)).toEqual({ 0: 2, 1: 2 });
});
