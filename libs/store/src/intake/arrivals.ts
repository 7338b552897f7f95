import { RowBinary } from '../client/row-binary.js';
import { writePredictionVersion } from './row-versions.js';
import type { PredictionRow, TopicPartition } from './rows.js';

/** `id` is ephemeral: ClickHouse turns it into `id_hash`, so the hash has one definition. */
export const ARRIVAL_COLUMNS = [
  'project',
  'model',
  'version',
  'id',
  'bucket',
  'time_ms',
  'topic',
  'incarnation',
  'partition',
  'offset',
  'content_hash',
  'row_version',
  'expires',
] as const;

/** encodeArrivals: that these predictions came in, with what is needed to find and to count them. */
export function encodeArrivals(
  { project, topic, incarnation, partition }: TopicPartition & { project: string },
  rows: readonly PredictionRow[],
): RowBinary {
  const writer = new RowBinary();
  for (const row of rows) {
    writer.string(project);
    writer.string(row.model);
    writer.string(row.version);
    writer.string(row.id);
    writer.dateTime(row.bucketMs);
    writer.uint32(row.timeMs - row.bucketMs);
    writer.string(topic);
    writer.string(incarnation);
    writer.uint16(partition);
    writer.uint64(row.offset);
    writer.uint64(row.contentHash);
    writePredictionVersion(writer, { brokerTimeMs: row.brokerTimeMs, partition, offset: row.offset });
    writer.dateTime(row.expiresMs);
  }
  return writer;
}
