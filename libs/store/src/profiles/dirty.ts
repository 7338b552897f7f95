import { z } from 'zod';
import { LIVE_ORIGIN } from '#libs/contracts';
import { bigInteger, integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { planHash, type ProfilePlan } from './plan.js';
import { profileKey } from './runs.js';
import { seconds, versionKey } from './source.js';

/** A bucket whose marks are not those that its profile covers, with the digest of the marks it has now. */
export type DirtyBucket = { startMs: number; covers: bigint };

/** Recount: buckets whose rows are as they were counted, under a plan that is no longer that of now. */
export type Recount = { left: number; oldestMs: number };

/** Labels that wait for their prediction mark the first bucket there is, which no live event can lie in. */
const LIVE_BUCKET = 'toUnixTimestamp(bucket) > 0';

/** SQL: one row per bucket with marks; `covers` is order-free and does not see a mark that was written twice. */
const markedBuckets = (plan: ProfilePlan, bindings: Bindings, and = ''): string =>
  `SELECT bucket, sum(cityHash64(cause, topic, incarnation, partition, first, last, rows)) AS covers ` +
  `FROM bucket_marks FINAL WHERE ${versionKey(plan, bindings)} AND ${LIVE_BUCKET}${and} GROUP BY bucket`;

/** SQL: the live buckets that are dirty under a plan. A bucket sealed under any binning has lost its rows, or may at any time. */
export function dirtySql(plan: ProfilePlan, bindings: Bindings, and = ''): string {
  const runs =
    `SELECT start, argMax(covers, run) AS covers, argMax(plan, run) AS plan FROM profile_runs ` +
    `WHERE ${profileKey(plan, bindings)} AND grain = 'bucket' GROUP BY start`;
  const sealed = `SELECT start FROM profile_runs FINAL WHERE ${versionKey(plan, bindings)} AND origin = '' AND grain = 'bucket' AND sealed`;
  return (
    `SELECT m.bucket AS start, m.covers AS covers FROM (${markedBuckets(plan, bindings, and)}) AS m ` +
    `LEFT JOIN (${runs}) AS r ON m.bucket = r.start ` +
    `WHERE (r.covers != m.covers OR r.plan != toUInt64(${planHash(plan)})) AND m.bucket NOT IN (${sealed})`
  );
}

const recountRow = z.object({ left: integer, oldest: integer });

/** recount: what is still to be counted anew though no row came; null when nothing is. Segments, or statements of this version, differ then. */
export async function recount(db: Database, plan: ProfilePlan): Promise<Recount | null> {
  const bindings = new Bindings();
  const [row] = await db.query({
    name: 'profile-recount',
    sql:
      `SELECT count() AS left, toUnixTimestamp(min(d.start)) AS oldest FROM (${dirtySql(plan, bindings)}) AS d ` +
      `INNER JOIN (SELECT start, argMax(covers, run) AS covers FROM profile_runs ` +
      `WHERE ${profileKey(plan, bindings)} AND grain = 'bucket' GROUP BY start) AS r ON r.start = d.start AND r.covers = d.covers`,
    params: bindings.params,
    row: recountRow,
  });
  return row === undefined || row.left === 0 ? null : { left: row.left, oldestMs: row.oldest * 1_000 };
}

const dirtyRow = z.object({ start: integer, covers: bigInteger });

/** dirtyBuckets: oldest first. Read before the rows are, so that a run covers at most what it has seen. */
export async function dirtyBuckets(db: Database, plan: ProfilePlan, limit: number): Promise<DirtyBucket[]> {
  if (plan.origin !== LIVE_ORIGIN) return [];
  const bindings = new Bindings();
  const rows = await db.query({
    name: 'profile-dirty-buckets',
    sql: `SELECT toUnixTimestamp(start) AS start, covers FROM (${dirtySql(plan, bindings)}) AS d ORDER BY d.start LIMIT ${Math.trunc(limit)}`,
    params: bindings.params,
    row: dirtyRow,
  });
  return rows.map(({ start, covers }) => ({ startMs: start * 1_000, covers }));
}

const spanRow = z.object({ buckets: integer, first: integer, last: integer });

const OF_VERSION = 'project = {project: String} AND model = {model: String} AND version = {version: String}';

/** firstAndLast: starts of the oldest and newest bucket that any event touched. Marks of sealed buckets are swept, so these speak for themselves. */
export async function firstAndLast(
  db: Database,
  version: Pick<ProfilePlan, 'project' | 'model' | 'version'>,
): Promise<{ firstMs: number; lastMs: number } | null> {
  const [row] = await db.query({
    name: 'profile-first-and-last',
    sql:
      `SELECT count() AS buckets, toUnixTimestamp(min(bucket)) AS first, toUnixTimestamp(max(bucket)) AS last FROM (` +
      `SELECT bucket FROM bucket_marks WHERE ${OF_VERSION} AND ${LIVE_BUCKET} UNION ALL ` +
      `SELECT start AS bucket FROM profile_runs WHERE ${OF_VERSION} AND origin = '' AND grain = 'bucket' AND sealed)`,
    params: { project: version.project, model: version.model, version: version.version },
    row: spanRow,
  });
  return row === undefined || row.buckets === 0
    ? null
    : { firstMs: row.first * 1_000, lastMs: row.last * 1_000 };
}

const dirtyCountRow = z.object({ dirty: integer });

/** countDirty: how many live buckets of a window are not profiled as they are now. */
export async function countDirty(
  db: Database,
  plan: ProfilePlan,
  span?: { startMs: number; endMs: number },
): Promise<number> {
  const bindings = new Bindings();
  const within =
    span === undefined
      ? ''
      : ` AND toUnixTimestamp(bucket) >= ${seconds(span.startMs)} AND toUnixTimestamp(bucket) < ${seconds(span.endMs)}`;
  const [row] = await db.query({
    name: 'profile-count-dirty',
    sql: `SELECT count() AS dirty FROM (${dirtySql(plan, bindings, within)})`,
    params: bindings.params,
    row: dirtyCountRow,
  });
  return row?.dirty ?? 0;
}

const markedRow = z.object({ start: integer, at: integer });

/** markedSince: buckets that were marked after an instant, with the time of their newest mark; by the clock of the database. */
export async function markedSince(
  db: Database,
  version: Pick<ProfilePlan, 'project' | 'model' | 'version'>,
  sinceMs: number,
): Promise<{ startMs: number; atMs: number }[]> {
  const rows = await db.query({
    name: 'profile-marked-since',
    sql:
      `SELECT toUnixTimestamp(bucket) AS start, toUnixTimestamp64Milli(max(at)) AS at FROM bucket_marks ` +
      `WHERE ${OF_VERSION} AND ${LIVE_BUCKET} AND bucket_marks.at > fromUnixTimestamp64Milli({since: Int64}, 'UTC') ` +
      `GROUP BY bucket ORDER BY bucket`,
    params: { project: version.project, model: version.model, version: version.version, since: sinceMs },
    row: markedRow,
  });
  return rows.map(({ start, at }) => ({ startMs: start * 1_000, atMs: at }));
}
