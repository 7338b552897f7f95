import { z } from 'zod';
import { integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { countFeatures, countLabels, predictsValues, type Pass } from './counting.js';
import { attributionGroups, attributionSlots, countAttributions } from './count-attributions.js';
import { countFacets, countsFacets, facetSlots } from './count-facets.js';
import { refreshDays } from './days.js';
import type { DirtyBucket } from './dirty.js';
import { groupsOf, segmentParts } from './grouping.js';
import { bucketRuns } from './merge.js';
import { bucketsPerPass, bucketsWithin, featureGroups } from './passes.js';
import type { ProfilePlan } from './plan.js';
import { finishRuns, nextRuns } from './runs.js';
import { inBuckets, versionKey } from './source.js';

/** Whether days are merged: they spare many readings work, and one or two readings nothing. */
type Merging = { days: boolean };

/** computeBuckets: replaces the profiles of these buckets, and of their days. The number of prediction rows they are made of. */
export async function computeBuckets(
  db: Database,
  plan: ProfilePlan,
  buckets: readonly DirtyBucket[],
  merging: Merging = { days: true },
): Promise<{ rows: number }> {
  const groups = featureGroups(plan.binning.features);
  const held = groupsOf(plan);
  const size = Math.min(
    1_000,
    ...groups.map((group) => bucketsPerPass(group, held)),
    ...(countsFacets(plan) ? [bucketsWithin(facetSlots(plan), held)] : []),
    ...(plan.attributions === true ? [bucketsWithin(attributionSlots(plan), held)] : []),
  );
  for (let at = 0; at < buckets.length; at += size) {
    const some = buckets.slice(at, at + size);
    const runs = await nextRuns(
      db,
      plan,
      'bucket',
      some.map((bucket) => bucket.startMs),
    );
    const running = some.map((bucket) => ({ ...bucket, run: runs.get(bucket.startMs) ?? 0n }));
    for (const part of segmentParts(plan)) {
      for (const [index, group] of groups.entries())
        await db.command(countFeatures(plan, group, { buckets: running, part, withRows: index === 0 }));
      if (!predictsValues(plan)) await db.command(countLabels(plan, { buckets: running, part }));
      await countSpecial(db, plan, { buckets: running, part });
    }
    await finishRuns(db, plan, 'bucket', running);
  }
  if (merging.days) await refreshDays(db, plan);
  return profiledRows(
    db,
    plan,
    buckets.map((bucket) => bucket.startMs),
  );
}

/** Cells that only some models have: by facets, and of attributions. */
async function countSpecial(db: Database, plan: ProfilePlan, pass: Pass): Promise<void> {
  if (countsFacets(plan)) await db.command(countFacets(plan, pass));
  if (plan.attributions !== true) return;
  for (const [index, group] of attributionGroups(plan).entries())
    await db.command(countAttributions(plan, group, { pass, withRows: index === 0 }));
}

const rowsRow = z.object({ rows: integer });

async function profiledRows(
  db: Database,
  plan: ProfilePlan,
  startsMs: readonly number[],
): Promise<{ rows: number }> {
  const bindings = new Bindings();
  const [row] = await db.query({
    name: 'profile-rows',
    sql: `SELECT sum(profiled) AS rows FROM (${bucketRuns(plan, bindings)}) WHERE ${inBuckets('start', startsMs)}`,
    params: bindings.params,
    row: rowsRow,
  });
  return { rows: row?.rows ?? 0 };
}

const bucketRow = z.object({ start: integer });

/** computeBaseline: profiles every bucket of the plan's origin, once; its rows never change. Given cells have no rows to be made from. */
export async function computeBaseline(
  db: Database,
  plan: ProfilePlan,
  merging?: Merging,
): Promise<{ rows: number }> {
  if (plan.given === true) return { rows: 0 };
  const bindings = new Bindings();
  const rows = await db.query({
    name: 'profile-baseline-buckets',
    sql:
      `SELECT DISTINCT toUnixTimestamp(bucket) AS start FROM predictions ` +
      `WHERE ${versionKey(plan, bindings)} AND origin = ${bindings.text(plan.origin)} ORDER BY start`,
    params: bindings.params,
    row: bucketRow,
    timeoutMs: 60_000,
  });
  return computeBuckets(
    db,
    plan,
    rows.map(({ start }) => ({ startMs: start * 1_000, covers: 0n })),
    merging,
  );
}
