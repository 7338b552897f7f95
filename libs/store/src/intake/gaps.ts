import { z } from 'zod';
import type { GapCause } from '#libs/contracts';
import { bigInteger, integer, RowBinary, type Database } from '../client/index.js';
import type { TopicPartition } from './rows.js';

/** A run of offsets, both ends included. */
export type PartitionRange = TopicPartition & { first: bigint; last: bigint };

/** Records that nobody stored. */
export type Gap = PartitionRange & {
  cause: GapCause;
  /** When the newest record before it was taken by the broker, or when it was seen. */
  sinceMs: number;
  /** Who has taken note of it; null while nobody has. */
  acknowledged: { author: string; comment: string; atMs: number } | null;
};

export const REPORTED_GAP_COLUMNS = [
  'project',
  'topic',
  'incarnation',
  'partition',
  'first',
  'last',
  'cause',
  'at',
] as const;
export const ACKNOWLEDGED_GAP_COLUMNS = [
  'project',
  'topic',
  'incarnation',
  'partition',
  'first',
  'last',
  'author',
  'comment',
  'at',
] as const;

const TIMEOUT_MS = 60_000;
/** More separate gaps than a person can look at; the accounting counts them all. */
const GAPS_MAX = 10_000;

const GAPS = `
SELECT topic, incarnation, partition, gap_first, gap_last, any(cause) AS cause, toUnixTimestamp64Milli(min(since)) AS since_ms
FROM ingestion_gaps
WHERE project = {project: String}
GROUP BY topic, incarnation, partition, gap_first, gap_last
ORDER BY topic, incarnation, partition, gap_first
LIMIT ${GAPS_MAX}`;

const ACKNOWLEDGED = `
SELECT topic, incarnation, partition, first, last, author, comment, toUnixTimestamp64Milli(at) AS at_ms
FROM acknowledged_gaps FINAL
WHERE project = {project: String}`;

const partitionRow = { topic: z.string(), incarnation: z.string(), partition: integer };
const gapRow = z.object({
  ...partitionRow,
  gap_first: bigInteger,
  gap_last: bigInteger,
  cause: z.string().transform((cause) => cause as GapCause),
  since_ms: integer,
});
const acknowledgedRow = z.object({
  ...partitionRow,
  first: bigInteger,
  last: bigInteger,
  author: z.string(),
  comment: z.string(),
  at_ms: integer,
});

const isOf = (a: TopicPartition, b: TopicPartition): boolean =>
  a.topic === b.topic && a.incarnation === b.incarnation && a.partition === b.partition;

/** readGaps: what is missing now, over all lives of the project's topics; one that a replay of the topic filled is no gap any more. */
export async function readGaps(database: Database, project: string): Promise<Gap[]> {
  const bounds = { params: { project }, timeoutMs: TIMEOUT_MS };
  const [gaps, notes] = await Promise.all([
    database.query({ name: 'ingestion-gaps', sql: GAPS, row: gapRow, ...bounds }),
    database.query({ name: 'acknowledged-gaps', sql: ACKNOWLEDGED, row: acknowledgedRow, ...bounds }),
  ]);
  return gaps.map(({ gap_first: first, gap_last: last, since_ms: sinceMs, ...gap }) => {
    const note = notes.find((each) => isOf(each, gap) && each.first <= first && each.last >= last);
    const acknowledged =
      note === undefined ? null : { author: note.author, comment: note.comment, atMs: note.at_ms };
    return { ...gap, first, last, sinceMs, acknowledged };
  });
}

const writeRange = (writer: RowBinary, project: string, range: PartitionRange): void => {
  writer.string(project);
  writer.string(range.topic);
  writer.string(range.incarnation);
  writer.uint16(range.partition);
  writer.uint64(range.first);
  writer.uint64(range.last);
};

/** reportGap: what the consumer says is gone, before the next record proves it in the ledger. */
export async function reportGap(
  database: Database,
  project: string,
  gap: PartitionRange & { cause: GapCause; atMs: number },
): Promise<void> {
  const writer = new RowBinary();
  writeRange(writer, project, gap);
  writer.string(gap.cause);
  writer.dateTime64(gap.atMs);
  await database.insertRowBinary({
    table: 'reported_gaps',
    columns: REPORTED_GAP_COLUMNS,
    data: writer.chunks(),
  });
}

/** acknowledgeGaps: a person knows of these; no alert is held open for them any more. */
export async function acknowledgeGaps(
  database: Database,
  project: string,
  ranges: readonly PartitionRange[],
  note: { author: string; comment: string; atMs: number },
): Promise<void> {
  if (ranges.length === 0) return;
  const writer = new RowBinary();
  for (const range of ranges) {
    writeRange(writer, project, range);
    writer.string(note.author);
    writer.string(note.comment);
    writer.dateTime64(note.atMs);
  }
  await database.insertRowBinary({
    table: 'acknowledged_gaps',
    columns: ACKNOWLEDGED_GAP_COLUMNS,
    data: writer.chunks(),
  });
}
