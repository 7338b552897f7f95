import { ATTRIBUTION_BIN_COUNT, ATTRIBUTION_BINS, type Feature } from '#libs/contracts';
import type { Statement } from '../client/database.js';
import { UNKNOWN_ATTRIBUTIONS, UNKNOWN_SEPARATOR } from '../intake/rows.js';
import { Bindings, numberLiteral } from '../segments/bindings.js';
import { insertInto, KEY_COLUMNS, keyValues, settings, TIMEOUT_MS, type Pass } from './counting.js';
import { grouping } from './grouping.js';
import type { ProfilePlan } from './plan.js';
import { rowsOf } from './source.js';

/** More would make a statement that takes longer to analyse than a second read of the rows. */
const FEATURES_PER_STATEMENT = 40;
/** Names of unknown features that are kept of a bucket. */
const TOP_UNKNOWN = 20;
const TOP_RESERVED = 500;

/** Counters of one statement's groups, for estimating memory. */
export const attributionSlots = ({ features }: ProfilePlan): number =>
  Math.min(features.length, FEATURES_PER_STATEMENT) * (ATTRIBUTION_BIN_COUNT + 10);

/** attributionGroups: the features of a version in groups that one statement can count, each with its place in a row's attributions. */
export function attributionGroups({ features }: ProfilePlan): { name: string; position: number }[][] {
  const placed = features.map(({ name }: Feature, index) => ({ name, position: index + 1 }));
  return Array.from({ length: Math.ceil(placed.length / FEATURES_PER_STATEMENT) }, (_, index) =>
    placed.slice(index * FEATURES_PER_STATEMENT, (index + 1) * FEATURES_PER_STATEMENT),
  );
}

const NULL_SLOT = ATTRIBUTION_BIN_COUNT;
const INVALID_SLOT = ATTRIBUTION_BIN_COUNT + 1;
const { lowest, highest, perOctave } = ATTRIBUTION_BINS;

const slotSql = (x: string): string =>
  `toUInt16(multiIf(isNaN(${x}), ${NULL_SLOT}, isInfinite(${x}), ${INVALID_SLOT}, abs(${x}) < ${numberLiteral(2 ** lowest)}, 0, ` +
  `abs(${x}) >= ${numberLiteral(2 ** highest)}, ${ATTRIBUTION_BIN_COUNT - 1}, ` +
  `1 + floor((log2(abs(${x})) - ${numberLiteral(lowest)}) * ${perOctave})))`;

const EMPTY_MAP = `CAST(map(), 'Map(String, UInt64)')`;

/** countAttributions: the statement that counts the attributions of some features; with `withRows`, also what explains unknown ones. */
export function countAttributions(
  plan: ProfilePlan,
  features: readonly { name: string; position: number }[],
  { pass, withRows }: { pass: Pass; withRows: boolean },
): Statement {
  const bindings = new Bindings();
  const groups = grouping(plan, pass.part, bindings);
  const starts = pass.buckets.map(({ startMs }) => startMs);
  const key = bindings.text(UNKNOWN_ATTRIBUTIONS);
  const rows = rowsOf(plan, starts, bindings, ', attributions, invalid');
  const values = features.map(({ position }, index) => `attrs[${position}] AS x${index}`);
  const perRow =
    `SELECT *, ${groups.keys}${features.map((_, index) => `${slotSql(`x${index}`)} AS s${index}`).join(', ')}, ` +
    `cityHash64(attrs, unknown) AS content FROM (SELECT *, ${values.join(', ')} FROM (SELECT *, notEmpty(attributions) AS is_explained, ` +
    `arrayResize(attributions, ${plan.features.length}, nan) AS attrs, ` +
    `arrayFilter(name -> name != '', splitByString(${bindings.text(UNKNOWN_SEPARATOR)}, invalid[${key}])) AS unknown FROM (${rows})))`;
  const sure = (index: number): string => `if(s${index} < ${NULL_SLOT}, x${index}, 0)`;
  const aggregates = features.map(
    (_, index) =>
      `countResample(0, ${ATTRIBUTION_BIN_COUNT + 2}, 1)(s${index}) AS n${index}, sum(${sure(index)}) AS t${index}, ` +
      `sum(abs(${sure(index)})) AS a${index}, sum(${sure(index)} * ${sure(index)}) AS q${index}, ` +
      `countIf(${sure(index)} < 0) AS m${index}, countIf(${sure(index)} > 0) AS p${index}`,
  );
  const counted =
    `SELECT bucket${groups.columns}, count() AS cell_rows, countIf(is_explained) AS cell_explained, sum(content) AS cell_checksum, ` +
    `countIf(notEmpty(unknown)) AS cell_unknown, approx_top_kArray(${TOP_UNKNOWN}, ${TOP_RESERVED})(unknown) AS cell_names, ` +
    `${aggregates.join(', ')} FROM (${perRow}) GROUP BY ${groups.sets()}`;
  const cells = features.map(({ name }, index) => {
    const at = (slot: number): string => `n${index}[${slot + 1}]`;
    const bins = `arraySlice(n${index}, 1, ${ATTRIBUTION_BIN_COUNT})`;
    return (
      `(${bindings.text(name)}, toUInt64(cell_explained - arraySum(${bins}) - ${at(INVALID_SLOT)}), ${at(INVALID_SLOT)}, ${bins}, ` +
      `m${index}, p${index}, a${index}, t${index}, q${index}, ${EMPTY_MAP})`
    );
  });
  const whole =
    `('', toUInt64(0), cell_unknown, CAST([], 'Array(UInt64)'), toUInt64(0), toUInt64(0), 0e0, 0e0, 0e0, ` +
    `CAST(arrayMap(t -> (t.1, t.2), cell_names), 'Map(String, UInt64)'))`;
  const named =
    `SELECT bucket, ${groups.segment} AS segment_name, ${groups.segmentValue} AS segment_value_name, cell_rows, ` +
    `cell_explained, cell_checksum, [${[...cells, ...(withRows ? [whole] : [])].join(', ')}] AS cells FROM (${counted}) WHERE ${groups.isValue}`;
  const columns = [
    'feature',
    'nulls',
    'invalid',
    'counts',
    'under',
    'over',
    'over_sum',
    'sum',
    'sum_squares',
    'top',
  ];
  return {
    name: 'profile-attributions',
    sql:
      `${insertInto([...KEY_COLUMNS, 'rows', 'labelled', 'checksum', 'kind', 'min', 'max', ...columns])} ` +
      `SELECT ${keyValues(plan, pass, bindings)}, cell_rows, cell_explained, cell_checksum, 'attribution', inf, -inf, ` +
      `${columns.map((_, index) => `cell.${index + 1}`).join(', ')} FROM (${named}) ARRAY JOIN cells AS cell`,
    params: bindings.params,
    settings,
    timeoutMs: TIMEOUT_MS,
  };
}
