import { z } from 'zod';
import { integer, type Database } from '../client/index.js';

/** A bucket of a model version. */
export type Place = { model: string; version: string; bucketMs: number };

export const placeKey = ({ model, version, bucketMs }: Place): string => `${model}/${version}/${bucketMs}`;

const SEALED = `
SELECT DISTINCT model, version, toUnixTimestamp(start) * 1000 AS bucket_ms
FROM profile_runs
WHERE project = {project: String} AND origin = '' AND grain = 'bucket' AND sealed
  AND model IN {models: Array(String)} AND version IN {versions: Array(String)}
  AND start IN {starts: Array(DateTime('UTC'))}`;

/** sealedAmong: keys of those of the places that are sealed, under whatever binning: what is sealed once stays so. */
export async function sealedAmong(
  database: Database,
  project: string,
  places: readonly Place[],
): Promise<Set<string>> {
  if (places.length === 0) return new Set();
  const rows = await database.query({
    name: 'sealed-among',
    sql: SEALED,
    params: {
      project,
      models: [...new Set(places.map(({ model }) => model))],
      versions: [...new Set(places.map(({ version }) => version))],
      starts: [...new Set(places.map(({ bucketMs }) => bucketMs / 1_000))],
    },
    row: z.object({ model: z.string(), version: z.string(), bucket_ms: integer }),
  });
  return new Set(rows.map(({ bucket_ms: bucketMs, ...row }) => placeKey({ ...row, bucketMs })));
}
