import { z } from 'zod';
import { FAVOURABLE, type BiasSample, type Window } from '#libs/contracts';
import { float, integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { levelSql } from '../segments/facet-column.js';
import { featureColumns, rawValue } from '../segments/feature-columns.js';
import { segmentColumns } from '../segments/segment-column.js';
import { countsFacets, predictedOutcome } from './count-facets.js';
import { profiledStarts } from './list-runs.js';
import type { ProfilePlan } from './plan.js';
import { rowsOf } from './source.js';

const sampledRow = z.object({
  features: z.array(float),
  levels: z.array(integer),
  segment_values: z.array(z.string()),
  outcome: integer,
});
const TIMEOUT_MS = 60_000;

/** Numbers and truth values of the inputs, but not the sensitive attributes themselves: neighbours are alike in everything else. */
function inputs(plan: ProfilePlan, facets: ReadonlySet<string | undefined>): string[] {
  const columns = featureColumns(plan.features);
  return plan.features.flatMap(({ name, type, role }) => {
    const column = columns.get(name);
    if (column === undefined || role !== 'input' || facets.has(name)) return [];
    if (type === 'numeric') return [rawValue(column)];
    return type === 'boolean'
      ? [`transform(CAST(${rawValue(column)}, 'String'), ['true', 'false'], [1e0, 0e0], nan)`]
      : [];
  });
}

/** sampleRows: the rows whose ids have the lowest hashes: a choice that depends on nothing but the ids. */
export async function sampleRows(
  db: Database,
  plan: ProfilePlan,
  { window, limit }: { window: Window | 'all'; limit: number },
): Promise<BiasSample> {
  if (!countsFacets(plan)) return { rows: [] };
  const starts = await profiledStarts(db, plan, window);
  if (starts.length === 0) return { rows: [] };
  const bindings = new Bindings();
  const columns = featureColumns(plan.features);
  const favourable = bindings.texts(plan.bias.favourable);
  const levels = plan.bias.facets.map((facet) => levelSql(facet, columns, bindings));
  const segments = segmentColumns(plan.segments, plan.features, bindings);
  // Beyond the values of its segment a row is in none of them.
  const values = segments.map(({ key, values: names }) => `arrayElement(${bindings.texts(names)}, ${key})`);
  const features = inputs(plan, new Set(plan.bias.facets.map(({ feature }) => feature)));
  const rows = await db.query({
    name: 'profile-sample',
    sql:
      `SELECT CAST([${features.join(', ')}], 'Array(Float64)') AS features, [${levels.join(', ')}] AS levels, ` +
      `CAST([${values.join(', ')}], 'Array(String)') AS segment_values, ` +
      `${predictedOutcome(plan.bias, favourable)} AS outcome FROM (SELECT *, CAST(label, 'String') AS predicted ` +
      `FROM (${rowsOf(plan, starts, bindings)})) ORDER BY cityHash64(id), id LIMIT ${Math.trunc(limit)}`,
    params: bindings.params,
    settings: { output_format_json_quote_denormals: 1 },
    row: sampledRow,
    timeoutMs: TIMEOUT_MS,
  });
  return {
    rows: rows.map(({ outcome, segment_values: found, ...row }) => ({
      ...row,
      segments: Object.fromEntries(
        segments
          .map(({ segment }, index) => [segment, found[index] ?? ''])
          .filter(([, value]) => value !== ''),
      ) as Record<string, string>,
      favourable: outcome === 0 ? null : outcome === FAVOURABLE,
    })),
  };
}
