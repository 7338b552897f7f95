import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import { Bindings, integersLiteral } from '../segments/bindings.js';
import { planHash, type ProfilePlan } from './plan.js';
import { inBuckets, seconds, versionKey } from './source.js';

export type Grain = 'bucket' | 'day';

/** SQL of the key of a plan's profiles, in `profiles` and in `profile_runs`. */
export const profileKey = (plan: ProfilePlan, bindings: Bindings): string =>
  `${versionKey(plan, bindings)} AND origin = ${bindings.text(plan.origin)} AND binning = ${bindings.text(plan.binning.hash)}`;

/**
 * nextRun: above every run there has been, so that a clock that went back cannot bring old cells back, and of the other parity than the
 * run that readers use, so that an unfinished one replaces none of its cells.
 */
export function nextRun({
  nowMs,
  highest,
  current,
}: {
  nowMs: number;
  highest: bigint;
  current: bigint;
}): bigint {
  const clock = BigInt(nowMs);
  const run = clock > highest ? clock : highest + 1n;
  return current !== 0n && run % 2n === current % 2n ? run + 1n : run;
}

const standingRow = z.object({ start: integer, highest: bigInteger, current: bigInteger });

/** nextRuns: a run number for each bucket or day, by start. */
export async function nextRuns(
  db: Database,
  plan: ProfilePlan,
  grain: Grain,
  startsMs: readonly number[],
): Promise<Map<number, bigint>> {
  const bindings = new Bindings();
  const where = `${profileKey(plan, bindings)} AND grain = '${grain}' AND ${inBuckets('start', startsMs)}`;
  const rows = await db.query({
    name: 'profile-runs-standing',
    sql:
      `SELECT toUnixTimestamp(start) AS start, max(run) AS highest, maxIf(run, finished) AS current FROM (` +
      `SELECT start, run, 0 AS finished FROM profiles WHERE ${where} UNION ALL ` +
      `SELECT start, run, 1 AS finished FROM profile_runs WHERE ${where}) GROUP BY start`,
    params: bindings.params,
    row: standingRow,
  });
  const standing = new Map(rows.map((row) => [row.start * 1_000, row]));
  const nowMs = Date.now();
  return new Map(
    startsMs.map((startMs) => {
      const { highest, current } = standing.get(startMs) ?? { highest: 0n, current: 0n };
      return [startMs, nextRun({ nowMs, highest, current })];
    }),
  );
}

export type FinishedRun = { startMs: number; run: bigint; covers: bigint };

/**
 * finishRuns: the last step of a computation, which makes its cells the profile. A run that another one overtook meanwhile is left
 * out: the other may have replaced cells of it. Its bucket stays dirty, or clean by the other's own finish. So is one whose bucket
 * was sealed meanwhile.
 */
export async function finishRuns(
  db: Database,
  plan: ProfilePlan,
  grain: Grain,
  runs: readonly FinishedRun[],
): Promise<void> {
  const bindings = new Bindings();
  const starts = runs.map((run) => run.startMs);
  const names = [plan.project, plan.model, plan.version, plan.origin, plan.binning.hash];
  const list = (values: readonly (number | bigint)[], bits: 32 | 64): string => integersLiteral(values, bits);
  const finished =
    `SELECT arrayJoin(arrayZip(${list(starts.map(seconds), 32)}, ${list(
      runs.map((run) => run.run),
      64,
    )}, ` +
    `${list(
      runs.map((run) => run.covers),
      64,
    )})) AS f, toDateTime(f.1, 'UTC') AS start, f.2 AS run, f.3 AS covers`;
  const found =
    `SELECT start, max(run) AS newest, argMax(rows, (run, rows)) AS counted FROM profiles ` +
    `WHERE ${profileKey(plan, bindings)} AND grain = '${grain}' AND ${inBuckets('start', starts)} AND segment = 'all' GROUP BY start`;
  const sealed = `SELECT start FROM profile_runs WHERE ${profileKey(plan, bindings)} AND grain = '${grain}' AND sealed`;
  await db.command({
    name: 'profile-runs-finish',
    sql:
      `INSERT INTO profile_runs (project, model, version, origin, binning, grain, start, run, covers, plan, rows, sealed, at) ` +
      `SELECT ${names.map((name) => bindings.text(name)).join(', ')}, '${grain}', f.start, f.run, f.covers, ` +
      `toUInt64(${planHash(plan)}), if(p.newest = f.run, p.counted, 0), false, now64(3, 'UTC') ` +
      `FROM (${finished}) AS f LEFT JOIN (${found}) AS p ON f.start = p.start WHERE f.run >= p.newest AND f.start NOT IN (${sealed})`,
    params: bindings.params,
    settings: { max_query_size: '16000000' },
    timeoutMs: 60_000,
  });
}
