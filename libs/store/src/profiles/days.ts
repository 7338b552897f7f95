import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import { Bindings, integersLiteral } from '../segments/bindings.js';
import { bucketRuns, dayDigests, dayOf, dayRuns, mergedColumns } from './merge.js';
import { planHash, type ProfilePlan } from './plan.js';
import { finishRuns, nextRuns, profileKey, type FinishedRun } from './runs.js';
import { seconds } from './source.js';

/** Days merged by one statement. */
const DAYS_PER_PASS = 31;
/** The longest day there is, at the end of daylight saving, with an hour to spare. */
const DAY_MS = 26 * 3_600_000;

const staleRow = z.object({ start: integer, digest: bigInteger });

/** refreshDays: merges anew every day whose row is not made of the newest runs of its buckets. Idempotent, and catches up by itself. */
export async function refreshDays(db: Database, plan: ProfilePlan): Promise<void> {
  const bindings = new Bindings();
  const stale = await db.query({
    name: 'profile-stale-days',
    sql:
      `SELECT toUnixTimestamp(b.day) AS start, b.digest AS digest FROM (${dayDigests(bucketRuns(plan, bindings))}) AS b ` +
      `LEFT JOIN (${dayRuns(plan, bindings)}) AS d ON b.day = d.start ` +
      `WHERE d.digest != b.digest OR d.of_plan != toUInt64(${planHash(plan)}) ORDER BY start`,
    params: bindings.params,
    row: staleRow,
  });
  for (let at = 0; at < stale.length; at += DAYS_PER_PASS)
    await mergeDays(
      db,
      plan,
      stale.slice(at, at + DAYS_PER_PASS).map((row) => ({ startMs: row.start * 1_000, covers: row.digest })),
    );
}

async function mergeDays(
  db: Database,
  plan: ProfilePlan,
  days: { startMs: number; covers: bigint }[],
): Promise<void> {
  const starts = days.map((day) => day.startMs);
  const numbers = await nextRuns(db, plan, 'day', starts);
  const runs = days.map((day): FinishedRun => ({ ...day, run: numbers.get(day.startMs) ?? 0n }));
  const bindings = new Bindings();
  const span = { startMs: Math.min(...starts), endMs: Math.max(...starts) + DAY_MS };
  const daySeconds = integersLiteral(starts.map(seconds), 32);
  const runOfDay = `transform(toUInt32(day), ${daySeconds}, ${integersLiteral(
    runs.map((run) => run.run),
    64,
  )}, toUInt64(0))`;
  const names = [plan.project, plan.model, plan.version, plan.origin, plan.binning.hash];
  await db.command({
    name: 'profile-merge-days',
    sql:
      `INSERT INTO profiles (project, model, version, origin, binning, grain, start, run, segment, segment_value, feature, kind, ` +
      `${mergedColumns.map(([column]) => column).join(', ')}) ` +
      `SELECT ${names.map((name) => bindings.text(name)).join(', ')}, 'day', ${dayOf('p.start', plan, bindings)} AS day, ` +
      `${runOfDay}, p.segment, p.segment_value, p.feature, p.kind, ${mergedColumns.map(([, sql]) => sql).join(', ')} ` +
      `FROM profiles AS p WHERE ${profileKey(plan, bindings)} AND grain = 'bucket' AND (start, run) IN ` +
      `(SELECT start, newest FROM (${bucketRuns(plan, bindings, span)}) WHERE has(${daySeconds}, toUInt32(day))) ` +
      `GROUP BY day, p.segment, p.segment_value, p.feature, p.kind`,
    params: bindings.params,
    settings: { max_memory_usage: '4000000000', max_partitions_per_insert_block: '2000' },
    timeoutMs: 300_000,
  });
  await finishRuns(db, plan, 'day', runs);
}
