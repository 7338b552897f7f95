import { z } from 'zod';
import type { TooLateCause } from '#libs/contracts';
import { bigInteger, integer, RowBinary, type Database } from '../client/index.js';
import type { IntakeBatch, TopicPartition } from '../intake/rows.js';
import { labelVersion } from '../intake/row-versions.js';
import { WAITING_BUCKET_MS, type PlacedLabel } from '../labels/label-rows.js';
import { idParams } from '../labels/placement.js';
import { sealedAmong, placeKey, type Place } from './sealed.js';

/** Something for a bucket that was sealed before. */
export type TooLateRow = Place & {
  cause: TooLateCause;
  id: string;
  timeMs: number;
  topic: string;
  incarnation: string;
  partition: number;
  offset: bigint;
  expiresMs: number;
};

export const TOO_LATE_COLUMNS = [
  'project',
  'model',
  'version',
  'bucket',
  'cause',
  'id',
  'time',
  'topic',
  'incarnation',
  'partition',
  'offset',
  'expires',
] as const;

export async function insertTooLate(
  database: Database,
  project: string,
  rows: readonly TooLateRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const writer = new RowBinary();
  for (const row of rows) {
    writer.string(project);
    writer.string(row.model);
    writer.string(row.version);
    writer.dateTime(row.bucketMs);
    writer.string(row.cause);
    writer.string(row.id);
    writer.dateTime64(row.timeMs);
    writer.string(row.topic);
    writer.string(row.incarnation);
    writer.uint16(row.partition);
    writer.uint64(row.offset);
    writer.dateTime(row.expiresMs);
  }
  await database.insertRowBinary({ table: 'too_late', columns: TOO_LATE_COLUMNS, data: writer.chunks() });
}

/** Events of this partition that are stored already: these come again, and are in the profile, or listed. */
const ARRIVED = `
WITH {ids} AS ids
SELECT offset FROM arrivals
WHERE project = {project: String} AND model = {model: String} AND id_hash IN (SELECT cityHash64(arrayJoin(ids)))
  AND topic = {topic: String} AND incarnation = {incarnation: String} AND partition = {partition: UInt16}`;

/** noteLatePredictions: lists events for sealed buckets. Called before they are stored: what is stored and not listed came in time. */
export async function noteLatePredictions(database: Database, batch: IntakeBatch): Promise<void> {
  const { project, topic, incarnation, partition, predictions } = batch;
  const sealed = await sealedAmong(database, project, predictions);
  if (sealed.size === 0) return;
  const late = predictions.filter((row) => sealed.has(placeKey(row)));
  for (const [model, rows] of Map.groupBy(late, (row) => row.model)) {
    const ids = idParams(rows.map(({ id }) => id));
    const arrived = await database.query({
      name: 'too-late-arrived',
      sql: ARRIVED.replace('{ids}', ids.sql),
      params: { ...ids.params, project, model, topic, incarnation, partition },
      timeoutMs: 60_000,
      row: z.object({ offset: bigInteger }),
    });
    const known = new Set(arrived.map(({ offset }) => offset));
    const fresh = rows.filter(({ offset }) => !known.has(offset));
    await insertTooLate(
      database,
      project,
      fresh.map((row) => ({ ...row, cause: 'prediction', topic, incarnation, partition })),
    );
  }
}

/** The newest truth that is stored at a place already: one that is not newer changes nothing there. */
const STORED = `
WITH {ids} AS ids
SELECT version, toUnixTimestamp(bucket) * 1000 AS bucket_ms, id, max(row_version) AS row_version FROM labels
WHERE project = {project: String} AND model = {model: String} AND bucket IN {buckets: Array(DateTime('UTC'))}
  AND has(ids, id)
GROUP BY version, bucket, id`;

const storedRow = z.object({
  version: z.string(),
  bucket_ms: integer,
  id: z.string(),
  row_version: bigInteger,
});
const truthKey = (place: Omit<Place, 'model'> & { id: string }): string =>
  JSON.stringify([place.version, place.bucketMs, place.id]);

/** noteLateLabels: lists labels whose prediction lies in a sealed bucket. Called before they are stored. */
export async function noteLateLabels(
  database: Database,
  { project, topic, incarnation }: Pick<TopicPartition, 'topic' | 'incarnation'> & { project: string },
  placed: readonly PlacedLabel[],
): Promise<void> {
  const places = placed
    .filter(({ bucketMs, removed }) => bucketMs !== WAITING_BUCKET_MS && !removed)
    .map((each) => ({ ...each, model: each.label.model }));
  const sealed = await sealedAmong(database, project, places);
  if (sealed.size === 0) return;
  const late = places.filter((place) => sealed.has(placeKey(place)));
  for (const [model, rows] of Map.groupBy(late, (row) => row.model)) {
    const ids = idParams(rows.map(({ label }) => label.id));
    const stored = await database.query({
      name: 'too-late-labels-stored',
      sql: STORED.replace('{ids}', ids.sql),
      params: {
        ...ids.params,
        project,
        model,
        buckets: [...new Set(rows.map(({ bucketMs }) => bucketMs / 1_000))],
      },
      timeoutMs: 60_000,
      row: storedRow,
    });
    const newest = new Map(
      stored.map((row) => [truthKey({ ...row, bucketMs: row.bucket_ms }), row.row_version]),
    );
    const fresh = rows.filter(
      ({ label, version, bucketMs }) =>
        (newest.get(truthKey({ version, bucketMs, id: label.id })) ?? -1n) <
        labelVersion({ ...label, removed: false }),
    );
    await insertTooLate(
      database,
      project,
      fresh.map(({ label, version, bucketMs }) => ({
        ...{
          model,
          version,
          bucketMs,
          cause: 'label',
          id: label.id,
          timeMs: label.timeMs,
          topic,
          incarnation,
        },
        ...{ partition: label.partition, offset: label.offset, expiresMs: label.expiresMs },
      })),
    );
  }
}

const countRow = z.object({ topic: z.string(), incarnation: z.string(), partition: integer, count: integer });

/** countTooLate: by partition; one event counts once, also when it is late under several versions. */
export const countTooLate = (
  database: Database,
  project: string,
): Promise<(TopicPartition & { count: number })[]> =>
  database.query({
    name: 'count-too-late',
    sql:
      'SELECT topic, incarnation, partition, uniqExact(offset) AS count FROM too_late ' +
      `WHERE project = {project: String} AND topic != '' GROUP BY topic, incarnation, partition`,
    params: { project },
    timeoutMs: 60_000,
    row: countRow,
  });
