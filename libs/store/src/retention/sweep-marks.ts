import { z } from 'zod';
import { integer, type Database } from '../client/index.js';

/** A consumer that goes back within this brings no sealed bucket's marks to life again. */
const KEPT_AFTER_SEAL_MS = 7 * 86_400_000;
const TIMEOUT_MS = 600_000;

const KEY = 'model, version, bucket, cause, topic, incarnation, partition, first, last, rows';
const SEALED = `
(model, version, bucket) IN (
  SELECT model, version, start FROM profile_runs FINAL
  WHERE project = {project: String} AND origin = '' AND grain = 'bucket' AND sealed AND toUnixTimestamp64Milli(at) < {before: Int64}
)`;
const COMPARED = `
(${KEY}) IN (
  SELECT ${KEY} FROM mark_checks
  WHERE project = {project: String} AND bucket = toDateTime(0) AND toUnixTimestamp64Milli(marked_at) < {before: Int64}
)`;

/** Marks first: one without its check would be compared again, a check without its mark is nothing. */
const SWEEPS = [
  ['bucket_marks', SEALED],
  ['mark_checks', SEALED],
  ['bucket_marks', `bucket = toDateTime(0) AND toUnixTimestamp64Milli(at) < {before: Int64} AND ${COMPARED}`],
  ['mark_checks', 'bucket = toDateTime(0) AND toUnixTimestamp64Milli(marked_at) < {before: Int64}'],
] as const;

/** sweepMarks: marks have done their work a week after their bucket was sealed; those of labels that waited, once they were compared. */
export async function sweepMarks(database: Database, project: string, nowMs: number): Promise<void> {
  const params = { project, before: nowMs - KEPT_AFTER_SEAL_MS };
  for (const [table, where] of SWEEPS) {
    // A deletion that finds nothing leaves a mutation behind all the same.
    const [found] = await database.query({
      name: 'sweep-marks-exist',
      sql: `SELECT count() AS rows FROM (SELECT 1 FROM ${table} WHERE project = {project: String} AND ${where} LIMIT 1)`,
      params,
      timeoutMs: TIMEOUT_MS,
      row: z.object({ rows: integer }),
    });
    if ((found?.rows ?? 0) === 0) continue;
    await database.command({
      name: 'sweep-marks',
      sql: `DELETE FROM ${table} WHERE project = {project: String} AND ${where}`,
      params,
      settings: { lightweight_deletes_sync: '2', allow_nondeterministic_mutations: 1 },
      timeoutMs: TIMEOUT_MS,
    });
  }
}
