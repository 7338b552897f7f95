import { LIVE_ORIGIN, PREDICTION_FEATURES, type FeatureBinning } from '#libs/contracts';
import type { Statement } from '../client/database.js';
import { comparedClass } from '../reading/values-sql.js';
import { Bindings, integersLiteral, numberLiteral } from '../segments/bindings.js';
import { combined, ofParts, ofRows, partsOf, summed, type Aggregate } from './aggregates.js';
import { CELL_FIELDS, cellColumn, rowsCell } from './cell-columns.js';
import { grouping, type Grouping, type SegmentPart } from './grouping.js';
import { valueOf, type ProfilePlan } from './plan.js';
import { inBuckets, rowsOf, seconds, versionKey } from './source.js';

/** What one statement counts: buckets, each with the number of the run that computes it, and segments. */
export type Pass = {
  buckets: { startMs: number; run: bigint }[];
  part: SegmentPart;
  /** Of several passes over the same rows one counts the rows themselves. */
  withRows?: boolean;
};

/** Label × predicted pairs that a confusion cell holds, the most frequent ones. */
const MAX_PAIRS = 10_000;
/** Between label and predicted in the key of a confusion count. */
export const PAIR_SEPARATOR = '\x1f';

/** A pass over a million rows takes seconds; this only ends what has gone wrong. */
export const TIMEOUT_MS = 600_000;
export const settings = {
  max_memory_usage: '8000000000',
  max_bytes_before_external_group_by: '4000000000',
  max_query_size: '64000000',
  max_ast_elements: '1000000',
  max_expanded_ast_elements: '4000000',
  max_partitions_per_insert_block: '2000',
  group_by_use_nulls: 0,
  do_not_merge_across_partitions_select_final: 1,
} as const;

export const insertInto = (columns: readonly string[]): string =>
  `INSERT INTO profiles (${columns.join(', ')})`;

export const KEY_COLUMNS = [
  'project',
  'model',
  'version',
  'origin',
  'binning',
  'grain',
  'start',
  'run',
  'segment',
  'segment_value',
];

/** SQL of the key columns of a cell, in the order of KEY_COLUMNS. */
export function keyValues(plan: ProfilePlan, pass: Pass, bindings: Bindings): string {
  const names = [plan.project, plan.model, plan.version, plan.origin, plan.binning.hash];
  const starts = integersLiteral(
    pass.buckets.map(({ startMs }) => seconds(startMs)),
    32,
  );
  const runs = integersLiteral(
    pass.buckets.map(({ run }) => run),
    64,
  );
  return (
    `${names.map((name) => bindings.text(name)).join(', ')}, 'bucket', bucket, ` +
    `transform(toUInt32(bucket), ${starts}, ${runs}, toUInt64(0)), segment_name, segment_value_name`
  );
}

/** countFeatures: the statement that counts some features of the binning in some buckets, for `all` and every segment at once. */
export function countFeatures(plan: ProfilePlan, features: readonly FeatureBinning[], pass: Pass): Statement {
  const bindings = new Bindings();
  const groups = grouping(plan, pass.part, bindings);
  const cells = features.flatMap((binning, index) => {
    const value = valueOf(plan, binning.feature, bindings);
    if (value === undefined) return [];
    return [cellColumn(binning, value, { name: bindings.text(binning.feature), tag: `${index}`, bindings })];
  });
  const { withRows = false } = pass;
  const starts = pass.buckets.map(({ startMs }) => startMs);
  // Levels, so that no expression with a list of edges in it is written into another: analysing them would take longer than counting.
  const values = `SELECT *, ${cells.map((cell) => cell.value).join(', ')} FROM (${rowsOf(plan, starts, bindings)})`;
  const slots = `SELECT *, ${cells.map((cell) => cell.slot).join(', ')} FROM (${values})`;
  const perRow =
    `SELECT *, ${groups.keys}${cells.map((cell) => cell.summed).join('')}` +
    `cityHash64(${cells.map((cell) => cell.content).join(', ')}) AS content FROM (${slots})`;
  const aggregates = [
    summed('count()', 'cell_rows'),
    summed('sum(content)', 'cell_checksum'),
    ...(withRows ? [DIFFERENT] : []),
    ...cells.flatMap((cell) => cell.aggregates),
  ];
  const filled = [...(withRows ? [rowsCell(DIFFERENT.name)] : []), ...cells.map(({ cell }) => cell)];
  const columns = CELL_FIELDS.map(
    (field) => `[${filled.map((cell) => cell[field]).join(', ')}] AS ${field}s`,
  );
  const named =
    `SELECT bucket, ${groups.segment} AS segment_name, ${groups.segmentValue} AS segment_value_name, ` +
    `cell_rows, cell_checksum, ${columns.join(', ')} FROM (${counted(perRow, groups, aggregates)}) WHERE ${groups.isValue}`;
  const fields = CELL_FIELDS.map((field) => `${field}s`).join(', ');
  return {
    name: 'profile-features',
    sql:
      `${insertInto([...KEY_COLUMNS, 'rows', 'checksum', ...CELL_FIELDS])} ` +
      `SELECT ${keyValues(plan, pass, bindings)}, cell_rows, cell_checksum, ${fields} FROM (${named}) ARRAY JOIN ${fields}`,
    params: bindings.params,
    settings,
    timeoutMs: TIMEOUT_MS,
  };
}

