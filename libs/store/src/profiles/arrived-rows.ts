import { z } from 'zod';
import { integer, type Database } from '../client/index.js';
import type { ProfilePlan } from './plan.js';

const ARRIVED = `
SELECT sum(rows) AS arrived FROM bucket_marks FINAL
WHERE project = {project: String} AND model = {model: String} AND version = {version: String} AND cause = 'prediction'`;

/** arrivedRows: about how many predictions of a version have arrived; redelivered ones count again. From marks, so cheap. */
export async function arrivedRows(
  db: Database,
  { project, model, version }: Pick<ProfilePlan, 'project' | 'model' | 'version'>,
): Promise<number> {
  const [row] = await db.query({
    name: 'profile-arrived-rows',
    sql: ARRIVED,
    params: { project, model, version },
    row: z.object({ arrived: integer }),
  });
  return row?.arrived ?? 0;
}
