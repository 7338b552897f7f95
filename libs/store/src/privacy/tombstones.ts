import { z } from 'zod';
import { bigInteger, integer, RowBinary, type Database } from '../client/index.js';
import { idParams } from '../labels/placement.js';

/** What to erase; `values` of a tag: as it is given and as privacy rules store it. */
export type ErasureTarget = {
  project: string;
  model: string;
  /** Name of the erasure. */
  erasure: string;
  by: { kind: 'id'; id: string } | { kind: 'tag'; name: string; values: string[] };
  nowMs: number;
  /** Until when ids are barred: as long as rows of the model are kept. */
  expiresMs: number;
};

/** Ids found by one query; the rest comes with the next one. */
const IDS_PER_ROUND = 500_000;
const TIMEOUT_MS = 600_000;

const TAGGED = `
SELECT DISTINCT cityHash64(id) AS id_hash
FROM predictions
WHERE project = {project: String} AND model = {model: String} AND origin = ''
  AND has({values: Array(String)}, tags[{tag: String}])
  AND cityHash64(id) NOT IN (SELECT id_hash FROM tombstones WHERE project = {project: String} AND model = {model: String} AND erasure = {erasure: String})
LIMIT ${IDS_PER_ROUND}`;

const hashRow = z.object({ id_hash: bigInteger });

/** barIds: from now on nothing comes in under these ids, and no profile counts them. Values go as parameters of queries only: a mutation would keep them. */
export async function barIds(database: Database, target: ErasureTarget): Promise<void> {
  const { project, model, erasure, by } = target;
  if (by.kind === 'id') {
    const rows = await database.query({
      name: 'erasure-id-hash',
      sql: 'SELECT cityHash64({id: String}) AS id_hash',
      params: { id: by.id },
      row: hashRow,
    });
    return insertTombstones(database, target, rows);
  }
  for (let found = IDS_PER_ROUND; found === IDS_PER_ROUND;) {
    const rows = await database.query({
      name: 'erasure-tagged-ids',
      sql: TAGGED,
      params: { project, model, erasure, tag: by.name, values: by.values },
      timeoutMs: TIMEOUT_MS,
      row: hashRow,
    });
    await insertTombstones(database, target, rows);
    found = rows.length;
  }
}

async function insertTombstones(
  database: Database,
  { project, model, erasure, nowMs, expiresMs }: ErasureTarget,
  rows: readonly { id_hash: bigint }[],
): Promise<void> {
  if (rows.length === 0) return;
  const writer = new RowBinary();
  for (const { id_hash: idHash } of rows) {
    writer.string(project);
    writer.string(model);
    writer.uint64(idHash);
    writer.string(erasure);
    writer.dateTime64(nowMs);
    writer.dateTime(expiresMs);
  }
  const columns = ['project', 'model', 'id_hash', 'erasure', 'at', 'expires'];
  await database.insertRowBinary({ table: 'tombstones', columns, data: writer.chunks() });
}

type Scope = Pick<ErasureTarget, 'project' | 'model' | 'erasure'>;

const BARRED = `
SELECT id_hash FROM tombstones FINAL
WHERE project = {project: String} AND model = {model: String} AND erasure = {erasure: String} AND id_hash >= {from: UInt64}
ORDER BY id_hash
LIMIT {limit: UInt32}`;

/** barredIds: hashes of the ids of an erasure, a statement's worth at a time. */
export async function* barredIds(
  database: Database,
  { project, model, erasure }: Scope,
  size: number,
): AsyncGenerator<bigint[]> {
  for (let from = 0n; ;) {
    const rows = await database.query({
      name: 'erasure-barred-ids',
      sql: BARRED,
      params: { project, model, erasure, from, limit: size },
      row: hashRow,
    });
    if (rows.length > 0) yield rows.map(({ id_hash: idHash }) => idHash);
    if (rows.length < size) return;
    from = (rows.at(-1)?.id_hash ?? 0n) + 1n;
  }
}

/** countBarred: how many ids an erasure bars. */
export async function countBarred(database: Database, { project, model, erasure }: Scope): Promise<number> {
  const [row] = await database.query({
    name: 'erasure-count-barred',
    sql: 'SELECT count() AS ids FROM tombstones FINAL WHERE project = {project: String} AND model = {model: String} AND erasure = {erasure: String}',
    params: { project, model, erasure },
    row: z.object({ ids: integer }),
  });
  return row?.ids ?? 0;
}

const MODELS = 'SELECT DISTINCT model FROM tombstones WHERE project = {project: String}';
const AMONG = `
WITH {ids} AS ids
SELECT position - 1 AS at
FROM (SELECT arrayJoin(arrayEnumerate(ids)) AS position)
WHERE cityHash64(ids[position]) IN (SELECT id_hash FROM tombstones WHERE project = {project: String} AND model = {model: String})`;

/** barredAmong: those of the rows whose id is erased. Without erasures in the project this is one small query. */
export async function barredAmong<T extends { model: string; id: string }>(
  database: Database,
  project: string,
  rows: readonly T[],
): Promise<Set<T>> {
  const barred = new Set<T>();
  if (rows.length === 0) return barred;
  const models = await database.query({
    name: 'erased-models',
    sql: MODELS,
    params: { project },
    row: z.object({ model: z.string() }),
  });
  for (const { model } of models) {
    const own = rows.filter((row) => row.model === model);
    if (own.length === 0) continue;
    const ids = idParams(own.map(({ id }) => id));
    const found = await database.query({
      name: 'erased-among',
      sql: AMONG.replace('{ids}', ids.sql),
      params: { ...ids.params, project, model },
      row: z.object({ at: integer }),
    });
    for (const { at } of found) {
      const row = own[at];
      if (row !== undefined) barred.add(row);
    }
  }
  return barred;
}