const DIFFERENT = combined('different', { of: 'uniqCombined64', args: 'content' });

/**
 * counted: SQL of aggregates of rows in every group and, in it, by `also` (columns, each after a comma). Where it is worth it a row is
 * counted once, in its combination of segment values, and segments are sums of them.
 */
function counted(rows: string, groups: Grouping, aggregates: readonly Aggregate[], also = ''): string {
  const [by, sets] = [`bucket${groups.columns}${also}`, groups.sets(also)];
  return groups.combinations === 0
    ? `SELECT ${by}, ${ofRows(aggregates)} FROM (${rows}) GROUP BY ${sets}`
    : `SELECT ${by}, ${ofParts(aggregates)} FROM (SELECT ${by}, ${partsOf(aggregates)} FROM (${rows}) GROUP BY ${by}) GROUP BY ${sets}`;
}

/** SQL of the rows of a pass with `truth_label`, '' where there is none (yet): from ground truth, or from the baseline's own column. */
export function labelledRows(plan: ProfilePlan, pass: Pass, bindings: Bindings): string {
  const starts = pass.buckets.map(({ startMs }) => startMs);
  const rows = rowsOf(plan, starts, bindings);
  if (plan.origin !== LIVE_ORIGIN) return `SELECT *, truth AS truth_label FROM (${rows})`;
  const labels =
    `SELECT bucket, id, CAST(${comparedClass('label')}, 'String') AS truth_label FROM labels FINAL ` +
    `WHERE ${versionKey(plan, bindings)} AND ${inBuckets('bucket', starts)} AND NOT retracted`;
  return (
    `SELECT p.*, l.truth_label AS truth_label FROM (${rows}) AS p ` +
    `LEFT JOIN (${labels}) AS l ON p.bucket = l.bucket AND p.id = l.id`
  );
}

/** predictsValues: a regression, whose rows have neither classes nor labels and so no confusion. */
export function predictsValues(plan: ProfilePlan): boolean {
  const counted = new Set(plan.binning.features.map(({ feature }) => feature));
  const { value, label, score } = PREDICTION_FEATURES;
  return counted.has(value) && !counted.has(label) && !counted.has(score);
}

/** SQL of the predicted class. A low score says only that it is not the positive one: where the truth is another one, that was meant. */
function predictedClass({ scores }: ProfilePlan, bindings: Bindings): string {
  if (!scores) return 'label';
  const [label, truth] = [`CAST(label, 'String')`, `CAST(truth_label, 'String')`];
  const [positive, negative] = [bindings.text(scores.positive), bindings.text(scores.negative)];
  const low = `if(${truth} NOT IN ('', ${positive}), ${truth}, ${negative})`;
  const high = `score >= ${numberLiteral(scores.threshold)}`;
  return `multiIf(${label} != '', ${label}, NOT isFinite(score), '', ${high}, ${positive}, ${low})`;
}

/** countLabels: the statement that counts label × predicted, for every group of rows, labelled or not. */
export function countLabels(plan: ProfilePlan, pass: Pass): Statement {
  const bindings = new Bindings();
  const groups = grouping(plan, pass.part, bindings);
  // Grouped by place in a dictionary, not by text.
  const perRow = `SELECT bucket, ${groups.keys}toLowCardinality(truth_label) AS truth_text, toLowCardinality(${predictedClass(plan, bindings)}) AS predicted FROM (${labelledRows(plan, pass, bindings)})`;
  const pairs = counted(perRow, groups, [summed('count()', 'n')], ', truth_text, predicted');
  const top =
    `arraySlice(arraySort(t -> (-toInt64(t.2), t.1), groupArrayIf((concat(truth_text, char(${PAIR_SEPARATOR.charCodeAt(0)}), predicted), n), ` +
    `truth_text != '')), 1, ${MAX_PAIRS})`;
  const merged =
    `SELECT bucket${groups.columns}, sum(n) AS cell_rows, sumIf(n, truth_text != '') AS cell_labelled, ` +
    `sum(n * cityHash64(truth_text, predicted)) AS cell_checksum, CAST(${top}, 'Map(String, UInt64)') AS cell_top ` +
    `FROM (${pairs}) GROUP BY bucket${groups.columns}`;
  const named =
    `SELECT bucket, ${groups.segment} AS segment_name, ${groups.segmentValue} AS segment_value_name, ` +
    `cell_rows, cell_labelled, cell_checksum, cell_top FROM (${merged}) WHERE ${groups.isValue}`;
  return {
    name: 'profile-labels',
    sql:
      `${insertInto([...KEY_COLUMNS, 'rows', 'labelled', 'checksum', 'kind', 'min', 'max', 'top'])} ` +
      `SELECT ${keyValues(plan, pass, bindings)}, cell_rows, cell_labelled, cell_checksum, 'confusion', inf, -inf, cell_top ` +
      `FROM (${named})`,
    params: bindings.params,
    settings,
    timeoutMs: TIMEOUT_MS,
  };
}
