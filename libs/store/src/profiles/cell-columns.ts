import type { CategoricalBinning, FeatureBinning, NumericBinning } from '#libs/contracts';
import { integersLiteral, numberLiteral, numbersLiteral, type Bindings } from '../segments/bindings.js';
import { isInvalidText, isNullText } from '../segments/feature-columns.js';

/** Unseen values that a categorical cell lists; counts are exact up to so many different ones, upper bounds beyond. */
const TOP_UNSEEN = 20;
const TOP_UNSEEN_RESERVED = 500;

/** One binned feature inside the counting statement. */
export type CellColumn = {
  /** Computed per row, each on a level of its own above the other: the value, its slot (which counter), and what is summed (empty, or ending with a comma). */
  value: string;
  slot: string;
  summed: string;
  /** Goes into the checksum of the row. */
  content: string;
  /** Aggregates of a group. */
  aggregates: string;
  /** Tuple of the aggregates in the order of CELL_FIELDS; made one level above them, where a statement is quicker to analyse. */
  cell: string;
  /** Counters per group, for estimating memory. */
  slots: number;
};

/** Columns of `profiles` that a cell fills, in the order of its tuple. */
export const CELL_FIELDS = [
  'feature',
  'kind',
  'nulls',
  'invalid',
  'counts',
  'under',
  'under_sum',
  'over',
  'over_sum',
  'min',
  'max',
  'sum',
  'sum_squares',
  'unseen',
  'top',
  'negatives',
  'distinct',
] as const;

/** SQL of a cell that speaks of rows: how many of them differ, by the checksum of their content. */
export const rowsCell = (distinct: string): string =>
  `('', 'rows', toUInt64(0), toUInt64(0), CAST([], 'Array(UInt64)'), toUInt64(0), toFloat64(0), toUInt64(0), toFloat64(0), ` +
  `toFloat64(inf), toFloat64(-inf), toFloat64(0), toFloat64(0), toUInt64(0), CAST(map(), 'Map(String, UInt64)'), toUInt64(0), ${distinct})`;

/** cellColumn: how one feature is counted. `name` is SQL of its name, `value` of its raw value, `tag` makes its columns unique. */
export function cellColumn(
  binning: FeatureBinning,
  value: string,
  { name, tag, bindings }: { name: string; tag: string; bindings: Bindings },
): CellColumn {
  return binning.kind === 'numeric'
    ? numericColumn(binning, value, name, tag)
    : categoricalColumn(binning, value, name, tag, bindings);
}

/**
 * Slots: the bins, then under, over, (below 0, where the bins start above 0 and so would hide them among those under), null, invalid.
 * NaN is null, an infinity invalid; adding 0 turns -0 into 0, so that equal values hash alike.
 */
function numericColumn({ edges, max }: NumericBinning, value: string, name: string, tag: string): CellColumn {
  const bins = edges.length;
  const [x, slot, finite, sure] = [`x${tag}`, `s${tag}`, `f${tag}`, `v${tag}`];
  const list = numbersLiteral(edges);
  const first = edges[0] ?? 0;
  const outsideSlots = first > 0 ? 3 : 2;
  const [none, invalid] = [bins + outsideSlots, bins + outsideSlots + 1];
  const lookUp = `transform(roundDown(${x}, ${list}), ${list}, range(${bins}))`;
  const outside =
    `isNaN(${x}), ${none}, isInfinite(${x}), ${invalid}, ${first > 0 ? `${x} < 0, ${bins + 2}, ` : ''}` +
    `${x} < ${numberLiteral(first)}, ${bins}, ${x} > ${numberLiteral(max)}, ${bins + 1}`;
  const isUnder = first > 0 ? `${slot} IN (${bins}, ${bins + 2})` : `${slot} = ${bins}`;
  const at = (index: number): string => `n${tag}[${index + 1}]`;
  const negatives = first < 0 ? 'toUInt64(0)' : at(first > 0 ? bins + 2 : bins);
  return {
    slots: invalid + 1,
    value: `${value} + 0e0 AS ${x}`,
    slot: `toUInt16(multiIf(${outside}, ${lookUp})) AS ${slot}`,
    summed: `${slot} < ${none} AS ${finite}, if(${finite}, ${x}, 0) AS ${sure}, `,
    content: `${slot}, ${sure}`,
    aggregates:
      `countResample(0, ${invalid + 1}, 1)(${slot}) AS n${tag}, sumIf(${x}, ${isUnder}) AS u${tag}, ` +
      `sumIf(${x}, ${slot} = ${bins + 1}) AS o${tag}, min(if(${finite}, ${x}, inf)) AS l${tag}, ` +
      `max(if(${finite}, ${x}, -inf)) AS m${tag}, sum(${sure}) AS t${tag}, sum(${sure} * ${sure}) AS q${tag}`,
    cell:
      `(${name}, 'numeric', ${at(none)}, ${at(invalid)}, arraySlice(n${tag}, 1, ${bins}), ` +
      `${at(bins)}${first > 0 ? ` + ${at(bins + 2)}` : ''}, u${tag}, ${at(bins + 1)}, o${tag}, l${tag}, m${tag}, t${tag}, q${tag}, ` +
      `toUInt64(0), CAST(map(), 'Map(String, UInt64)'), ${negatives}, toUInt64(0))`,
  };
}

/** Slots: the categories, then unseen, null, invalid. */
function categoricalColumn(
  { categories, distinct }: CategoricalBinning,
  value: string,
  name: string,
  tag: string,
  bindings: Bindings,
): CellColumn {
  const known = categories.length;
  const [x, slot] = [`x${tag}`, `s${tag}`];
  const indexes = integersLiteral([...categories.keys()], 16);
  const lookUp =
    known === 0
      ? `toUInt16(${known})`
      : `transform(${x}, ${bindings.texts(categories)}, ${indexes}, toUInt16(${known}))`;
  // Every value of an identifier is new, so their names say nothing and their number does.
  const counted =
    distinct === true
      ? `uniqCombinedIf(${x}, ${slot} = ${known}) AS p${tag}`
      : `approx_top_kIf(${TOP_UNSEEN}, ${TOP_UNSEEN_RESERVED})(${x}, ${slot} = ${known}) AS p${tag}`;
  const topAndDistinct =
    distinct === true
      ? `CAST(map(), 'Map(String, UInt64)'), toUInt64(0), p${tag}`
      : `CAST(arrayMap(t -> (t.1, t.2), p${tag}), 'Map(String, UInt64)'), toUInt64(0), toUInt64(0)`;
  const at = (index: number): string => `n${tag}[${index + 1}]`;
  return {
    slots: known + 3,
    value: `CAST(${value}, 'String') AS ${x}`,
    slot: `toUInt16(multiIf(${isNullText(x)}, ${known + 1}, ${isInvalidText(x)}, ${known + 2}, ${lookUp})) AS ${slot}`,
    summed: '',
    content: `${slot}, ${x}`,
    aggregates: `countResample(0, ${known + 3}, 1)(${slot}) AS n${tag}, ${counted}`,
    cell:
      `(${name}, 'categorical', ${at(known + 1)}, ${at(known + 2)}, arraySlice(n${tag}, 1, ${known}), toUInt64(0), toFloat64(0), ` +
      `toUInt64(0), toFloat64(0), toFloat64(inf), toFloat64(-inf), toFloat64(0), toFloat64(0), ${at(known)}, ` +
      `${topAndDistinct})`,
  };
}
