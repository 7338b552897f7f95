import { RowBinary, type Database } from '../client/index.js';
import type { IntakeBatch } from '../intake/rows.js';
import { barredAmong } from './tombstones.js';

export const ERASED_COLUMNS = ['project', 'topic', 'incarnation', 'partition', 'offset', 'expires'] as const;

/** withoutErased: the batch as it may be stored. Events and labels of erased ids are counted and go no further: not even the id stays. */
export async function withoutErased(database: Database, batch: IntakeBatch): Promise<IntakeBatch> {
  const barred = await barredAmong(database, batch.project, [...batch.predictions, ...batch.labels]);
  if (barred.size === 0) return batch;
  const writer = new RowBinary();
  for (const { offset, expiresMs } of barred) {
    writer.string(batch.project);
    writer.string(batch.topic);
    writer.string(batch.incarnation);
    writer.uint16(batch.partition);
    writer.uint64(offset);
    writer.dateTime(expiresMs);
  }
  await database.insertRowBinary({
    table: 'erased_arrivals',
    columns: ERASED_COLUMNS,
    data: writer.chunks(),
  });
  return {
    ...batch,
    predictions: batch.predictions.filter((row) => !barred.has(row)),
    labels: batch.labels.filter((row) => !barred.has(row)),
  };
}
