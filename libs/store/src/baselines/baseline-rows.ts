import { z } from 'zod';
import type { Feature } from '#libs/contracts';
import { integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { comparedClass } from '../reading/values-sql.js';
import { featureColumns, paddedArrays } from '../segments/feature-columns.js';
import type { BaselineName } from './remove.js';

/**
 * Each of the points that edges are chosen from then stands for 100 rows, and a bin of a hundredth of them holds a hundredth of all rows
 * within a thirtieth. Where an edge lies changes no count, so more would change nothing.
 */
const MAX_SAMPLE = 100_000;

/** What statements over all rows of a baseline may take. */
export const limits = {
  timeoutMs: 600_000,
  settings: {
    max_memory_usage: '6000000000',
    max_bytes_before_external_group_by: '2000000000',
    // grouping() is 0 for the key of a set.
    force_grouping_standard_compatibility: 1,
    group_by_use_nulls: 0,
  },
} as const;

/** A feature and SQL of its raw value. */
export type Source = { feature: string; value: string; type: Feature['type'] };

export type Rows = { sql: string; params: Bindings['params'] };

/** baselineRows: SQL of the rows of an origin under the names that {@link paddedArrays} gives; `bindings` go on to be used. */
export function baselineRows(
  { project, model, version, origin }: BaselineName,
  features: readonly Feature[],
  bindings = new Bindings(),
): Rows {
  const sql =
    `SELECT id, ${paddedArrays(featureColumns(features))}, ${comparedClass('label')} AS label, score, value FROM predictions FINAL ` +
    `WHERE project = ${bindings.text(project)} AND model = ${bindings.text(model)} ` +
    `AND version = ${bindings.text(version)} AND origin = ${bindings.text(origin)}`;
  return { sql, params: bindings.params };
}

const factsRow = z.object({ rows: integer, scores: integer, values: integer, labels: integer });
export type Facts = z.output<typeof factsRow>;

/** oneInOf: of how many rows one is taken, so that the sample fits into memory. */
export const oneInOf = ({ rows }: Pick<Facts, 'rows'>): number => Math.max(1, Math.ceil(rows / MAX_SAMPLE));

/** readFacts: how many rows an origin has, and how many of them predict what. */
export async function readFacts(db: Database, name: BaselineName): Promise<Facts> {
  const { sql, params } = baselineRows(name, []);
  const [facts] = await db.query({
    name: 'binning-facts',
    sql:
      `SELECT count() AS rows, countIf(isFinite(score)) AS scores, countIf(isFinite(value)) AS values, ` +
      `countIf(label != '') AS labels FROM (${sql})`,
    params,
    row: factsRow,
    timeoutMs: limits.timeoutMs,
  });
  return facts ?? { rows: 0, scores: 0, values: 0, labels: 0 };
}
