import type { Database } from '../client/index.js';
import type { RowBinary } from '../client/row-binary.js';
import { encodeLabels, LABEL_COLUMNS, WAITING_BUCKET_MS, type PlacedLabel } from '../labels/label-rows.js';
import { placeLabels } from '../labels/placement.js';
import { ARRIVAL_COLUMNS, encodeArrivals } from './arrivals.js';
import { checkedOffsets, encodeRanges, LEDGER_COLUMNS, rangeOf } from './ledger.js';
import { encodeMarks, MARK_COLUMNS, marksOf, type BucketMark } from './marks.js';
import { withoutErased } from '../privacy/refuse-erased.js';
import { noteLateLabels, noteLatePredictions } from '../retention/too-late.js';
import { encodePredictions, PREDICTION_COLUMNS } from './predictions.js';
import { encodeQuarantine, QUARANTINE_COLUMNS } from './quarantine.js';
import type { OffsetRange } from './sweep.js';
import type { IntakeBatch, TopicPartition } from './rows.js';
import type { TimedRange } from './sweep.js';

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
  const { quarantineKeptMs: keptMs } = batch;
  await noteLatePredictions(database, batch);
  await writePredictions(database, batch);
  const labels = await writeLabels(database, batch);
  for (const rows of slices(batch.quarantined))
    await insert(database, 'quarantine', QUARANTINE_COLUMNS, encodeQuarantine(batch, rows, { atMs, keptMs }));
  await writeMarks(database, batch.project, marksOfBatch(batch, labels));
  await writeRanges(database, received, [rangeOf(received, offsets)]);
}

export const writeRanges = (
  database: Database,
  where: TopicPartition & { project: string },
  ranges: readonly TimedRange[],
): Promise<void> => insert(database, 'range_ledger', LEDGER_COLUMNS, encodeRanges(where, ranges, Date.now()));

/** Offsets without one missing between them, as ranges. */
function runsOf(offsets: readonly bigint[]): OffsetRange[] {
  const runs: [bigint, bigint][] = [];
  for (const offset of offsets) {
    const open = runs.at(-1);
    if (open !== undefined && open[1] + 1n === offset) open[1] = offset;
    else runs.push([offset, offset]);
  }
  return runs;
}

/** Accepted events of one partition, of which only the offsets are known to be whole. */
export type ReplayedBatch = Pick<IntakeBatch, keyof TopicPartition | 'project' | 'predictions' | 'labels'>;

/**
 * writeReplayed: stores events that were quarantined before, under the broker position that they always had. Ranges of the ledger are united
 * and accepted wins, so each offset moves from quarantined to accepted and nothing else changes; written twice, it is written once.
 * One range per run of neighbours: a wider one would cover gaps in between.
 */
export async function writeReplayed(database: Database, batch: ReplayedBatch): Promise<void> {
  const { predictions, labels } = batch;
  if (predictions.length + labels.length === 0) return;
  const events = [...predictions, ...labels].toSorted((a, b) => (a.offset < b.offset ? -1 : 1));
  const whole = await withoutErased(database, {
    ...batch,
    ...{ quarantined: [], lastBrokerTimeMs: 0, received: 0, first: 0n, last: 0n },
  });
  await noteLatePredictions(database, whole);
  await writePredictions(database, whole);
  const placed = await writeLabels(database, whole);
  const runs = runsOf(events.map(({ offset }) => offset));
  const within = <T extends { offset: bigint }>(rows: readonly T[], [first, last]: OffsetRange): T[] =>
    rows.filter(({ offset }) => offset >= first && offset <= last);
  const marks = runs.flatMap((run) =>
    marksOfBatch(
      { ...whole, first: run[0], last: run[1], predictions: within(whole.predictions, run) },
      placed.filter(({ label }) => label.offset >= run[0] && label.offset <= run[1]),
    ),
  );
  await writeMarks(database, batch.project, marks);
  const newestOf = (run: OffsetRange) => Math.max(...within(events, run).map((each) => each.brokerTimeMs));
  const ranges = runs.map((run) => ({
    ...{ first: run[0], last: run[1], holes: [], rejected: [] },
    brokerMs: newestOf(run),
  }));
  await writeRanges(database, batch, ranges);
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
