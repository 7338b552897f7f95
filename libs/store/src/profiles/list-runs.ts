import { z } from 'zod';
import type { Window } from '#libs/contracts';
import { bigInteger, integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { bucketRuns } from './merge.js';
import type { ProfilePlan } from './plan.js';

/** The newest run of a bucket; a later one has a higher number, which is the clock's milliseconds where nothing forces it up. */
export type BucketRun = { startMs: number; run: bigint; rows: number };

const runRow = z.object({ start: integer, run: bigInteger, rows: integer });

/** listRuns: one entry per profiled bucket of a plan, oldest first: tells which buckets changed without reading what they hold. */
export async function listRuns(db: Database, plan: ProfilePlan): Promise<BucketRun[]> {
  const bindings = new Bindings();
  const rows = await db.query({
    name: 'profile-list-runs',
    sql: `SELECT toUnixTimestamp(b.start) AS start, b.newest AS run, b.profiled AS rows FROM (${bucketRuns(plan, bindings)}) AS b ORDER BY start`,
    params: bindings.params,
    row: runRow,
  });
  return rows.map(({ start, run, rows: count }) => ({ startMs: start * 1_000, run, rows: count }));
}

/** profiledStarts: starts of the profiled buckets that begin in a window, oldest first. */
export async function profiledStarts(
  db: Database,
  plan: ProfilePlan,
  window: Window | 'all',
): Promise<number[]> {
  const starts = (await listRuns(db, plan)).map(({ startMs }) => startMs);
  return window === 'all'
    ? starts
    : starts.filter((startMs) => startMs >= window.startMs && startMs < window.endMs);
}
