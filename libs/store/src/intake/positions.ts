import { z } from 'zod';
import { flag, integer, RowBinary, type Database } from '../client/index.js';
import type { IngestPosition } from './rows.js';

export const POSITION_COLUMNS = [
  'project',
  'topic',
  'incarnation',
  'partition',
  'next_offset',
  'end_offset',
  'broker_time',
  'last_record_at',
  'behind_since',
  'at',
] as const;

/** writePositions: the newest report of a partition replaces the older ones. */
export async function writePositions(database: Database, rows: readonly IngestPosition[]): Promise<void> {
  if (rows.length === 0) return;
  const nowMs = Date.now();
  const writer = new RowBinary();
  for (const row of rows) {
    writer.string(row.project);
    writer.string(row.topic);
    writer.string(row.incarnation);
    writer.uint16(row.partition);
    writer.uint64(row.nextOffset);
    writer.uint64(row.endOffset);
    writer.dateTime64(row.brokerTimeMs);
    writer.dateTime64(row.lastRecordAtMs);
    if (!writer.nullable(row.behindSinceMs === null)) writer.dateTime64(row.behindSinceMs ?? 0);
    writer.dateTime64(row.atMs ?? nowMs);
  }
  await database.insertRowBinary({
    table: 'ingest_positions',
    columns: POSITION_COLUMNS,
    data: writer.chunks(),
  });
}

export type Watermark = {
  /** Everything that the broker took before this has been processed; null when all partitions are idle, so the clock alone decides. */
  watermarkMs: number | null;
  /** Since when the slowest partition has had unprocessed records, or has not been heard of; null when none is behind. */
  behindSinceMs: number | null;
};

const WATERMARK = `
WITH
  ifNull(toUnixTimestamp64Milli(behind_since), toInt64(0)) AS behind_ms,
  toUnixTimestamp64Milli(at) AS at_ms,
  behind_since IS NOT NULL OR next_offset < end_offset AS is_behind,
  at_ms < {now: Int64} - {idle: Int64} AS is_silent,
  is_behind OR is_silent OR toUnixTimestamp64Milli(last_record_at) >= {now: Int64} - {idle: Int64} AS counts
SELECT
  countIf(counts) > 0 AS active,
  minIf(toUnixTimestamp64Milli(broker_time), counts) AS watermark_ms,
  countIf(is_behind OR is_silent) > 0 AS behind,
  minIf(if(behind_ms > 0, behind_ms, at_ms), is_behind OR is_silent) AS behind_since_ms
FROM ingest_positions FINAL
WHERE project = {project: String} AND topic = {topic: String}
  AND incarnation = (
    SELECT argMax(incarnation, at) FROM ingest_positions
    WHERE project = {project: String} AND topic = {topic: String}
  )`;

const watermarkRow = z.object({
  active: flag,
  watermark_ms: integer,
  behind: flag,
  behind_since_ms: integer,
});

/**
 * readWatermark: how far ingest has come, over the partitions of the topic's newest incarnation. A partition is idle, and left out, when it
 * has had no record for `idleMs` and has none waiting. One that nobody has reported on for `idleMs` is not idle but unknown: it
 * counts as behind since its last report, so a consumer that died does not look like silence.
 */
export async function readWatermark(
  database: Database,
  at: { project: string; topic: string; nowMs: number; idleMs: number },
): Promise<Watermark> {
  const [row] = await database.query({
    name: 'ingest-watermark',
    sql: WATERMARK,
    params: { project: at.project, topic: at.topic, now: at.nowMs, idle: at.idleMs },
    row: watermarkRow,
  });
  return {
    watermarkMs: row?.active === true ? row.watermark_ms : null,
    behindSinceMs: row?.behind === true ? row.behind_since_ms : null,
  };
}

/** Where ingest stands in a topic: records that exist and are not processed, over the partitions of its newest life. */
const LAG = `
SELECT topic, sum(toInt64(end_offset) - toInt64(next_offset)) AS lag
FROM ingest_positions FINAL
WHERE project = {project: String} AND (topic, incarnation) IN (
  SELECT topic, argMax(incarnation, at) FROM ingest_positions WHERE project = {project: String} GROUP BY topic
)
GROUP BY topic`;

const lagRow = z.object({ topic: z.string(), lag: integer });

/** readLags: topic → records that wait, as of the last reports. */
export async function readLags(database: Database, project: string): Promise<Map<string, number>> {
  const rows = await database.query({ name: 'ingest-lags', sql: LAG, params: { project }, row: lagRow });
  return new Map(rows.map(({ topic, lag }) => [topic, Math.max(0, lag)]));
}
