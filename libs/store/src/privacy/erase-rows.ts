import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import { writeMarks } from '../intake/write.js';
import { contentMark } from '../labels/moves.js';
import { integersLiteral } from '../segments/bindings.js';
import { barredIds, type ErasureTarget } from './tombstones.js';

/** Hashes in one statement: about a megabyte of text. */
const IDS_PER_STATEMENT = 50_000;
const TIMEOUT_MS = 1_800_000;

/**
 * eraseRows: everything that is kept under the barred ids, and, for a tag, what the quarantine holds of it. The order is what makes it safe
 * to die anywhere: buckets are marked while it can still be seen which ones they are (profiles leave out barred ids from the start), and the
 * arrivals, which say so, go last, after the account has taken note of them.
 */
export async function eraseRows(database: Database, target: ErasureTarget): Promise<void> {
  for await (const hashes of barredIds(database, target, IDS_PER_STATEMENT)) {
    const ids = integersLiteral(hashes, 64);
    await markBuckets(database, target, ids);
    for (const table of ['predictions', 'labels', 'too_late'])
      await deleteRows(
        database,
        table,
        target,
        `${table === 'predictions' ? `origin = '' AND ` : ''}cityHash64(id) IN ${ids}`,
      );
    await deleteRows(database, 'moved', target, `id_hash IN ${ids}`);
    await eraseQuarantined(database, target, { sql: ofIds(ids), params: {} });
    await countErased(database, target, ids);
    await deleteRows(database, 'arrivals', target, `id_hash IN ${ids}`);
  }
  if (target.by.kind === 'tag')
    await eraseQuarantined(database, target, {
      sql: `JSONExtractString(raw, 'model') = {model: String} AND has({values: Array(String)}, JSONExtractString(raw, 'tags', {tag: String}))`,
      params: { tag: target.by.name, values: target.by.values },
    });
}

/** A body without a model may be of any; then its key alone may be the id. */
const ofIds = (ids: string): string =>
  `JSONExtractString(raw, 'model') IN ('', {model: String}) AND (cityHash64(JSONExtractString(raw, 'id')) IN ${ids} OR cityHash64(key) IN ${ids})`;

const settings = {
  lightweight_deletes_sync: '2',
  max_query_size: '16000000',
  max_ast_elements: '1000000',
} as const;

/** A deletion that finds nothing leaves a mutation behind all the same, and takes longer than to look. */
async function deleteRows(
  database: Database,
  table: string,
  { project, model }: Pick<ErasureTarget, 'project' | 'model'>,
  where: string,
): Promise<void> {
  const whole = `FROM ${table} WHERE project = {project: String} AND model = {model: String} AND ${where}`;
  const call = { params: { project, model }, settings, timeoutMs: TIMEOUT_MS };
  const [found] = await database.query({
    name: 'erasure-rows-exist',
    sql: `SELECT count() AS rows FROM (SELECT 1 ${whole} LIMIT 1)`,
    ...call,
    row: z.object({ rows: integer }),
  });
  if ((found?.rows ?? 0) > 0)
    await database.command({ name: 'erasure-delete', sql: `DELETE ${whole}`, ...call });
}

const placeRow = z
  .object({ version: z.string(), bucket_ms: integer, ids: z.array(z.string()) })
  .transform(({ version, bucket_ms: bucketMs, ids }) => ({ version, bucketMs, ids }));

async function markBuckets(
  database: Database,
  { project, model }: ErasureTarget,
  ids: string,
): Promise<void> {
  const places = await database.query({
    name: 'erasure-places',
    sql:
      `SELECT version, toUnixTimestamp(bucket) * 1000 AS bucket_ms, groupUniqArray(toString(id_hash)) AS ids FROM arrivals ` +
      `WHERE project = {project: String} AND model = {model: String} AND id_hash IN ${ids} GROUP BY version, bucket`,
    params: { project, model },
    settings,
    timeoutMs: TIMEOUT_MS,
    row: placeRow,
  });
  const marks = places.map(({ version, bucketMs, ids: content }) =>
    contentMark({ model, version, bucketMs, cause: 'erasure' }, content),
  );
  await writeMarks(database, project, marks);
}

const countErased = (database: Database, { project, model }: ErasureTarget, ids: string): Promise<void> =>
  database.command({
    name: 'erasure-count',
    sql:
      `INSERT INTO erased_arrivals (project, topic, incarnation, partition, offset, expires) ` +
      `SELECT project, topic, incarnation, partition, offset, expires FROM arrivals ` +
      `WHERE project = {project: String} AND model = {model: String} AND id_hash IN ${ids}`,
    params: { project, model },
    settings,
    timeoutMs: TIMEOUT_MS,
  });

const quarantinedRow = z.object({
  topic: z.string(),
  incarnation: z.string(),
  partition: integer,
  offset: bigInteger,
});

/** By place, so that the statement that deletes, which the database keeps, says nothing of what was in them. */
async function eraseQuarantined(
  database: Database,
  { project, model }: ErasureTarget,
  where: { sql: string; params: Record<string, string | string[]> },
): Promise<void> {
  const rows = await database.query({
    name: 'erasure-quarantined',
    sql: `SELECT DISTINCT topic, incarnation, partition, offset FROM quarantine WHERE project = {project: String} AND ${where.sql}`,
    params: { ...where.params, project, model },
    settings,
    timeoutMs: TIMEOUT_MS,
    row: quarantinedRow,
  });
  const places = Map.groupBy(rows, ({ topic, incarnation, partition }) =>
    JSON.stringify([topic, incarnation, partition]),
  );
  for (const of of places.values()) {
    const [first] = of;
    if (first === undefined) continue;
    const { topic, incarnation, partition } = first;
    const offsets = integersLiteral(
      of.map(({ offset }) => offset),
      64,
    );
    await database.command({
      name: 'erasure-delete',
      sql:
        `DELETE FROM quarantine WHERE project = {project: String} AND topic = {topic: String} AND incarnation = {incarnation: String} ` +
        `AND partition = {partition: UInt16} AND offset IN ${offsets}`,
      params: { project, topic, incarnation, partition },
      settings,
      timeoutMs: TIMEOUT_MS,
    });
  }
}
