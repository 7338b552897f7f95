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
] as const;

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

/** Slots: the bins, then under, over, null, invalid. NaN is null, an infinity invalid; adding 0 turns -0 into 0, so that equal values hash alike. */
function numericColumn({ edges, max }: NumericBinning, value: string, name: string, tag: string): CellColumn {
  const bins = edges.length;
  const [x, slot, finite, sure] = [`x${tag}`, `s${tag}`, `f${tag}`, `v${tag}`];
  const list = numbersLiteral(edges);
  const lookUp = `transform(roundDown(${x}, ${list}), ${list}, range(${bins}))`;
  const outside =
    `isNaN(${x}), ${bins + 2}, isInfinite(${x}), ${bins + 3}, ` +
    `${x} < ${numberLiteral(edges[0] ?? 0)}, ${bins}, ${x} > ${numberLiteral(max)}, ${bins + 1}`;
  const at = (index: number): string => `n${tag}[${index + 1}]`;
  return {
    slots: bins + 4,
    value: `${value} + 0e0 AS ${x}`,
    slot: `toUInt16(multiIf(${outside}, ${lookUp})) AS ${slot}`,
    summed: `${slot} < ${bins + 2} AS ${finite}, if(${finite}, ${x}, 0) AS ${sure}, `,
    content: `${slot}, ${sure}`,
    aggregates:
      `countResample(0, ${bins + 4}, 1)(${slot}) AS n${tag}, sumIf(${x}, ${slot} = ${bins}) AS u${tag}, ` +
      `sumIf(${x}, ${slot} = ${bins + 1}) AS o${tag}, min(if(${finite}, ${x}, inf)) AS l${tag}, ` +
      `max(if(${finite}, ${x}, -inf)) AS m${tag}, sum(${sure}) AS t${tag}, sum(${sure} * ${sure}) AS q${tag}`,
    cell:
      `(${name}, 'numeric', ${at(bins + 2)}, ${at(bins + 3)}, arraySlice(n${tag}, 1, ${bins}), ${at(bins)}, u${tag}, ` +
      `${at(bins + 1)}, o${tag}, l${tag}, m${tag}, t${tag}, q${tag}, toUInt64(0), CAST(map(), 'Map(String, UInt64)'))`,
  };
}

/** Slots: the categories, then unseen, null, invalid. */
function categoricalColumn(
  { categories }: CategoricalBinning,
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
  const top = `approx_top_kIf(${TOP_UNSEEN}, ${TOP_UNSEEN_RESERVED})(${x}, ${slot} = ${known})`;
  const at = (index: number): string => `n${tag}[${index + 1}]`;
  return {
    slots: known + 3,
    value: `CAST(${value}, 'String') AS ${x}`,
    slot: `toUInt16(multiIf(${isNullText(x)}, ${known + 1}, ${isInvalidText(x)}, ${known + 2}, ${lookUp})) AS ${slot}`,
    summed: '',
    content: `${slot}, ${x}`,
    aggregates: `countResample(0, ${known + 3}, 1)(${slot}) AS n${tag}, ${top} AS p${tag}`,
    cell:
      `(${name}, 'categorical', ${at(known + 1)}, ${at(known + 2)}, arraySlice(n${tag}, 1, ${known}), toUInt64(0), toFloat64(0), ` +
      `toUInt64(0), toFloat64(0), toFloat64(inf), toFloat64(-inf), toFloat64(0), toFloat64(0), ${at(known)}, ` +
      `CAST(arrayMap(t -> (t.1, t.2), p${tag}), 'Map(String, UInt64)'))`,
  };
}
