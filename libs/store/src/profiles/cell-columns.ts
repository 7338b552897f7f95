import {
  canonicalCategory,
  canonicalClass,
  PREDICTION_FEATURES,
  type CategoricalBinning,
  type FeatureBinning,
  type NumericBinning,
} from '#libs/contracts';
import { integersLiteral, type Bindings } from '../segments/bindings.js';
import { INVALID_TEXT, NULL_TEXT } from '../segments/feature-columns.js';
import { combined, summed, type Aggregate } from './aggregates.js';
import { numberSlots } from './number-slots.js';

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

/** NaN is null, an infinity invalid; adding 0 turns -0 into 0, so that equal values hash alike. */
function numericColumn(binning: NumericBinning, value: string, name: string, tag: string): CellColumn {
  const bins = binning.edges.length;
  const [x, slot, finite, sure] = [`x${tag}`, `s${tag}`, `f${tag}`, `v${tag}`];
  const { under, negative, over, none, invalid, sql } = numberSlots(binning);
  const at = (index: number): string => `n${tag}[${index + 1}]`;
  return {
    slots: invalid + 1,
    value: `${value} + 0e0 AS ${x}`,
    slot: `${sql(x)} AS ${slot}`,
    summed: `${slot} < ${none} AS ${finite}, if(${finite}, ${x}, 0) AS ${sure}, `,
    content: `${slot}, ${sure}`,
    aggregates: [
      counted(slot, invalid + 1, `n${tag}`),
      summed(`sumIf(${x}, ${slot} IN (${under.join(', ')}))`, `u${tag}`),
      summed(`sumIf(${x}, ${slot} = ${over})`, `o${tag}`),
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
      under: under.map(at).join(' + '),
      under_sum: `u${tag}`,
      over: at(over),
      over_sum: `o${tag}`,
      min: `l${tag}`,
      max: `m${tag}`,
      sum: `t${tag}`,
      sum_squares: `q${tag}`,
      negatives: negative === null ? '0' : at(negative),
    },
  };
}

/**
 * otherSpellings: of the vocabularies of former versions, which hold categories as they were sent: the one spelling that rows have now, and
 * the slot it is counted in. Empty text is a missing value.
 */
function otherSpellings(categories: readonly string[], feature: string): Map<string, number> {
  const canonical = feature === PREDICTION_FEATURES.label ? canonicalClass : canonicalCategory;
  const own = new Set(categories);
  const others = new Map(
    categories
      .map((category, slot) => [canonical(category), slot] as const)
      .filter(([text]) => !own.has(text))
      .reverse(),
  );
  return own.has('') ? others : others.set('', categories.length + 1);
}

/** Slots: the categories, then unseen, null, invalid. */
function categoricalColumn(
  { feature, categories, distinct }: CategoricalBinning,
  value: string,
  name: string,
  tag: string,
  bindings: Bindings,
): CellColumn {
  const known = categories.length;
  const others = otherSpellings(categories, feature);
  const [x, slot] = [`x${tag}`, `s${tag}`];
  const texts = `arrayConcat([${NULL_TEXT}, ${INVALID_TEXT}], ${bindings.texts([...categories, ...others.keys()])})`;
  const slots = integersLiteral([known + 1, known + 2, ...categories.keys(), ...others.values()], 16);
  const at = (index: number): string => `n${tag}[${index + 1}]`;
  const unseen = unseenOf(x, `${slot} = ${known}`, { name: `p${tag}`, distinct: distinct === true });
  return {
    slots: known + 3,
    value: `${value} AS ${x}`,
    slot: `transform(${x}, ${texts}, ${slots}, toUInt16(${known})) AS ${slot}`,
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
