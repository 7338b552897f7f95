import { createHash } from 'node:crypto';
import type { FeatureCell } from '#libs/contracts';
import { RowBinary, type Database } from '../client/index.js';
import { CELL_FIELDS } from './cell-columns.js';
import { KEY_COLUMNS } from './counting.js';
import type { ProfilePlan } from './plan.js';
import { finishRuns, nextRuns } from './runs.js';

/** Where the cells of a baseline without times lie. */
const START_MS = 0;
const GRAIN_BUCKET = 1;
const COLUMNS = [...KEY_COLUMNS, 'rows', ...CELL_FIELDS, 'checksum'];

const checksum = (cell: FeatureCell): bigint =>
  BigInt(`0x${createHash('sha256').update(JSON.stringify(cell)).digest('hex').slice(0, 16)}`);

const integer = (writer: RowBinary, value: number): void => writer.uint64(BigInt(value));

function counters(writer: RowBinary, counts: Readonly<Record<string, number>>): void {
  const entries = Object.entries(counts);
  writer.length(entries.length);
  for (const [name, count] of entries) {
    writer.string(name);
    integer(writer, count);
  }
}

/** From `under` on, in the order of CELL_FIELDS. Extremes of no value at all are infinite, so that merging needs no exception. */
function values(writer: RowBinary, cell: FeatureCell): void {
  const numeric = cell.kind === 'numeric' ? cell : null;
  integer(writer, numeric?.under ?? 0);
  writer.float64(numeric?.underSum ?? 0);
  integer(writer, numeric?.over ?? 0);
  writer.float64(numeric?.overSum ?? 0);
  writer.float64(numeric?.min ?? Infinity);
  writer.float64(numeric?.max ?? -Infinity);
  writer.float64(numeric?.sum ?? 0);
  writer.float64(numeric?.sumSquares ?? 0);
  const categorical = cell.kind === 'categorical' ? cell : null;
  integer(writer, categorical?.unseen ?? 0);
  counters(writer, categorical?.topUnseen ?? {});
  integer(writer, numeric?.negatives ?? 0);
  integer(writer, categorical?.distinct ?? 0);
}

function writeCell(writer: RowBinary, plan: ProfilePlan, cell: FeatureCell, run: bigint): void {
  for (const name of [plan.project, plan.model, plan.version, plan.origin, plan.binning.hash])
    writer.string(name);
  writer.uint8(GRAIN_BUCKET);
  writer.dateTime(START_MS);
  writer.uint64(run);
  for (const name of [cell.segment, cell.segmentValue]) writer.string(name);
  integer(writer, cell.rows);
  for (const name of [cell.feature, cell.kind]) writer.string(name);
  for (const count of [cell.nulls, cell.invalid]) integer(writer, count);
  writer.length(cell.counts.length);
  for (const count of cell.counts) integer(writer, count);
  values(writer, cell);
  writer.uint64(checksum(cell));
}

/**
 * insertGiven: cells that were counted elsewhere become the profile of the plan's origin, under the same key as one that was computed, so
 * that whoever reads cannot tell them apart. Repeating it replaces them.
 */
export async function insertGiven(
  db: Database,
  plan: ProfilePlan,
  cells: readonly FeatureCell[],
): Promise<void> {
  const runs = await nextRuns(db, plan, 'bucket', [START_MS]);
  const run = runs.get(START_MS) ?? 0n;
  const writer = new RowBinary();
  for (const cell of cells) writeCell(writer, plan, cell, run);
  await db.insertRowBinary({ table: 'profiles', columns: COLUMNS, data: writer.chunks() });
  await finishRuns(db, plan, 'bucket', [{ startMs: START_MS, run, covers: 0n }]);
}
