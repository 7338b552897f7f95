import { z } from 'zod';
import type { EventPosition, QuarantineReason } from '#libs/contracts';
import { bigInteger, cursors, integer, offsetText, RowBinary, type Database } from '../client/index.js';
import type { QuarantineRow, TopicPartition } from './rows.js';

export const QUARANTINE_COLUMNS = [
  'project',
  'topic',
  'incarnation',
  'partition',
  'offset',
  'broker_time',
  'reason',
  'field',
  'message',
  'key',
  'raw',
  'raw_bytes',
  'headers',
  'at',
  'kept_seconds',
] as const;

/** How long an entry is kept where its project does not say. */
const KEPT_MS = 30 * 86_400_000;

/** encodeQuarantine: events that were refused, under the offset where they lie. */
export function encodeQuarantine(
  source: TopicPartition & { project: string },
  rows: readonly QuarantineRow[],
  { atMs, keptMs = KEPT_MS }: { atMs: number; keptMs?: number | undefined },
): RowBinary {
  const writer = new RowBinary();
  for (const row of rows) {
    writer.string(source.project);
    writer.string(source.topic);
    writer.string(source.incarnation);
    writer.uint16(source.partition);
    writer.uint64(row.offset);
    writer.dateTime64(row.brokerTimeMs);
    writer.string(row.reason);
    writer.string(row.field);
    writer.string(row.message);
    writer.string(row.key);
    writer.rawString(row.raw);
    writer.uint64(BigInt(row.rawBytes));
    writer.stringMap(row.headers);
    writer.dateTime64(atMs);
    writer.uint32(Math.floor(keptMs / 1_000));
  }
  return writer;
}

/** A refused event as it is listed; `cursor` continues the list after it. */
export type QuarantineEntry = QuarantineRow &
  TopicPartition & {
    atMs: number;
    /** When it was accepted by a replay; null while it was not. */
    replayedMs: number | null;
    cursor: string;
  };

const places = cursors(
  z.tuple([z.number(), z.string(), z.string(), z.number(), offsetText]),
  'list-quarantine',
);

/** After everything: the first page. */
const NEWEST: ReturnType<typeof places.read> = [9_000_000_000_000, '', '', 0, '0'];

const entryRow = z
  .object({
    topic: z.string(),
    incarnation: z.string(),
    partition: integer,
    offset: bigInteger,
    broker_time_ms: integer,
    reason: z.string().transform((reason) => reason as QuarantineReason),
    field: z.string(),
    message: z.string(),
    key: z.string(),
    raw: z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
    raw_bytes: integer,
    headers: z.record(z.string(), z.string()),
    at_ms: integer,
    replayed_ms: integer,
  })
  .transform(
    ({
      broker_time_ms: brokerTimeMs,
      raw_bytes: rawBytes,
      at_ms: atMs,
      replayed_ms: replayedMs,
      ...row
    }): QuarantineEntry => ({
      ...row,
      brokerTimeMs,
      rawBytes,
      atMs,
      replayedMs: replayedMs === 0 ? null : replayedMs,
      cursor: places.write([brokerTimeMs, row.topic, row.incarnation, row.partition, String(row.offset)]),
    }),
  );

const COLUMNS = `
  topic, incarnation, partition, offset, toUnixTimestamp64Milli(broker_time) AS broker_time_ms,
  reason, field, message, key, base64Encode(raw) AS raw, raw_bytes, headers, toUnixTimestamp64Milli(at) AS at_ms`;

/** Entries that a replay stored, with the time of the first that did. */
const REPLAYED = `
  SELECT topic, incarnation, partition, offset, toUnixTimestamp64Milli(min(at)) AS replayed_ms
  FROM replay_outcomes
  WHERE project = {project: String} AND accepted AND NOT dry
  GROUP BY topic, incarnation, partition, offset`;

