import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import { encodeMarkChecks, MARK_CHECK_COLUMNS, type MarkCause } from '../intake/marks.js';

/** At most this many marks in one pass: they travel as parameters. */
const MAX_MARKS = 1_000;
/** Marks are stamped before they are visible, so the search begins this long before the newest that was compared. */
const OVERLAP_MS = 3_600_000;

const markRow = z
  .object({
    model: z.string(),
    version: z.string(),
    bucket_ms: integer,
    cause: z.string().transform((cause) => cause as MarkCause),
    topic: z.string(),
    incarnation: z.string(),
    partition: integer,
    first: bigInteger,
    last: bigInteger,
    rows: integer,
    marked_at_ms: integer,
  })
  .transform(({ bucket_ms: bucketMs, marked_at_ms: markedAtMs, ...mark }) => ({
    ...mark,
    bucketMs,
    markedAtMs,
  }));
export type FreshMark = z.output<typeof markRow>;

const FRESH = `
WITH (
  SELECT toUnixTimestamp64Milli(max(marked_at)) - {overlap: Int64} FROM mark_checks WHERE project = {project: String}
) AS since_ms
SELECT
  model, version, toUnixTimestamp(bucket) * 1000 AS bucket_ms, cause, topic, incarnation, partition, first, last, rows,
  toUnixTimestamp64Milli(max(at)) AS marked_at_ms
FROM bucket_marks
WHERE project = {project: String}
  AND cause IN ('prediction', 'waiting')
  AND toUnixTimestamp64Milli(at) >= since_ms
  AND (model, version, bucket, cause, topic, incarnation, partition, first, last, rows) NOT IN (
    SELECT model, version, bucket, cause, topic, incarnation, partition, first, last, rows
    FROM mark_checks
    WHERE project = {project: String} AND toUnixTimestamp64Milli(marked_at) >= since_ms
  )
GROUP BY model, version, bucket, cause, topic, incarnation, partition, first, last, rows
ORDER BY marked_at_ms, first
LIMIT {limit: UInt32}`;

/** freshMarks: marks whose ids nobody has compared yet, oldest first, of about `rows` rows. Empty when there are none. */
export async function freshMarks(database: Database, project: string, rows: number): Promise<FreshMark[]> {
  const marks = await database.query({
    name: 'fresh-marks',
    sql: FRESH,
    params: { project, overlap: OVERLAP_MS, limit: MAX_MARKS },
    row: markRow,
  });
  const taken: FreshMark[] = [];
  let sum = 0;
  for (const mark of marks) {
    if (taken.length > 0 && sum + mark.rows > rows) break;
    taken.push(mark);
    sum += mark.rows;
  }
  return taken;
}

/** noteChecked: written last; what a crash leaves out is compared again. */
export async function noteChecked(
  database: Database,
  project: string,
  marks: readonly FreshMark[],
): Promise<void> {
  const data = encodeMarkChecks(project, marks).chunks();
  await database.insertRowBinary({ table: 'mark_checks', columns: MARK_CHECK_COLUMNS, data });
}

/** Spans of offsets by (version, bucket, partition), as the parameters of {@link SPANS}. Parts of a span between marks are compared twice, which changes nothing. */
export function spanParams(marks: readonly FreshMark[]): SpanParams {
  const spans = new Map<string, FreshMark>();
  for (const mark of marks) {
    const key = `${mark.partition}/${mark.bucketMs}/${mark.version}`;
    const span = spans.get(key);
    if (!span) spans.set(key, { ...mark });
    else {
      if (mark.first < span.first) span.first = mark.first;
      if (mark.last > span.last) span.last = mark.last;
    }
  }
  const list = [...spans.values()];
  return {
    versions: list.map(({ version }) => version),
    buckets: list.map(({ bucketMs }) => bucketMs / 1_000),
    partitions: list.map(({ partition }) => partition),
    firsts: list.map(({ first }) => first),
    lasts: list.map(({ last }) => last),
  };
}
type SpanParams = {
  versions: string[];
  buckets: number[];
  partitions: number[];
  firsts: bigint[];
  lasts: bigint[];
};

/** A table of the spans that {@link spanParams} gives. */
export const SPANS = `
  SELECT span.1 AS version, span.2 AS bucket, span.3 AS partition, span.4 AS first, span.5 AS last
  FROM (
    SELECT arrayJoin(arrayZip(
      {versions: Array(String)}, {buckets: Array(DateTime('UTC'))}, {partitions: Array(UInt16)},
      {firsts: Array(UInt64)}, {lasts: Array(UInt64)}
    )) AS span
  )`;

/** Ids of the prediction rows that the spans brought, read from their own buckets. */
export const FRESH_IDS = `
  SELECT id, cityHash64(id) AS id_hash
  FROM predictions AS p
  INNER JOIN (${SPANS}) AS s
    ON p.version = s.version AND p.bucket = s.bucket
    AND toUInt16(bitAnd(bitShiftRight(p.row_version, 64), 65535)) = s.partition
  WHERE p.project = {project: String} AND p.model = {model: String}
    AND p.version IN {versions: Array(String)} AND p.origin = ''
    AND p.bucket IN {buckets: Array(DateTime('UTC'))}
    AND reinterpretAsUInt64(p.row_version) BETWEEN s.first AND s.last`;
