import { z } from 'zod';
import { storedAs, type Feature } from '#libs/contracts';
import { float, integer, type Database } from '../client/index.js';
import { featureColumns, INVALID_TEXT, NULL_TEXT } from '../segments/feature-columns.js';
import { contentWarnings, KINDS } from './content-warnings.js';
import { INVALID_ID, INVALID_TIME, type BaselineInsert, type BaselineInserted } from './insert-input.js';
import { refusal, type Refusal } from './refusal.js';

const WHERE = `project = {project: String} AND model = {model: String} AND version = {version: String} AND origin = {origin: String}`;
const TIMEOUT_MS = 300_000;
/** Columns that are written about, at most; a file that is all wrong need not say so 2,000 times. */
const MAX_WARNINGS = 50;

const countsRow = z.object({
  rows: integer,
  written: integer,
  ids: integer,
  labelled: integer,
  explained: integer,
  filled_num: z.array(integer),
  invalid_num: z.array(integer),
  least: z.array(float),
  most: z.array(float),
  filled_cat: z.array(integer),
  invalid_cat: z.array(integer),
});
type Counts = z.output<typeof countsRow>;

const firstsRow = z.object({ key: z.string(), rows: integer, row: integer, text: z.string() });
type First = z.output<typeof firstsRow>;

async function readCounts(db: Database, input: BaselineInsert): Promise<Counts | undefined> {
  const { project, model, version, origin } = input;
  const [counts] = await db.query({
    name: 'baseline-counts',
    // Row versions are the numbers of the rows, so the highest says how many were written, also after rows of one id were merged.
    sql:
      `SELECT count() AS rows, max(row_version) + 1 AS written, ${input.columns.id === undefined ? 'count()' : 'uniqExact(id)'} AS ids, ` +
      `countIf(truth != '' OR NOT isNaN(truth_value)) AS labelled, countIf(notEmpty(attributions)) AS explained, ` +
      `sumForEach(arrayMap(x -> toUInt64(isFinite(x)), num)) AS filled_num, ` +
      `sumForEach(arrayMap(x -> toUInt64(isInfinite(x)), num)) AS invalid_num, ` +
      `minForEach(arrayMap(x -> if(isFinite(x), x, inf), num)) AS least, ` +
      `maxForEach(arrayMap(x -> if(isFinite(x), x, -inf), num)) AS most, ` +
      `sumForEach(arrayMap(x -> toUInt64(x NOT IN (${NULL_TEXT}, ${INVALID_TEXT})), cat)) AS filled_cat, ` +
      `sumForEach(arrayMap(x -> toUInt64(x = ${INVALID_TEXT}), cat)) AS invalid_cat FROM predictions WHERE ${WHERE}`,
    params: { project, model, version, origin },
    row: countsRow,
    timeoutMs: TIMEOUT_MS,
  });
  return counts;
}

async function readFirsts(db: Database, input: BaselineInsert): Promise<Map<string, First>> {
  const { project, model, version, origin } = input;
  const rows = await db.query({
    name: 'baseline-invalid',
    sql:
      `SELECT pair.1 AS key, count() AS rows, min(row_version) + 1 AS row, argMin(pair.2, row_version) AS text FROM ` +
      `(SELECT row_version, arrayJoin(arrayZip(mapKeys(invalid), mapValues(invalid))) AS pair FROM predictions WHERE ${WHERE} AND notEmpty(invalid)) ` +
      `GROUP BY key ORDER BY row, key`,
    params: { project, model, version, origin },
    row: firstsRow,
    timeoutMs: TIMEOUT_MS,
  });
  return new Map(rows.map((row) => [row.key, row]));
}

