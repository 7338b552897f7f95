import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import type { Departure } from '../labels/moves.js';
import { integersLiteral } from '../segments/bindings.js';
import { placeKey, sealedAmong } from './sealed.js';
import { insertTooLate } from './too-late.js';

/** Rows whose id left, unless it was known to have left before; the row version says where the row came from. */
const LEFT = `
SELECT
  id, toUnixTimestamp64Milli(time) AS time_ms, toUnixTimestamp(expires) * 1000 AS expires_ms,
  toUInt16(bitAnd(bitShiftRight(row_version, 64), 65535)) AS partition, reinterpretAsUInt64(row_version) AS offset
FROM predictions FINAL
WHERE project = {project: String} AND model = {model: String} AND version = {version: String} AND origin = '' AND bucket = {bucket: DateTime('UTC')}
  AND cityHash64(id) IN {ids}
  AND cityHash64(id) NOT IN (
    SELECT id_hash FROM moved
    WHERE project = {project: String} AND model = {model: String} AND version = {version: String} AND bucket = {bucket: DateTime('UTC')}
  )`;

const leftRow = z.object({
  id: z.string(),
  time_ms: integer,
  expires_ms: integer,
  partition: integer,
  offset: bigInteger,
});

/** noteLateMoves: lists ids that left a sealed bucket, which goes on counting them. Called before the move is written. */
export async function noteLateMoves(
  database: Database,
  { project, model }: { project: string; model: string },
  departures: readonly Departure[],
): Promise<void> {
  const places = departures.map((each) => ({ ...each, model }));
  const sealed = await sealedAmong(database, project, places);
  for (const place of places.filter((each) => sealed.has(placeKey(each)))) {
    const { version, bucketMs, idHashes } = place;
    const rows = await database.query({
      name: 'too-late-moves',
      sql: LEFT.replace('{ids}', integersLiteral(idHashes.map(BigInt), 64)),
      params: { project, model, version, bucket: bucketMs / 1_000 },
      settings: { max_query_size: '16000000' },
      timeoutMs: 60_000,
      row: leftRow,
    });
    await insertTooLate(
      database,
      project,
      rows.map(({ time_ms: timeMs, expires_ms: expiresMs, ...row }) => ({
        ...{ ...row, model, version, bucketMs, timeMs, expiresMs },
        ...{ cause: 'moved' as const, topic: '', incarnation: '' },
      })),
    );
  }
}
