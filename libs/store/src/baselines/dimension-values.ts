import { z } from 'zod';
import { MAX_DIMENSION_VALUES, SEGMENT_OTHER, type DimensionBody, type Feature } from '#libs/contracts';
import type { Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { featureColumns, INVALID_TEXT, NULL_TEXT, paddedArrays } from '../segments/feature-columns.js';
import { operand } from '../segments/operand.js';
import type { BaselineName } from './remove.js';

const MAX_VALUE_LENGTH = 256;
const valueRow = z.object({ value: z.string() });

/** dimensionValues: the values to freeze: names of the ranges, else the most frequent values of the baseline, equally frequent ones by name. */
export async function dimensionValues(
  db: Database,
  { project, model, version, origin }: BaselineName,
  { body, features }: { body: DimensionBody; features: readonly Feature[] },
): Promise<string[]> {
  if (body.ranges !== undefined) return [...new Set(body.ranges.map((range) => range.value))];
  const bindings = new Bindings();
  const columns = featureColumns(features);
  const on = operand(body, columns, bindings);
  const [stored, isKnown] =
    on.kind === 'text'
      ? [on.stored, `value NOT IN (${NULL_TEXT}, ${INVALID_TEXT})`]
      : [on.value, 'isNotNull(stored)'];
  const rows = await db.query({
    name: 'dimension-values',
    sql:
      `SELECT value FROM (SELECT ifNull(toString(stored), '') AS value, n FROM (SELECT ${stored} AS stored, count() AS n ` +
      `FROM (SELECT ${paddedArrays(columns)}, tags FROM predictions FINAL ` +
      `WHERE project = ${bindings.text(project)} AND model = ${bindings.text(model)} ` +
      `AND version = ${bindings.text(version)} AND origin = ${bindings.text(origin)}) ` +
      `GROUP BY stored) WHERE ${isKnown}) ` +
      `WHERE value != ${bindings.text(SEGMENT_OTHER)} AND lengthUTF8(value) BETWEEN 1 AND ${MAX_VALUE_LENGTH} ` +
      `ORDER BY n DESC, value LIMIT ${MAX_DIMENSION_VALUES}`,
    params: bindings.params,
    settings: { max_memory_usage: '6000000000', max_bytes_before_external_group_by: '2000000000' },
    row: valueRow,
    timeoutMs: 300_000,
  });
  return rows.map(({ value }) => value);
}
