import { z } from 'zod';
import {
  MAX_PROJECTED_FEATURES,
  MAX_TEXT_LENGTH,
  RECONSTRUCTION_ERROR,
  type Feature,
  type NumericBinning,
  type ProjectedColumn,
  type ProjectionBody,
} from '#libs/contracts';
import { float, integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import {
  featureColumns,
  goesTogether,
  isInvalidText,
  isNullText,
  rawValue,
} from '../segments/feature-columns.js';
import { encodedSql, reconstructionSql } from '../segments/projection-sql.js';
import { baselineRows, oneInOf, readFacts } from './baseline-rows.js';
import { numericBinnings } from './numeric-binnings.js';
import type { BaselineName } from './remove.js';

/** How the features of a baseline become numbers, and how these go together: p × p, of columns that vary. */
type ProjectionFacts = { columns: ProjectedColumn[]; correlation: number[][] };
/** Components: directions over the columns that rows are measured against. */
type Components = Pick<ProjectionBody, 'columns' | 'components' | 'explained'>;
/** FitComponents: the mathematics between facts and components; null where there is nothing to see. */
export type FitComponents = (facts: ProjectionFacts) => Components | null;
/** Projection: components, and the bins of how far the baseline's own rows lie from them. */
export type Projection = Components & Pick<ProjectionBody, 'binning'>;

const TIMEOUT_MS = 600_000;
const MAX_SHARES = 1_000;
/** Less spread than this is rounding. */
const LEAST_STD = 1e-12;

type Encoded =
  | { feature: string; kind: 'numeric'; fill: number }
  | { feature: string; kind: 'categorical'; fill: number; shares: [string, number][] };

const meanRow = z.object({ means: z.array(float) });
const shareRow = z.object({ source: integer, category: z.string(), n: integer });

type Named = { feature: string; raw: string };

/** Missing numbers become the mean, missing categories the most frequent one, as in NannyML; categories become their shares. */
async function encodings(db: Database, name: BaselineName, features: readonly Feature[]): Promise<Encoded[]> {
  const columns = featureColumns(features);
  const chosen = features.filter(goesTogether).slice(0, MAX_PROJECTED_FEATURES);
  const named = (isNumeric: boolean): Named[] =>
    chosen.flatMap(({ name: feature, type }) => {
      const column = columns.get(feature);
      return column === undefined || (type === 'numeric') !== isNumeric
        ? []
        : [{ feature, raw: rawValue(column) }];
    });
  const rows = baselineRows(name, features);
  return [
    ...(await numericEncodings(db, rows, named(true))),
    ...(await categoricalEncodings(db, name, { rows, named: named(false) })),
  ];
}

type Rows = ReturnType<typeof baselineRows>;

async function numericEncodings(db: Database, rows: Rows, named: readonly Named[]): Promise<Encoded[]> {
  if (named.length === 0) return [];
  const [row] = await db.query({
    name: 'projection-means',
    sql: `SELECT [${named.map(({ raw }) => `avgIf(${raw}, isFinite(${raw}))`).join(', ')}] AS means FROM (${rows.sql})`,
    params: rows.params,
    row: meanRow,
    timeoutMs: TIMEOUT_MS,
  });
  return named.map(({ feature }, i) => {
    const mean = row?.means[i] ?? 0;
    return { feature, kind: 'numeric', fill: Number.isFinite(mean) ? mean : 0 };
  });
}

/** Rows without a value count for the most frequent category, which stands in for it. */
async function categoricalEncodings(
  db: Database,
  name: BaselineName,
  { rows, named }: { rows: Rows; named: readonly Named[] },
): Promise<Encoded[]> {
  if (named.length === 0) return [];
  const values = named.map(({ raw }, index) => `(${index}, CAST(${raw}, 'String'))`);
  const found = await db.query({
    name: 'projection-shares',
    sql:
      `SELECT source, category, n FROM (SELECT pair.1 AS source, pair.2 AS category, count() AS n ` +
      `FROM (SELECT arrayJoin([${values.join(', ')}]) AS pair FROM (${rows.sql})) ` +
      `WHERE NOT (${isNullText('pair.2')} OR ${isInvalidText('pair.2')}) GROUP BY source, category) ` +
      `ORDER BY source, n DESC, category LIMIT ${MAX_SHARES} BY source`,
    params: rows.params,
    row: shareRow,
    timeoutMs: TIMEOUT_MS,
  });
  const all = Math.max(1, (await readFacts(db, name)).rows);
  return named.map(({ feature }, index) => {
    const own = found.filter(({ source }) => source === index);
    const missing = all - own.reduce((sum, { n }) => sum + n, 0);
    const shares = own.map(({ category, n }, rank): [string, number] => [
      category.slice(0, MAX_TEXT_LENGTH),
      (rank === 0 ? n + missing : n) / all,
    ]);
    return { feature, kind: 'categorical', fill: shares[0]?.[1] ?? 0, shares };
  });
}

const factsRow = z.object({
  means: z.array(float),
  stds: z.array(float),
  correlation: z.array(z.array(float)),
});

/** makeProjection: from the rows of a baseline. Null when `fit` finds nothing, as with fewer than two columns that vary. */
export async function makeProjection(
  db: Database,
  name: BaselineName,
  { features, fit }: { features: readonly Feature[]; fit: FitComponents },
): Promise<Projection | null> {
  const found = fit(await projectionFacts(db, name, features));
  if (found === null) return null;
  const binning = await projectionBinning(db, name, { ...found, features });
  return { ...found, binning };
}

/** Squares of values near the ends of doubles overflow: such a column has no spread that anything could be divided by. */
const hasSpread = ({ mean, std }: { mean: number; std: number }): boolean =>
  Number.isFinite(mean) && Number.isFinite(std) && std > LEAST_STD;

/** What components are made from. Columns that do not vary, or too much for a number, are left out; with fewer than two there is nothing to see. */
async function projectionFacts(
  db: Database,
  name: BaselineName,
  features: readonly Feature[],
): Promise<ProjectionFacts> {
  const encoded = await encodings(db, name, features);
  if (encoded.length < 2) return { columns: [], correlation: [] };
  const bindings = new Bindings();
  const columns = featureColumns(features);
  const values = encoded.map((column, i) => `${encodedSql(column, columns, bindings)} AS e${i}`);
  const names = encoded.map((_, i) => `e${i}`);
  const rows = baselineRows(name, features, bindings);
  const [row] = await db.query({
    name: 'projection-correlation',
    sql:
      `SELECT [${names.map((e) => `avg(${e})`).join(', ')}] AS means, [${names.map((e) => `stddevPop(${e})`).join(', ')}] AS stds, ` +
      `corrMatrix(${names.join(', ')}) AS correlation FROM (SELECT ${values.join(', ')} FROM (${rows.sql}))`,
    params: bindings.params,
    row: factsRow,
    timeoutMs: TIMEOUT_MS,
  });
  const measured = encoded.map((column, at) => ({
    at,
    column: { ...column, mean: row?.means[at] ?? 0, std: row?.stds[at] ?? 0 },
  }));
  const varying = measured.filter(({ column }) => hasSpread(column));
  const correlationOf = (a: number, b: number): number => {
    const found = row?.correlation[a]?.[b] ?? 0;
    return Number.isFinite(found) ? found : 0;
  };
  return {
    columns: varying.map(({ column }) => column),
    correlation: varying.map((a) => varying.map((b) => correlationOf(a.at, b.at))),
  };
}

/** Bins of the errors of the baseline's own rows. */
async function projectionBinning(
  db: Database,
  name: BaselineName,
  {
    features,
    ...projection
  }: Pick<ProjectionBody, 'columns' | 'components'> & { features: readonly Feature[] },
): Promise<NumericBinning> {
  const bindings = new Bindings();
  const rows = baselineRows(name, features, bindings);
  const value = reconstructionSql(projection, featureColumns(features), bindings);
  const errors = { sql: `SELECT id, ${value} AS error FROM (${rows.sql})`, params: bindings.params };
  const source = { feature: RECONSTRUCTION_ERROR, value: 'error', type: 'numeric' } as const;
  const [binning] = await numericBinnings(db, [source], {
    rows: errors,
    oneIn: oneInOf(await readFacts(db, name)),
  });
  return binning ?? { feature: RECONSTRUCTION_ERROR, kind: 'numeric', edges: [0], max: 0 };
}
