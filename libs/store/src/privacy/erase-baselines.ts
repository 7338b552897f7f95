import { z } from 'zod';
import { bigInteger, RowBinary, type Database } from '../client/index.js';
import { integersLiteral } from '../segments/bindings.js';
import type { ErasureTarget } from './tombstones.js';

/** Rows of a baseline, by the origin under which they are stored. */
export type BaselineOrigin = { version: string; origin: string };

const TIMEOUT_MS = 1_800_000;
const IDS_PER_STATEMENT = 50_000;

/** A file without ids gave its rows their number instead, which must not be taken for the id of a prediction. */
const MATCHING = `
SELECT DISTINCT cityHash64(id) AS id_hash
FROM predictions
WHERE project = {project: String} AND model = {model: String} AND version = {version: String} AND origin = {origin: String}
  AND (
    id != toString(row_version) AND cityHash64(id) IN (
      SELECT id_hash FROM tombstones
      WHERE project = {project: String} AND model = {model: String} AND erasure = {erasure: String}
    )
    OR has({values: Array(String)}, tags[{tag: String}])
  )
LIMIT ${IDS_PER_STATEMENT}`;

const NOTED = `
SELECT version, origin FROM erasure_baselines FINAL
WHERE project = {project: String} AND erasure = {erasure: String} AND model = {model: String}`;

/** eraseBaselineRows: takes the rows away and returns the baselines whose profiles have to be counted anew, those of a pass that died included. */
export async function eraseBaselineRows(
  database: Database,
  target: ErasureTarget,
  baselines: readonly BaselineOrigin[],
): Promise<BaselineOrigin[]> {
  for (const baseline of baselines)
    for (let hashes = await matching(database, target, baseline); hashes.length > 0;) {
      await note(database, target, baseline);
      await deleteRows(database, target, { ...baseline, hashes });
      hashes = await matching(database, target, baseline);
    }
  const { project, model, erasure } = target;
  return database.query({
    name: 'erasure-noted-baselines',
    sql: NOTED,
    params: { project, model, erasure },
    row: z.object({ version: z.string(), origin: z.string() }),
  });
}

async function matching(
  database: Database,
  { project, model, erasure, by }: ErasureTarget,
  { version, origin }: BaselineOrigin,
): Promise<bigint[]> {
  const { tag, values } = by.kind === 'tag' ? { tag: by.name, values: by.values } : { tag: '', values: [] };
  const rows = await database.query({
    name: 'erasure-baseline-ids',
    sql: MATCHING,
    params: { project, model, version, origin, erasure, tag, values },
    timeoutMs: TIMEOUT_MS,
    row: z.object({ id_hash: bigInteger }),
  });
  return rows.map(({ id_hash: idHash }) => idHash);
}

async function note(
  database: Database,
  { project, erasure, model, nowMs }: ErasureTarget,
  { version, origin }: BaselineOrigin,
): Promise<void> {
  const writer = new RowBinary();
  for (const text of [project, erasure, model, version, origin]) writer.string(text);
  writer.dateTime64(nowMs);
  const columns = ['project', 'erasure', 'model', 'version', 'origin', 'at'];
  await database.insertRowBinary({ table: 'erasure_baselines', columns, data: writer.chunks() });
}

const deleteRows = (
  database: Database,
  { project, model }: ErasureTarget,
  { version, origin, hashes }: BaselineOrigin & { hashes: readonly bigint[] },
): Promise<void> =>
  database.command({
    name: 'erasure-delete',
    sql:
      `DELETE FROM predictions WHERE project = {project: String} AND model = {model: String} AND version = {version: String} ` +
      `AND origin = {origin: String} AND cityHash64(id) IN ${integersLiteral(hashes, 64)}`,
    params: { project, model, version, origin },
    settings: { lightweight_deletes_sync: '2', max_query_size: '16000000', max_ast_elements: '1000000' },
    timeoutMs: TIMEOUT_MS,
  });
