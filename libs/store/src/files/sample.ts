import { z } from 'zod';
import type { Feature, RowSample } from '#libs/contracts';
import { integer, type Database } from '../client/index.js';
import { sampleOf } from '../profiles/row-sample.js';
import { Bindings } from '../segments/bindings.js';
import { featureColumns, paddedArrays } from '../segments/feature-columns.js';
import type { StagedRows } from './rows.js';

/** StagedSample: some rows of a file, of how many, in how many windows. */
export type StagedSample = RowSample & { rows: number; windows: number };

const sizeRow = z.object({ rows: integer, windows: integer });

/** sampleStaged: the rows whose places have the lowest hashes: a choice that depends on nothing but the number of rows. */
export async function sampleStaged(
  db: Database,
  { select }: StagedRows,
  { features, limit }: { features: readonly Feature[]; limit: number },
): Promise<StagedSample> {
  const [size] = await db.query({
    name: 'file-size',
    sql: `SELECT count() AS rows, uniqExact(bucket) AS windows FROM (${select})`,
    row: sizeRow,
    timeoutMs: 600_000,
  });
  const rows = `SELECT place, ${paddedArrays(featureColumns(features))} FROM (${select})`;
  const order = 'cityHash64(place), place';
  const sample = await sampleOf(db, { features, rows, order, bindings: new Bindings(), limit });
  return { ...sample, rows: size?.rows ?? 0, windows: size?.windows ?? 0 };
}
