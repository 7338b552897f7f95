import { z } from 'zod';
import { integer, type Database } from '../client/index.js';
import type { TopicPartition } from './rows.js';

/** What became of the accepted prediction events of a partition, as far as their rows are kept. */
export type EventCounts = TopicPartition & {
  /** The newest of their id. */
  current: number;
  /** Replaced by an event of the same content. */
  duplicates: number;
  /** Replaced by an event of other content. */
  amended: number;
  /** Of an id that was erased, before or after it came in; of ground truth, those that came in afterwards. */
  erased: number;
};

const TIMEOUT_MS = 120_000;
/** Ids that are compared at one time: their table takes about 300 MB of ClickHouse's memory. */
const ROWS_PER_SLICE = 10_000_000;
const HASHES = 1n << 64n;

/** Erased ids are counted by where their events lay: their arrivals are on their way out. */
const IS_ERASED = `(model, id_hash) IN (SELECT model, id_hash FROM tombstones WHERE project = {project: String})`;

const ERASED = `
SELECT topic, incarnation, partition, count() AS erased
FROM (
  SELECT topic, incarnation, partition, offset FROM erased_arrivals WHERE project = {project: String}
  UNION DISTINCT
  SELECT topic, incarnation, partition, offset FROM arrivals WHERE project = {project: String} AND ${IS_ERASED}
)
GROUP BY topic, incarnation, partition`;

/** A row that was written twice is one row, and its copies always lie in the same partition of the table: those of past months are merged, and cost nothing. */
const ARRIVALS = `
SELECT topic, incarnation, partition, count() AS arrivals
FROM arrivals FINAL
WHERE project = {project: String} AND NOT ${IS_ERASED}
GROUP BY topic, incarnation, partition
SETTINGS do_not_merge_across_partitions_select_final = 1`;

/**
 * Only ids that came more than once need a closer look; nearly all came once. To find them the hash of the id is enough: what else shares it,
 * such as another version, is told apart afterwards, as are copies of one row, so nothing is merged for it.
 */
const REPEATED = `
WITH
  slice AS (
    SELECT * FROM arrivals
    WHERE project = {project: String} AND id_hash BETWEEN {from: UInt64} AND {to: UInt64} AND NOT ${IS_ERASED}
  ),
  repeated AS (
    SELECT id_hash FROM arrivals
    WHERE project = {project: String} AND id_hash BETWEEN {from: UInt64} AND {to: UInt64}
    GROUP BY id_hash
    HAVING count() > 1
  )
SELECT
  event.1 AS topic, event.2 AS incarnation, event.3 AS partition,
  count() AS arrivals,
  countIf(event.4 = newest.1) AS current,
  countIf(event.4 != newest.1 AND event.5 = newest.2) AS duplicates,
  countIf(event.4 != newest.1 AND event.5 != newest.2) AS amended
FROM (
  SELECT
    groupArray((topic, incarnation, partition, newest_version, content)) AS events,
    max((newest_version, content)) AS newest
  FROM (
    SELECT
      model, id_hash, version, topic, incarnation, partition,
      max(row_version) AS newest_version, anyLast(content_hash) AS content
    FROM slice
    WHERE id_hash IN (SELECT id_hash FROM repeated)
    GROUP BY model, id_hash, version, bucket, topic, incarnation, partition, offset
  )
  GROUP BY model, id_hash, version
)
ARRAY JOIN events AS event
GROUP BY topic, incarnation, partition`;

const partitionRow = { topic: z.string(), incarnation: z.string(), partition: integer, arrivals: integer };
const arrivalsRow = z.object(partitionRow);
const erasedRow = z.object({
  topic: z.string(),
  incarnation: z.string(),
  partition: integer,
  erased: integer,
});
const repeatedRow = z.object({ ...partitionRow, current: integer, duplicates: integer, amended: integer });

const keyOf = ({ topic, incarnation, partition }: TopicPartition): string =>
  JSON.stringify([topic, incarnation, partition]);

/** readEventCounts: by partition. While events arrive, the parts are of slightly different moments. */
export async function readEventCounts(database: Database, project: string): Promise<EventCounts[]> {
  const arrivals = await database.query({
    name: 'count-arrivals',
    sql: ARRIVALS,
    params: { project },
    timeoutMs: TIMEOUT_MS,
    row: arrivalsRow,
  });
  const counts = new Map(
    arrivals.map(({ arrivals: rows, ...of }) => [
      keyOf(of),
      { ...of, current: rows, duplicates: 0, amended: 0, erased: 0 },
    ]),
  );
  const total = arrivals.reduce((sum, row) => sum + row.arrivals, 0);
  for (const [from, to] of slices(Math.ceil(total / ROWS_PER_SLICE))) {
    const repeated = await database.query({
      name: 'count-repeated',
      sql: REPEATED,
      params: { project, from, to },
      timeoutMs: TIMEOUT_MS,
      row: repeatedRow,
    });
    for (const row of repeated) {
      const count = counts.get(keyOf(row));
      if (count === undefined) continue;
      count.current += row.current - row.arrivals;
      count.duplicates += row.duplicates;
      count.amended += row.amended;
    }
  }
  const erased = await database.query({
    name: 'count-erased',
    sql: ERASED,
    params: { project },
    timeoutMs: TIMEOUT_MS,
    row: erasedRow,
  });
  for (const row of erased) {
    const none = { ...row, current: 0, duplicates: 0, amended: 0 };
    counts.set(keyOf(row), { ...(counts.get(keyOf(row)) ?? none), erased: row.erased });
  }
  return [...counts.values()];
}

/** Ranges of the hash, both ends included, that together are all of it. */
function* slices(count: number): Generator<[from: bigint, to: bigint]> {
  for (let at = 0n; at < BigInt(count); at += 1n)
    yield [(HASHES * at) / BigInt(count), (HASHES * (at + 1n)) / BigInt(count) - 1n];
}