const LIST = `
SELECT q.*, replayed_ms FROM (
  SELECT ${COLUMNS}
  FROM quarantine FINAL
  WHERE project = {project: String}
    AND ({reason: String} = '' OR reason = {reason: String})
    AND ({state: String} = '' OR ((topic, incarnation, partition, offset) IN (
      SELECT topic, incarnation, partition, offset FROM (${REPLAYED})
    )) = ({state: String} = 'replayed'))
    AND (toUnixTimestamp64Milli(broker_time), topic, incarnation, partition, offset)
      < ({timeMs: Int64}, {topic: String}, {incarnation: String}, {partition: UInt16}, {offset: UInt64})
  ORDER BY toUnixTimestamp64Milli(broker_time) DESC, topic DESC, incarnation DESC, partition DESC, offset DESC
  LIMIT {limit: UInt32}
) AS q
LEFT JOIN (${REPLAYED}) AS r USING (topic, incarnation, partition, offset)
ORDER BY broker_time_ms DESC, topic DESC, incarnation DESC, partition DESC, offset DESC`;

/** `state`: only those that wait, or only those that a replay has stored. */
export type QuarantinePage = {
  limit: number;
  before?: string;
  reason?: string;
  state?: 'waiting' | 'replayed';
};

/** listQuarantine: newest first, by the broker's clock. Throws a StoreError that is not retryable when `before` is no cursor of ours. */
export async function listQuarantine(
  database: Database,
  project: string,
  page: QuarantinePage,
): Promise<QuarantineEntry[]> {
  const [timeMs, topic, incarnation, partition, offset] =
    page.before === undefined ? NEWEST : places.read(page.before);
  const { reason = '', state = '', limit } = page;
  return database.query({
    name: 'list-quarantine',
    sql: LIST,
    params: { project, reason, state, timeMs, topic, incarnation, partition, offset, limit },
    row: entryRow,
  });
}

const ENTRY = `
SELECT q.*, replayed_ms FROM (
  SELECT ${COLUMNS}
  FROM quarantine FINAL
  WHERE project = {project: String} AND topic = {topic: String} AND partition = {partition: UInt16} AND offset = {offset: UInt64}
    AND ({incarnation: String} = '' OR incarnation = {incarnation: String})
) AS q
LEFT JOIN (${REPLAYED}) AS r USING (topic, incarnation, partition, offset)
ORDER BY at_ms DESC
LIMIT 1`;

/** readQuarantined: the event at a position; without an incarnation, of the newest life of the topic that has one there. */
export async function readQuarantined(
  database: Database,
  project: string,
  { topic, partition, offset, incarnation = '' }: EventPosition,
): Promise<QuarantineEntry | null> {
  const params = { project, topic, partition, offset, incarnation };
  const [entry] = await database.query({ name: 'quarantined-event', sql: ENTRY, params, row: entryRow });
  return entry ?? null;
}

export type QuarantineCount = {
  reason: QuarantineReason;
  waiting: number;
  replayed: number;
  firstMs: number;
  lastMs: number;
};

const COUNTS = `
SELECT
  reason,
  countIf(NOT is_replayed) AS waiting,
  countIf(is_replayed) AS replayed,
  toUnixTimestamp64Milli(min(broker_time)) AS first_ms,
  toUnixTimestamp64Milli(max(broker_time)) AS last_ms
FROM (
  SELECT reason, broker_time, (topic, incarnation, partition, offset) IN (
    SELECT topic, incarnation, partition, offset FROM (${REPLAYED})
  ) AS is_replayed
  FROM quarantine FINAL
  WHERE project = {project: String}
)
GROUP BY reason
ORDER BY waiting DESC, reason`;

const countRow = z
  .object({
    reason: z.string().transform((reason) => reason as QuarantineReason),
    waiting: integer,
    replayed: integer,
    first_ms: integer,
    last_ms: integer,
  })
  .transform(({ first_ms: firstMs, last_ms: lastMs, ...counts }) => ({ ...counts, firstMs, lastMs }));

/** countQuarantine: how many events are kept per reason, most frequent first. */
export const countQuarantine = (database: Database, project: string): Promise<QuarantineCount[]> =>
  database.query({ name: 'count-quarantine', sql: COUNTS, params: { project }, row: countRow });
