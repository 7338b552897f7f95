import { z } from 'zod';
import { integer, type Database } from '../client/index.js';
import { dirtySql } from '../profiles/dirty.js';
import type { ProfilePlan } from '../profiles/plan.js';
import { profileKey } from '../profiles/runs.js';
import { inBuckets, seconds, versionKey } from '../profiles/source.js';
import { Bindings } from '../segments/bindings.js';

/** When buckets of a model version are sealed, in ms. */
export type SealRule = {
  nowMs: number;
  bucketMs: number;
  /** A bucket takes events and labels for this long after its end, or after its first event where that came later. */
  openMs: number;
  /** Buckets older than this are looked at: below `openMs` where earlier settings kept rows for less. */
  lookAfterMs: number;
};

/** Rows may go at any time after they expire, so a bucket is sealed this long before. */
const BEFORE_EXPIRY_MS = 86_400_000;
/** A mark is stamped before it can be seen: buckets that changed just now wait. */
const QUIET_MS = 60_000;
const BUCKETS_PER_PASS = 1_000;
const TIMEOUT_MS = 120_000;

const candidateRow = z.object({ start: integer, opened_ms: integer, changed_ms: integer });
const expiryRow = z.object({ start: integer, soonest: integer });

/**
 * sealBuckets: seals what is due under all `plans` of one version at once, and only where no plan has the bucket dirty. The caller sees to
 * it that no profile of the version is being computed. Returns the starts of the sealed buckets in ms.
 */
export async function sealBuckets(
  db: Database,
  plans: readonly ProfilePlan[],
  rule: SealRule,
): Promise<number[]> {
  const [plan] = plans;
  if (plan === undefined) return [];
  const candidates = await candidatesOf(db, plans, rule);
  const closed = candidates.filter(
    ({ start, opened_ms: openedMs }) =>
      Math.max(start * 1_000 + rule.bucketMs, openedMs) + rule.openMs <= rule.nowMs,
  );
  const open = candidates.filter((each) => !closed.includes(each)).map(({ start }) => start * 1_000);
  const expiring = await expiringAmong(db, plan, open, rule.nowMs);
  const due = [...closed.map(({ start }) => start * 1_000), ...expiring].toSorted((a, b) => a - b);
  if (due.length > 0) await markSealed(db, plans, due, rule.nowMs);
  return due;
}

/** Profiled and clean under every plan, not sealed, old enough to be looked at, and at rest. */
async function candidatesOf(db: Database, plans: readonly ProfilePlan[], rule: SealRule) {
  const [plan] = plans;
  if (plan === undefined) return [];
  const bindings = new Bindings();
  const before = seconds(rule.nowMs - rule.bucketMs - rule.lookAfterMs);
  const old = (column: string): string =>
    ` AND toUnixTimestamp(${column}) <= ${before} AND toUnixTimestamp(${column}) > 0`;
  const clean = plans.flatMap((each) => [
    `bucket IN (SELECT start FROM profile_runs WHERE ${profileKey(each, bindings)} AND grain = 'bucket'${old('start')})`,
    `bucket NOT IN (SELECT start FROM (${dirtySql(each, bindings, old('bucket'))}))`,
  ]);
  const sealed = `SELECT start FROM profile_runs WHERE ${versionKey(plan, bindings)} AND origin = '' AND grain = 'bucket' AND sealed`;
  return db.query({
    name: 'seal-candidates',
    sql:
      `SELECT toUnixTimestamp(bucket) AS start, toUnixTimestamp64Milli(min(at)) AS opened_ms, toUnixTimestamp64Milli(max(at)) AS changed_ms ` +
      `FROM bucket_marks WHERE ${versionKey(plan, bindings)}${old('bucket')} AND bucket NOT IN (${sealed}) AND ${clean.join(' AND ')} ` +
      `GROUP BY bucket HAVING changed_ms <= ${Math.trunc(rule.nowMs - QUIET_MS)} ORDER BY start LIMIT ${BUCKETS_PER_PASS}`,
    params: bindings.params,
    timeoutMs: TIMEOUT_MS,
    row: candidateRow,
  });
}

/** Rows carry the expiry of the settings that they came in under, which may lie before what the settings of today say. */
async function expiringAmong(
  db: Database,
  plan: ProfilePlan,
  startsMs: readonly number[],
  nowMs: number,
): Promise<number[]> {
  if (startsMs.length === 0) return [];
  const bindings = new Bindings();
  const rows = await db.query({
    name: 'seal-expiring',
    sql:
      `SELECT toUnixTimestamp(bucket) AS start, toUnixTimestamp(min(expires)) AS soonest FROM predictions ` +
      `WHERE ${versionKey(plan, bindings)} AND origin = '' AND ${inBuckets('bucket', startsMs)} GROUP BY bucket ` +
      `HAVING soonest <= ${seconds(nowMs + BEFORE_EXPIRY_MS)}`,
    params: bindings.params,
    timeoutMs: TIMEOUT_MS,
    row: expiryRow,
  });
  return rows.map(({ start }) => start * 1_000);
}

/** The newest run again, sealed: of two rows of one run the later one stays. One statement for all plans. */
async function markSealed(
  db: Database,
  plans: readonly ProfilePlan[],
  startsMs: readonly number[],
  nowMs: number,
): Promise<void> {
  const [plan] = plans;
  if (plan === undefined) return;
  const bindings = new Bindings();
  await db.command({
    name: 'seal-buckets',
    sql:
      `INSERT INTO profile_runs (project, model, version, origin, binning, grain, start, run, covers, plan, rows, sealed, at) ` +
      `SELECT project, model, version, origin, binning, grain, start, max(r.run) AS newest, argMax(r.covers, r.run), argMax(r.plan, r.run), ` +
      `argMax(r.rows, r.run), true, fromUnixTimestamp64Milli(${Math.trunc(nowMs)}, 'UTC') FROM profile_runs AS r ` +
      `WHERE ${versionKey(plan, bindings)} AND origin = '' AND grain = 'bucket' AND ${inBuckets('start', startsMs)} ` +
      `GROUP BY project, model, version, origin, binning, grain, start`,
    params: bindings.params,
    settings: { max_query_size: '16000000' },
    timeoutMs: TIMEOUT_MS,
  });
}
