import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  PREDICTION_FEATURES,
  storedAs,
  type CategoricalBinning,
  type Feature,
  type FeatureBinning,
  type NumericBinning,
} from '#libs/contracts';
import { float, integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import {
  featureColumns,
  INVALID_TEXT,
  NULL_TEXT,
  paddedArrays,
  rawValue,
} from '../segments/feature-columns.js';
import { numericEdges, SAMPLE_POINTS } from './numeric-edges.js';
import type { BaselineName } from './remove.js';

/**
 * Each of the points that edges are chosen from then stands for 100 rows, and a bin of a hundredth of them holds a hundredth of all rows
 * within a thirtieth. Where an edge lies changes no count, so more would change nothing.
 */
const MAX_SAMPLE = 100_000;
const MAX_CATEGORIES = 1_000;
/** Values of so many features are held in memory at once: 40 × 0.8 MB, twice while they are sorted. */
const NUMERIC_PER_STATEMENT = 40;
const CATEGORICAL_PER_STATEMENT = 50;
const TIMEOUT_MS = 600_000;
const settings = {
  max_memory_usage: '6000000000',
  max_bytes_before_external_group_by: '2000000000',
  // grouping() is 0 for the key of a set.
  force_grouping_standard_compatibility: 1,
  group_by_use_nulls: 0,
} as const;

/** A feature and SQL of its raw value. */
type Source = { feature: string; value: string; type: Feature['type'] };

/** binningHash: names a binning by its content, 16 hex digits. */
export const binningHash = (features: readonly FeatureBinning[]): string =>
  createHash('sha256')
    .update(JSON.stringify(features.map(canonical)))
    .digest('hex')
    .slice(0, 16);

const canonical = (binning: FeatureBinning): unknown[] =>
  binning.kind === 'numeric'
    ? [binning.feature, binning.kind, binning.edges, binning.max]
    : [binning.feature, binning.kind, binning.categories, ...(binning.distinct === true ? ['distinct'] : [])];

/** createBinning: how the features of a version are counted, made from the rows of an origin. Context features are not compared and not counted. */
export async function createBinning(
  db: Database,
  name: BaselineName,
  features: readonly Feature[],
): Promise<{ hash: string; features: FeatureBinning[] }> {
  const facts = await readFacts(db, name);
  const columns = featureColumns(features);
  const inputs = features.flatMap(({ name: feature, type, role }): Source[] => {
    const column = columns.get(feature);
    return role === 'context' || column === undefined ? [] : [{ feature, type, value: rawValue(column) }];
  });
  const sources = [...inputs, ...predictionSources(facts)];
  const rows = baselineRows(name, features);
  const sampling = { rows, oneIn: oneInOf(facts) };
  const made = new Map<string, FeatureBinning>();
  const numeric = sources.filter(({ type }) => storedAs(type) === 'numeric');
  for (let at = 0; at < numeric.length; at += NUMERIC_PER_STATEMENT)
    for (const binning of await numericBinnings(db, numeric.slice(at, at + NUMERIC_PER_STATEMENT), sampling))
      made.set(binning.feature, binning);
  for (const { feature } of sources.filter(({ type }) => type === 'identifier'))
    made.set(feature, { feature, kind: 'categorical', categories: [], distinct: true });
  const categorical = sources.filter(({ type }) => type === 'categorical' || type === 'boolean');
  for (let at = 0; at < categorical.length; at += CATEGORICAL_PER_STATEMENT)
    for (const binning of await categoricalBinnings(
      db,
      categorical.slice(at, at + CATEGORICAL_PER_STATEMENT),
      rows,
    ))
      made.set(binning.feature, binning);
  const binnings = sources.flatMap(({ feature }) => made.get(feature) ?? []);
  return { hash: binningHash(binnings), features: binnings };
}

type Rows = { sql: string; params: Bindings['params'] };

/** baselineRows: SQL of the rows of an origin under the names that {@link paddedArrays} gives; `bindings` go on to be used. */
export function baselineRows(
  { project, model, version, origin }: BaselineName,
  features: readonly Feature[],
  bindings = new Bindings(),
): Rows {
  const sql =
    `SELECT id, ${paddedArrays(featureColumns(features))}, label, score, value FROM predictions FINAL ` +
    `WHERE project = ${bindings.text(project)} AND model = ${bindings.text(model)} ` +
    `AND version = ${bindings.text(version)} AND origin = ${bindings.text(origin)}`;
  return { sql, params: bindings.params };
}

const factsRow = z.object({ rows: integer, scores: integer, values: integer, labels: integer });
type Facts = z.output<typeof factsRow>;

/** oneInOf: of how many rows one is taken, so that the sample fits into memory. */
export const oneInOf = ({ rows }: Pick<Facts, 'rows'>): number => Math.max(1, Math.ceil(rows / MAX_SAMPLE));

export async function readFacts(db: Database, name: BaselineName): Promise<Facts> {
  const { sql, params } = baselineRows(name, []);
  const [facts] = await db.query({
    name: 'binning-facts',
    sql:
      `SELECT count() AS rows, countIf(isFinite(score)) AS scores, countIf(isFinite(value)) AS values, ` +
      `countIf(label != '') AS labels FROM (${sql})`,
    params,
    row: factsRow,
    timeoutMs: TIMEOUT_MS,
  });
  return facts ?? { rows: 0, scores: 0, values: 0, labels: 0 };
}

const predictionSources = (facts: Facts): Source[] => [
  ...(facts.scores > 0
    ? [{ feature: PREDICTION_FEATURES.score, value: 'score', type: 'numeric' } as const]
    : []),
  ...(facts.labels > 0
    ? [{ feature: PREDICTION_FEATURES.label, value: 'label', type: 'categorical' } as const]
    : []),
  ...(facts.values > 0
    ? [{ feature: PREDICTION_FEATURES.value, value: 'value', type: 'numeric' } as const]
    : []),
];

const pointsRow = z.object({ points: z.array(z.array(float)) });
const boundsRow = z.object({ bounds: z.array(z.tuple([float, float])) });

/** The sample is by hash of the id, so the same rows every time, and comes thinned to points of equal weight; the bounds are of all rows. */
export async function numericBinnings(
  db: Database,
  sources: readonly Source[],
  { rows, oneIn }: { rows: Rows; oneIn: number },
): Promise<NumericBinning[]> {
  const samples = sources.map(
    ({ value }, index) => `arraySort(groupArrayIf(${value}, isFinite(${value}))) AS a${index}`,
  );
  // Only numbers are captured by the lambda: an array would be copied for each of its elements.
  const thinned = sources.map(
    (_, index) =>
      `arrayFilter((x, i) -> n${index} <= ${SAMPLE_POINTS} OR i = 0 OR ` +
      `intDiv(i * ${SAMPLE_POINTS - 1}, n${index} - 1) != intDiv((i - 1) * ${SAMPLE_POINTS - 1}, n${index} - 1), ` +
      `a${index}, range(length(a${index}) AS n${index}))`,
  );
  const bounds = sources.map(
    ({ value }) =>
      `(min(if(isFinite(${value}), ${value}, inf)), max(if(isFinite(${value}), ${value}, -inf)))`,
  );
  const shared = { params: rows.params, settings, timeoutMs: TIMEOUT_MS };
  const [sampled] = await db.query({
    ...shared,
    name: 'binning-quantiles',
    sql:
      `SELECT [${thinned.join(', ')}] AS points FROM (SELECT ${samples.join(', ')} ` +
      `FROM (SELECT * FROM (${rows.sql}) WHERE cityHash64(id) % ${oneIn} = 0))`,
    row: pointsRow,
  });
  const [all] = await db.query({
    ...shared,
    name: 'binning-bounds',
    sql: `SELECT [${bounds.join(', ')}] AS bounds FROM (${rows.sql})`,
    row: boundsRow,
  });
  return sources.map(({ feature }, index) => {
    const sample = sampled?.points[index] ?? [];
    const [min, max] = all?.bounds[index] ?? [Infinity, -Infinity];
    return { feature, kind: 'numeric', ...numericEdges(sample, { min, max }) };
  });
}

const categoryRow = z.object({ source: integer, category: z.string() });

/** The most frequent ones, equally frequent ones by name. The two truth values are known without being seen. */
async function categoricalBinnings(
  db: Database,
  sources: readonly Source[],
  rows: Rows,
): Promise<CategoricalBinning[]> {
  const columns = sources.map(({ value }, index) => `${value} AS c${index}`).join(', ');
  const sets = sources.map((_, index) => `(c${index})`).join(', ');
  const choose = (of: (index: number) => string): string =>
    `multiIf(${sources.map((_, index) => `grouping(c${index}) = 0, ${of(index)}, `).join('')}NULL)`;
  const found = await db.query({
    name: 'binning-categories',
    sql:
      `SELECT source, category FROM (SELECT assumeNotNull(${choose(String)}) AS source, ` +
      `assumeNotNull(${choose((index) => `CAST(c${index}, 'String')`)}) AS category, count() AS n ` +
      `FROM (SELECT ${columns} FROM (${rows.sql})) GROUP BY GROUPING SETS (${sets})) ` +
      `WHERE category NOT IN ('', ${NULL_TEXT}, ${INVALID_TEXT}) ORDER BY source, n DESC, category LIMIT ${MAX_CATEGORIES} BY source`,
    params: rows.params,
    settings,
    row: categoryRow,
    timeoutMs: TIMEOUT_MS,
  });
  return sources.map(({ feature, type }, index) => {
    const categories = found.filter(({ source }) => source === index).map(({ category }) => category);
    const all = type === 'boolean' ? [...new Set([...categories, 'false', 'true'])] : categories;
    return { feature, kind: 'categorical', categories: all };
  });
}
