import { z } from 'zod';
import { integer, type Database, type Params } from '../client/index.js';
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

const ROWS = 'SELECT count() AS rows FROM arrivals WHERE project = {project: String}';

/**
 * Nearly all ids came once, and their rows are only counted. Those that came more than once are looked at: the hash of the id is enough to find
 * them; what else shares it, such as another version, is told apart afterwards, as are copies of a row that was written twice. So nothing has
 * to be merged, and one statement sees one state of the table, whatever is merged meanwhile.
 */
const COUNTS = `
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
  ),
  looked_at AS (
    SELECT
      event.1 AS topic, event.2 AS incarnation, event.3 AS partition,
      sum(event.6) AS copies,
      countIf(event.4 = newest.1) AS current,
      countIf(event.4 != newest.1 AND event.5 = newest.2) AS duplicates,
      countIf(event.4 != newest.1 AND event.5 != newest.2) AS amended
    FROM (
      SELECT groupArray((topic, incarnation, partition, version_of, content, copies)) AS events, max((version_of, content)) AS newest
      FROM (
        SELECT
          model, id_hash, version, topic, incarnation, partition,
          max(row_version) AS version_of, anyLast(content_hash) AS content, count() AS copies
        FROM slice
        WHERE id_hash IN (SELECT id_hash FROM repeated)
        GROUP BY model, id_hash, version, bucket, topic, incarnation, partition, offset
      )
      GROUP BY model, id_hash, version
    )
    ARRAY JOIN events AS event
    GROUP BY topic, incarnation, partition
  )
SELECT topic, incarnation, partition, sum(once) AS current, sum(duplicate) AS duplicates, sum(other) AS amended
FROM (
  SELECT topic, incarnation, partition, toInt64(count()) AS once, 0 AS duplicate, 0 AS other
  FROM slice
  GROUP BY topic, incarnation, partition
  UNION ALL
  SELECT topic, incarnation, partition, toInt64(current) - toInt64(copies), duplicates, amended FROM looked_at
)
GROUP BY topic, incarnation, partition`;

const partitionRow = { topic: z.string(), incarnation: z.string(), partition: integer };
const rowsRow = z.object({ rows: integer });
const countsRow = z.object({ ...partitionRow, current: integer, duplicates: integer, amended: integer });
const erasedRow = z.object({ ...partitionRow, erased: integer });

const keyOf = ({ topic, incarnation, partition }: TopicPartition): string =>
  JSON.stringify([topic, incarnation, partition]);

/** readEventCounts: by partition. It reads the whole index of the project; see {@link costlyCounts}. While events arrive, the parts are of slightly different moments. */
export async function readEventCounts(database: Database, project: string): Promise<EventCounts[]> {
  const read = <Row extends z.ZodType>(name: string, sql: string, row: Row, slice: Params = {}) =>
    database.query({ name, sql, params: { project, ...slice }, timeoutMs: TIMEOUT_MS, row });
  const counts = new Map<string, EventCounts>();
  const of = ({ topic, incarnation, partition }: TopicPartition): EventCounts => {
    const where = { topic, incarnation, partition };
    const known = counts.get(keyOf(where)) ?? { ...where, current: 0, duplicates: 0, amended: 0, erased: 0 };
    counts.set(keyOf(where), known);
    return known;
  };
  const [all] = await read('count-arrivals', ROWS, rowsRow);
  for (const [from, to] of slices(Math.ceil((all?.rows ?? 0) / ROWS_PER_SLICE)))
    for (const row of await read('count-events', COUNTS, countsRow, { from, to })) {
      const count = of(row);
      count.current += row.current;
      count.duplicates += row.duplicates;
      count.amended += row.amended;
    }
  for (const row of await read('count-erased', ERASED, erasedRow)) of(row).erased = row.erased;
  return [...counts.values()];
}

/** Ranges of the hash, both ends included, that together are all of it. */
function* slices(count: number): Generator<[from: bigint, to: bigint]> {
  for (let at = 0n; at < BigInt(count); at += 1n)
    yield [(HASHES * at) / BigInt(count), (HASHES * (at + 1n)) / BigInt(count) - 1n];
}
