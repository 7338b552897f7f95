import { z } from 'zod';
import { integer, type Database } from '../client/index.js';

/** Whose rows: an origin of a model version. */
export type BaselineName = { project: string; model: string; version: string; origin: string };

const WHERE = `project = {project: String} AND model = {model: String} AND version = {version: String} AND origin = {origin: String}`;
const TIMEOUT_MS = 300_000;

/** removeRows: takes the rows of an origin away; nothing happens when it has none. */
export async function removeRows(
  db: Database,
  { project, model, version, origin }: BaselineName,
): Promise<void> {
  const params = { project, model, version, origin };
  const [found] = await db.query({
    name: 'baseline-rows-exist',
    sql: `SELECT count() AS rows FROM (SELECT 1 FROM predictions WHERE ${WHERE} LIMIT 1)`,
    params,
    row: z.object({ rows: integer }),
  });
  if ((found?.rows ?? 0) === 0) return;
  await deleteFrom(db, 'predictions', params);
}

/** removeBaseline: rows and profiles of an origin. */
export async function removeBaseline(db: Database, name: BaselineName): Promise<void> {
  const { project, model, version, origin } = name;
  await removeRows(db, name);
  for (const table of ['profile_runs', 'profiles'])
    await deleteFrom(db, table, { project, model, version, origin });
}

const deleteFrom = (db: Database, table: string, params: Record<string, string>): Promise<void> =>
  db.command({
    name: 'baseline-remove',
    sql: `DELETE FROM ${table} WHERE ${WHERE}`,
    params,
    settings: { lightweight_deletes_sync: '2' },
    timeoutMs: TIMEOUT_MS,
  });