/** inspect: what the stored rows of a baseline are worth: a refusal, or counts with warnings. */
export async function inspect(db: Database, input: BaselineInsert): Promise<BaselineInserted | Refusal> {
  const counts = await readCounts(db, input);
  if (counts === undefined || counts.rows === 0) return refusal('file', 'holds no rows');
  const firsts = await readFirsts(db, input);
  const features = perFeature(input.features, counts);
  const fault = badKeys(input, counts, firsts) ?? allInvalid(features, firsts);
  if (fault !== undefined) return fault;
  return {
    ok: true,
    rows: counts.ids,
    hasTime: input.columns.time !== undefined,
    hasLabels: counts.labelled > 0,
    hasAttributions: counts.explained > 0,
    warnings: warningsOf(input, { features, firsts, counts }),
  };
}

function badKeys(
  { columns }: BaselineInsert,
  counts: Counts,
  firsts: Map<string, First>,
): Refusal | undefined {
  const time = firsts.get(INVALID_TIME);
  if (time !== undefined)
    return refusal(
      columns.time ?? '',
      `'${time.text}' in row ${time.row} is no time; use ISO-8601 such as 2026-01-31T12:00:00Z, or seconds or milliseconds since 1970`,
    );
  const id = firsts.get(INVALID_ID);
  if (id !== undefined)
    return refusal(
      columns.id ?? '',
      `'${id.text}' in row ${id.row} is no id; ids have 1 to 128 characters (name no id column, and rows are numbered)`,
    );
  const repeated = counts.written - counts.ids;
  return repeated === 0
    ? undefined
    : refusal(
        columns.id ?? 'id',
        `${repeated} rows repeat the id of another row; ids must differ (name no id column, and rows are numbered)`,
      );
}

type FeatureCounts = Feature & { filled: number; invalid: number; least?: number; most?: number };

function perFeature(features: readonly Feature[], counts: Counts): FeatureCounts[] {
  const columns = featureColumns(features);
  return features.map((feature) => {
    const at = (columns.get(feature.name)?.position ?? 0) - 1;
    return storedAs(feature.type) === 'numeric'
      ? {
          ...feature,
          filled: counts.filled_num[at] ?? 0,
          invalid: counts.invalid_num[at] ?? 0,
          least: counts.least[at] ?? NaN,
          most: counts.most[at] ?? NaN,
        }
      : { ...feature, filled: counts.filled_cat[at] ?? 0, invalid: counts.invalid_cat[at] ?? 0 };
  });
}

const kindOf = ({ type }: Feature): string => KINDS[type];

function allInvalid(features: readonly FeatureCounts[], firsts: Map<string, First>): Refusal | undefined {
  const bad = features.find(({ filled, invalid }) => filled === 0 && invalid > 0);
  if (bad === undefined) return undefined;
  const first = firsts.get(bad.name);
  return refusal(
    bad.name,
    `column '${bad.name}' is ${bad.type}, but none of its ${bad.invalid} values is ${kindOf(bad)}; ` +
      `the first is '${first?.text ?? ''}' in row ${first?.row ?? 0}. Correct the file, or the type of the feature`,
  );
}

type Inspected = { features: readonly FeatureCounts[]; firsts: Map<string, First>; counts: Counts };

function warningsOf(
  { columns }: BaselineInsert,
  { features, firsts, counts: { rows } }: Inspected,
): string[] {
  const ofFeatures = features.flatMap((feature) => {
    const { name, type, filled, invalid, least, most, madeOf } = feature;
    if (madeOf !== undefined) return [];
    const first = firsts.get(name);
    return contentWarnings(feature, {
      rows,
      read: filled,
      invalid,
      example: first === undefined ? '' : `; the first is '${first.text}' in row ${first.row}`,
      only: type === 'numeric' && least !== undefined && least === most ? String(least) : undefined,
    });
  });
  const ofPrediction = [columns.score, columns.value, columns.labelValue].flatMap((column) => {
    const first = column === undefined ? undefined : firsts.get(column);
    return first === undefined
      ? []
      : [
          `column '${first.key}': ${first.rows} of ${rows} values are not numbers and were left out; the first is '${first.text}' in row ${first.row}`,
        ];
  });
  return [...ofFeatures, ...ofPrediction].slice(0, MAX_WARNINGS);
}
