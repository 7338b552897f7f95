import { LIVE_ORIGIN } from '#libs/contracts';
import { comparedClass } from '../reading/values-sql.js';
import { integersLiteral, type Bindings } from '../segments/bindings.js';
import { featureColumns, paddedArrays } from '../segments/feature-columns.js';
import type { ProfilePlan } from './plan.js';

/** SQL of the key columns of a version, for any table that starts with them. */
export const versionKey = (plan: ProfilePlan, bindings: Bindings): string =>
  `project = ${bindings.text(plan.project)} AND model = ${bindings.text(plan.model)} AND version = ${bindings.text(plan.version)}`;

/** SQL: `column` is the start of one of these buckets. */
export const inBuckets = (column: string, startsMs: readonly number[]): string =>
  `${column} IN (${integersLiteral(startsMs.map(seconds), 32)})`;

export const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** SQL: ids that were erased, whose rows may still be on their way out. */
const erasedIds = ({ project, model }: ProfilePlan, bindings: Bindings): string =>
  `SELECT id_hash FROM tombstones WHERE project = ${bindings.text(project)} AND model = ${bindings.text(model)}`;

/**
 * rowsOf: SQL of the current rows of some buckets, one per id. An id that was sent again with a time in another bucket counts there
 * alone; `moved` names it, and an older row here is left out. `also`: more columns, each after a comma.
 */
export function rowsOf(
  plan: ProfilePlan,
  startsMs: readonly number[],
  bindings: Bindings,
  also = '',
): string {
  const rows =
    `SELECT bucket, id, row_version, ${paddedArrays(featureColumns(plan.features))}, ${comparedClass('label')} AS label, score, value, tags, ${comparedClass('truth')} AS truth${also} ` +
    `FROM predictions FINAL WHERE ${versionKey(plan, bindings)} AND origin = ${bindings.text(plan.origin)} ` +
    `AND ${inBuckets('bucket', startsMs)}`;
  if (plan.origin !== LIVE_ORIGIN) return rows;
  const moved =
    `SELECT bucket, id_hash, max(row_version) AS moved_version FROM moved ` +
    `WHERE ${versionKey(plan, bindings)} AND ${inBuckets('bucket', startsMs)} GROUP BY bucket, id_hash`;
  return (
    `SELECT r.* FROM (${rows}) AS r LEFT JOIN (${moved}) AS m ON r.bucket = m.bucket AND cityHash64(r.id) = m.id_hash ` +
    `WHERE r.row_version >= m.moved_version AND cityHash64(r.id) NOT IN (${erasedIds(plan, bindings)})`
  );
}
