import { z } from 'zod';
import { tooLateCauses, type TooLateCause } from '#libs/contracts';
import { bigInteger, cursors, integer, offsetText, type Database } from '../client/index.js';

/** One event or label that came after its bucket was sealed; `cursor` continues the list after it. */
export type TooLateEntry = {
  version: string;
  bucketMs: number;
  cause: TooLateCause;
  id: string;
  timeMs: number;
  partition: number;
  offset: bigint;
  atMs: number;
  cursor: string;
};
export type TooLatePage = { limit: number; before?: string };

const places = cursors(
  z.tuple([z.number(), z.string(), z.string(), z.number(), offsetText]),
  'list-too-late',
);
const NEWEST: ReturnType<typeof places.read> = [9_000_000_000_000, '', '', 0, '0'];

const entryRow = z
  .object({
    version: z.string(),
    bucket_ms: integer,
    cause: z.enum(tooLateCauses),
    id: z.string(),
    time_ms: integer,
    partition: integer,
    offset: bigInteger,
    at_ms: integer,
  })
  .transform(({ bucket_ms: bucketMs, time_ms: timeMs, at_ms: atMs, ...row }): TooLateEntry => ({
    ...row,
    bucketMs,
    timeMs,
    atMs,
    cursor: places.write([atMs, row.version, row.id, row.partition, String(row.offset)]),
  }));

const LIST = `
SELECT
  version, toUnixTimestamp(bucket) * 1000 AS bucket_ms, cause, id, toUnixTimestamp64Milli(time) AS time_ms,
  partition, offset, toUnixTimestamp64Milli(at) AS at_ms
FROM too_late FINAL
WHERE project = {project: String} AND model = {model: String}
  AND (at_ms, version, id, partition, offset) < ({atMs: Int64}, {version: String}, {id: String}, {partition: UInt16}, {offset: UInt64})
ORDER BY at_ms DESC, version DESC, id DESC, partition DESC, offset DESC
LIMIT {limit: UInt32}`;

/** listTooLate: newest first. Throws a StoreError that is not retryable when `before` is no cursor of ours. */
export async function listTooLate(
  database: Database,
  { project, model }: { project: string; model: string },
  page: TooLatePage,
): Promise<TooLateEntry[]> {
  const [atMs, version, id, partition, offset] =
    page.before === undefined ? NEWEST : places.read(page.before);
  return database.query({
    name: 'list-too-late',
    sql: LIST,
    params: { project, model, atMs, version, id, partition, offset, limit: page.limit },
    row: entryRow,
  });
}
