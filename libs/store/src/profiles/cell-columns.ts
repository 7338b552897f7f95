import type { CategoricalBinning, FeatureBinning, NumericBinning } from '#libs/contracts';
import { integersLiteral, numberLiteral, numbersLiteral, type Bindings } from '../segments/bindings.js';
import { isInvalidText, isNullText } from '../segments/feature-columns.js';
import { combined, summed, type Aggregate } from './aggregates.js';

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
  aggregates: Aggregate[];
  /** SQL over the aggregates; made one level above them, where a statement is quicker to analyse. */
  cell: Cell;
  /** Counters per group, for estimating memory. */
  slots: number;
};

/** SQL of the columns of `profiles` that hold nothing in cells of another kind. */
const EMPTY = {
  feature: `''`,
  kind: `''`,
  nulls: '0',
  invalid: '0',
  counts: `CAST([], 'Array(UInt64)')`,
  under: '0',
  under_sum: '0.',
  over: '0',
  over_sum: '0.',
  min: 'inf',
  max: '-inf',
  sum: '0.',
  sum_squares: '0.',
  unseen: '0',
  top: `CAST(map(), 'Map(String, UInt64)')`,
  negatives: '0',
  distinct: '0',
};

/** SQL of the columns of `profiles` that a cell fills. */
export type Cell = typeof EMPTY;
export const CELL_FIELDS = Object.keys(EMPTY) as (keyof Cell)[];

/** A cell that speaks of rows: how many of them differ, by the checksum of their content. */
export const rowsCell = (distinct: string): Cell => ({ ...EMPTY, kind: `'rows'`, distinct });

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
  return {
    slots: invalid + 1,
    value: `${value} + 0e0 AS ${x}`,
    slot: `toUInt16(multiIf(${outside}, ${lookUp})) AS ${slot}`,
    summed: `${slot} < ${none} AS ${finite}, if(${finite}, ${x}, 0) AS ${sure}, `,
    content: `${slot}, ${sure}`,
    aggregates: [
      counted(slot, invalid + 1, `n${tag}`),
      summed(`sumIf(${x}, ${isUnder})`, `u${tag}`),
      summed(`sumIf(${x}, ${slot} = ${bins + 1})`, `o${tag}`),
      { name: `l${tag}`, whole: `min(if(${finite}, ${x}, inf))`, merge: 'min' },
      { name: `m${tag}`, whole: `max(if(${finite}, ${x}, -inf))`, merge: 'max' },
      summed(`sum(${sure})`, `t${tag}`),
      summed(`sum(${sure} * ${sure})`, `q${tag}`),
    ],
    cell: {
      ...EMPTY,
      kind: `'numeric'`,
      feature: name,
      nulls: at(none),
      invalid: at(invalid),
      counts: `arraySlice(n${tag}, 1, ${bins})`,
      under: first > 0 ? `${at(bins)} + ${at(bins + 2)}` : at(bins),
      under_sum: `u${tag}`,
      over: at(bins + 1),
      over_sum: `o${tag}`,
      min: `l${tag}`,
      max: `m${tag}`,
      sum: `t${tag}`,
      sum_squares: `q${tag}`,
      negatives: first < 0 ? '0' : at(first > 0 ? bins + 2 : bins),
    },
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
  const at = (index: number): string => `n${tag}[${index + 1}]`;
  const unseen = unseenOf(x, `${slot} = ${known}`, { name: `p${tag}`, distinct: distinct === true });
  return {
    slots: known + 3,
    value: `CAST(${value}, 'String') AS ${x}`,
    slot: `toUInt16(multiIf(${isNullText(x)}, ${known + 1}, ${isInvalidText(x)}, ${known + 2}, ${lookUp})) AS ${slot}`,
    summed: '',
    content: `${slot}, ${x}`,
    aggregates: [counted(slot, known + 3, `n${tag}`), unseen.aggregate],
    cell: {
      ...EMPTY,
      kind: `'categorical'`,
      feature: name,
      nulls: at(known + 1),
      invalid: at(known + 2),
      counts: `arraySlice(n${tag}, 1, ${known})`,
      unseen: at(known),
      ...unseen.fields,
    },
  };
}

/** What is told of unseen values `x`. Every value of an identifier is new, so their names say nothing and their number does. */
function unseenOf(x: string, isUnseen: string, { name, distinct }: { name: string; distinct: boolean }) {
  const args = `${x}, ${isUnseen}`;
  if (distinct)
    return { aggregate: combined(name, { of: 'uniqCombinedIf', args }), fields: { distinct: name } };
  const sizes = `(${TOP_UNSEEN}, ${TOP_UNSEEN_RESERVED})`;
  return {
    aggregate: combined(name, { of: 'approx_top_kIf', sizes, args }),
    fields: { top: `CAST(arrayMap(t -> (t.1, t.2), ${name}), 'Map(String, UInt64)')` },
  };
}

/** How many rows have each slot. */
const counted = (slot: string, slots: number, name: string): Aggregate => ({
  name,
  whole: `countResample(0, ${slots}, 1)(${slot})`,
  merge: 'sumForEach',
});
