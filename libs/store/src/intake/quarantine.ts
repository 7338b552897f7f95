import { z } from 'zod';
import type { QuarantineReason } from '#libs/contracts';
import { integer, bigInteger, RowBinary, type Database, StoreError } from '../client/index.js';
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
] as const;

/** encodeQuarantine: events that were refused, under the offset where they lie. */
export function encodeQuarantine(
  source: TopicPartition & { project: string },
  rows: readonly QuarantineRow[],
  atMs: number,
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
  }
  return writer;
}

/** A refused event as it is listed; `cursor` continues the list after it. */
export type QuarantineEntry = QuarantineRow & TopicPartition & { atMs: number; cursor: string };

const cursorSchema = z.tuple([z.number(), z.string(), z.string(), z.number(), z.string()]);
type Cursor = z.infer<typeof cursorSchema>;

/** After everything: the first page. */
const NEWEST: Cursor = [9_000_000_000_000, '', '', 0, '0'];

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** Null for anything that this file did not write. */
function readCursor(text: string): Cursor | null {
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return parsed.success && /^\d{1,20}$/.test(parsed.data[4]) ? parsed.data : null;
  } catch {
    return null;
  }
}

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
  })
  .transform(
    ({ broker_time_ms: brokerTimeMs, raw_bytes: rawBytes, at_ms: atMs, ...row }): QuarantineEntry => ({
      ...row,
      brokerTimeMs,
      rawBytes,
      atMs,
      cursor: writeCursor([brokerTimeMs, row.topic, row.incarnation, row.partition, String(row.offset)]),
    }),
  );

const LIST = `
SELECT
  topic, incarnation, partition, offset, toUnixTimestamp64Milli(broker_time) AS broker_time_ms,
  reason, field, message, key, base64Encode(raw) AS raw, raw_bytes, headers, toUnixTimestamp64Milli(at) AS at_ms
FROM quarantine FINAL
WHERE project = {project: String}
  AND ({reason: String} = '' OR reason = {reason: String})
  AND (toUnixTimestamp64Milli(broker_time), topic, incarnation, partition, offset)
    < ({timeMs: Int64}, {topic: String}, {incarnation: String}, {partition: UInt16}, {offset: UInt64})
ORDER BY toUnixTimestamp64Milli(broker_time) DESC, topic DESC, incarnation DESC, partition DESC, offset DESC
LIMIT {limit: UInt32}`;

export type QuarantinePage = { limit: number; before?: string; reason?: string };

/** listQuarantine: newest first, by the broker's clock. Throws a StoreError that is not retryable when `before` is no cursor of ours. */
export function listQuarantine(
  database: Database,
  project: string,
  page: QuarantinePage,
): Promise<QuarantineEntry[]> {
  const cursor = page.before === undefined ? NEWEST : readCursor(page.before);
  if (cursor === null)
    throw new StoreError("'before' is not a cursor of this list: use the cursor of its last entry", {
      query: 'list-quarantine',
      retryable: false,
      code: 'BAD_CURSOR',
    });
  const [timeMs, topic, incarnation, partition, offset] = cursor;
  return database.query({
    name: 'list-quarantine',
    sql: LIST,
    params: {
      project,
      reason: page.reason ?? '',
      timeMs,
      topic,
      incarnation,
      partition,
      offset,
      limit: page.limit,
    },
    row: entryRow,
  });
}
