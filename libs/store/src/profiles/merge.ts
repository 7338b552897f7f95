import type { Bindings } from '../segments/bindings.js';
import type { ProfilePlan } from './plan.js';
import { profileKey } from './runs.js';
import { seconds } from './source.js';

/** Unseen values that a merged cell lists; its confusion counts are all kept. */
const TOP_UNSEEN = 20;
const TOP_PAIRS = 10_000;

const top =
  `CAST(arraySlice(arraySort(t -> (-toInt64(t.2), t.1), arrayZip(mapKeys(sumMap(p.top)) AS keys, mapValues(sumMap(p.top)))), 1, ` +
  `if(any(p.kind) = 'confusion', ${TOP_PAIRS}, ${TOP_UNSEEN})), 'Map(String, UInt64)')`;

/** How the columns of cells add up: column and SQL over cells `p` of equal key. */
export const mergedColumns = [
  ['rows', 'sum(p.rows)'],
  ['nulls', 'sum(p.nulls)'],
  ['invalid', 'sum(p.invalid)'],
  ['labelled', 'sum(p.labelled)'],
  ['counts', 'sumForEach(p.counts)'],
  ['under', 'sum(p.under)'],
  ['under_sum', 'sum(p.under_sum)'],
  ['over', 'sum(p.over)'],
  ['over_sum', 'sum(p.over_sum)'],
  ['min', 'min(p.min)'],
  ['max', 'max(p.max)'],
  ['sum', 'sum(p.sum)'],
  ['sum_squares', 'sum(p.sum_squares)'],
  ['unseen', 'sum(p.unseen)'],
  ['top', top],
  ['negatives', 'sum(p.negatives)'],
  ['distinct', 'sum(p.distinct)'],
  ['checksum', 'sum(p.checksum)'],
] as const;

/** SQL of the start of the day of a bucket. A baseline without times lies in the first bucket there is, which has no day before it. */
export const dayOf = (start: string, plan: ProfilePlan, bindings: Bindings): string =>
  `if(toUInt32(${start}) = 0, ${start}, toDateTime(toStartOfDay(${start}, ${bindings.text(plan.timeZone)}), 'UTC'))`;

type Span = { startMs: number; endMs: number };

/** SQL: start, day, run and rows of the newest run of each bucket. */
export function bucketRuns(plan: ProfilePlan, bindings: Bindings, span?: Span): string {
  const within =
    span === undefined
      ? ''
      : ` AND toUnixTimestamp(start) >= ${seconds(span.startMs)} AND toUnixTimestamp(start) < ${seconds(span.endMs)}`;
  return (
    `SELECT start, ${dayOf('start', plan, bindings)} AS day, max(r.run) AS newest, argMax(r.rows, r.run) AS profiled, ` +
    `argMax(r.plan, r.run) AS of_plan FROM profile_runs AS r ` +
    `WHERE ${profileKey(plan, bindings)} AND grain = 'bucket'${within} GROUP BY start`
  );
}

/** SQL: per day, the digest of the runs of its buckets. A day row that covers another digest is stale. */
export const dayDigests = (runs: string): string =>
  `SELECT day, sum(cityHash64(start, newest)) AS digest FROM (${runs}) GROUP BY day`;

/** SQL: the newest merged run of each day, with the digest and the plan that it was made of. */
export const dayRuns = (plan: ProfilePlan, bindings: Bindings): string =>
  `SELECT start, max(r.run) AS newest, argMax(r.covers, r.run) AS digest, argMax(r.plan, r.run) AS of_plan FROM profile_runs AS r ` +
  `WHERE ${profileKey(plan, bindings)} AND grain = 'day' GROUP BY start`;

/**
 * chosenRuns: SQL of (grain, start, run) to read for a span: days whose merge is of exactly the bucket runs in the span, single buckets
 * for the rest. A day that the span cuts, or that is stale, has another digest, so no other rule is needed.
 */
export function chosenRuns(plan: ProfilePlan, bindings: Bindings, span?: Span): string {
  const buckets = bucketRuns(plan, bindings, span);
  const whole =
    `SELECT d.start AS start, d.newest AS newest FROM (${dayDigests(buckets)}) AS b ` +
    `INNER JOIN (${dayRuns(plan, bindings)}) AS d ON b.day = d.start WHERE b.digest = d.digest`;
  return (
    `SELECT 'day', start, newest FROM (${whole}) UNION ALL ` +
    `SELECT 'bucket', start, newest FROM (${buckets}) WHERE day NOT IN (SELECT start FROM (${whole}))`
  );
}

/** SQL of (grain, start, run) of single buckets. */
export const chosenBuckets = (plan: ProfilePlan, bindings: Bindings, span?: Span): string =>
  `SELECT 'bucket', start, newest FROM (${bucketRuns(plan, bindings, span)})`;
