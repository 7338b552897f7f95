import type { Database } from '../client/index.js';
import type { RowBinary } from '../client/row-binary.js';
import { encodeLabels, LABEL_COLUMNS, WAITING_BUCKET_MS, type PlacedLabel } from '../labels/label-rows.js';
import { placeLabels } from '../labels/placement.js';
import { ARRIVAL_COLUMNS, encodeArrivals } from './arrivals.js';
import { checkedOffsets, encodeRange, LEDGER_COLUMNS } from './ledger.js';
import { encodeMarks, MARK_COLUMNS, marksOf, type BucketMark } from './marks.js';
import { withoutErased } from '../privacy/refuse-erased.js';
import { noteLateLabels, noteLatePredictions } from '../retention/too-late.js';
import { encodePredictions, PREDICTION_COLUMNS } from './predictions.js';
import { encodeQuarantine, QUARANTINE_COLUMNS } from './quarantine.js';
import type { IntakeBatch } from './rows.js';

/** Below ClickHouse's own block size by a wide margin: one insert is one block, stored whole or not at all per table partition. */
const MAX_INSERT_ROWS = 100_000;

/**
 * writeBatch: stores a run of offsets. The order is the guarantee: rows, then what finds and counts them, then the marks that make
 * buckets dirty, and the ledger last, so that a range in the ledger is complete. Every row replaces itself by key: the same events
 * written again, whole or in other batches, change nothing that a reader sees.
 */
export async function writeBatch(database: Database, received: IntakeBatch): Promise<void> {
  const offsets = checkedOffsets(received);
  const atMs = Date.now();
  const batch = await withoutErased(database, received);
  await noteLatePredictions(database, batch);
  await writePredictions(database, batch);
  const labels = await writeLabels(database, batch);
  for (const rows of slices(batch.quarantined))
    await insert(database, 'quarantine', QUARANTINE_COLUMNS, encodeQuarantine(batch, rows, atMs));
  await writeMarks(database, batch.project, marksOfBatch(batch, labels));
  await insert(database, 'range_ledger', LEDGER_COLUMNS, encodeRange(received, offsets, atMs));
}

async function writePredictions(database: Database, batch: IntakeBatch): Promise<void> {
  for (const rows of slices(batch.predictions)) {
    await insert(database, 'predictions', PREDICTION_COLUMNS, encodePredictions(batch, rows));
    await insert(database, 'arrivals', ARRIVAL_COLUMNS, encodeArrivals(batch, rows));
  }
}

async function writeLabels(database: Database, batch: IntakeBatch): Promise<PlacedLabel[]> {
  const written: PlacedLabel[] = [];
  for (const rows of slices(batch.labels)) {
    const labels = rows.map((label) => ({ ...label, partition: batch.partition }));
    const placed = await placeLabels(database, batch.project, labels);
    await noteLateLabels(database, batch, placed);
    await insertLabels(database, batch.project, placed);
    written.push(...placed);
  }
  return written;
}

export async function insertLabels(
  database: Database,
  project: string,
  placed: readonly PlacedLabel[],
): Promise<void> {
  for (const rows of slices(placed))
    await insert(database, 'labels', LABEL_COLUMNS, encodeLabels(project, rows));
}

export async function writeMarks(
  database: Database,
  project: string,
  marks: readonly BucketMark[],
): Promise<void> {
  if (marks.length > 0) await insert(database, 'bucket_marks', MARK_COLUMNS, encodeMarks(project, marks));
}

function marksOfBatch(batch: IntakeBatch, labels: readonly PlacedLabel[]): BucketMark[] {
  const { topic, incarnation, partition, first, last } = batch;
  const source = { topic, incarnation, partition, first, last };
  const places = labels.map(({ label, version, bucketMs }) => ({ model: label.model, version, bucketMs }));
  const isWaiting = ({ bucketMs }: { bucketMs: number }): boolean => bucketMs === WAITING_BUCKET_MS;
  return [
    ...marksOf(batch.predictions, { ...source, cause: 'prediction' }),
    ...marksOf(
      places.filter((place) => !isWaiting(place)),
      { ...source, cause: 'label' },
    ),
    ...marksOf(places.filter(isWaiting), { ...source, cause: 'waiting' }),
  ];
}

function* slices<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += MAX_INSERT_ROWS) yield rows.slice(at, at + MAX_INSERT_ROWS);
}

const insert = (
  database: Database,
  table: string,
  columns: readonly string[],
  rows: RowBinary,
): Promise<void> => database.insertRowBinary({ table, columns, data: rows.chunks() });
