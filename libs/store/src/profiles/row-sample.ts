import { z } from 'zod';
import type { Feature, RowSample, SampledColumn, Window } from '#libs/contracts';
import { float, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import {
  featureColumns,
  goesTogether,
  isInvalidText,
  isNullText,
  rawValue,
} from '../segments/feature-columns.js';
import { profiledStarts } from './list-runs.js';
import type { ProfilePlan } from './plan.js';
import { rowsOf } from './source.js';

const sampledRow = z.object({ numbers: z.array(float), texts: z.array(z.string().nullable()) });
const TIMEOUT_MS = 60_000;

/** rowSample: feature values of the rows whose ids have the lowest hashes: a choice that depends on nothing but the ids. */
export async function rowSample(
  db: Database,
  plan: ProfilePlan,
  { window, limit }: { window: Window | 'all'; limit: number },
): Promise<RowSample> {
  const starts = await profiledStarts(db, plan, window);
  if (starts.length === 0) return { columns: [] };
  const bindings = new Bindings();
  const rows = rowsOf(plan, starts, bindings);
  return sampleOf(db, { features: plan.features, rows, order: 'cityHash64(id), id', bindings, limit });
}

/** sampleOf: the first rows in an order of `rows`, SQL that has the arrays of the features at full length. */
export async function sampleOf(
  db: Database,
  {
    features,
    rows: from,
    order,
    bindings,
    limit,
  }: { features: readonly Feature[]; rows: string; order: string; bindings: Bindings; limit: number },
): Promise<RowSample> {
  const columns = featureColumns(features);
  const sampled = features.filter(goesTogether).flatMap(({ name }) => {
    const column = columns.get(name);
    return column === undefined ? [] : [{ name, ...column }];
  });
  const [numbers, texts] = [
    sampled.filter(({ kind }) => kind === 'numeric'),
    sampled.filter(({ kind }) => kind === 'categorical'),
  ];
  const textOf = (raw: string): string =>
    `if(${isNullText(raw)} OR ${isInvalidText(raw)}, NULL, CAST(${raw}, 'Nullable(String)'))`;
  const rows = await db.query({
    name: 'row-sample',
    sql:
      `SELECT CAST([${numbers.map(rawValue).join(', ')}], 'Array(Float64)') AS numbers, ` +
      `CAST([${texts.map(rawValue).map(textOf).join(', ')}], 'Array(Nullable(String))') AS texts ` +
      `FROM (${from}) ORDER BY ${order} LIMIT ${Math.trunc(limit)}`,
    params: bindings.params,
    settings: { output_format_json_quote_denormals: 1 },
    row: sampledRow,
    timeoutMs: TIMEOUT_MS,
  });
  const finite = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? value : null;
  return {
    columns: [
      ...numbers.map(({ name }, i): SampledColumn => ({
        feature: name,
        kind: 'numeric',
        values: rows.map((row) => finite(row.numbers[i])),
      })),
      ...texts.map(({ name }, i): SampledColumn => ({
        feature: name,
        kind: 'categorical',
        values: rows.map((row) => row.texts[i] ?? null),
      })),
    ],
  };
}
