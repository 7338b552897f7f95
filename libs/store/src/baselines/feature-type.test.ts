import { expect, test } from 'vitest';
import { noFacts, type ColumnFacts, type Shape } from './column-facts.js';
import { countsOn, judgeColumn } from './feature-type.js';

const shapes = (some: Partial<Record<Shape, number>>): ColumnFacts['shapes'] => ({
  ...noFacts('x').shapes,
  ...some,
});
const facts = (has: Partial<ColumnFacts>): ColumnFacts => ({
  ...noFacts('x'),
  ...{ rows: 10_000, filled: 10_000, different: 100 },
  ...has,
});
/** Numbers from 0 to 1,000 with a fraction. */
const numbers = (count: number): Partial<ColumnFacts> => ({
  ...{ numbers: count, whole: 0, least: 0, most: 1_000, rise: 250_000 },
});
const wholes = (most: number, has: Partial<ColumnFacts> = {}): Partial<ColumnFacts> => ({
  ...numbers(10_000),
  ...{ whole: 10_000, different: 10_000, most },
  ...has,
});

test.each<{ name: string; has: Partial<ColumnFacts>; type: string }>([
  { name: 'all numbers', has: numbers(10_000), type: 'numeric' },
  { name: 'a tenth of strays', has: numbers(9_000), type: 'numeric' },
  { name: 'more strays', has: numbers(8_999), type: 'categorical' },
  {
    name: 'words for missing numbers are no strays',
    has: { ...numbers(5_000), shapes: shapes({ blanks: 5_000 }) },
    type: 'numeric',
  },
  { name: 'truth values', has: { booleans: 10_000, different: 2 }, type: 'boolean' },
  { name: 'truth values with strays', has: { booleans: 9_100, different: 9 }, type: 'boolean' },
  { name: 'no value', has: { filled: 0 }, type: 'numeric' },
  { name: 'texts that repeat', has: { different: 6_600 }, type: 'categorical' },
  { name: 'texts of which two of three differ', has: { different: 6_700 }, type: 'identifier' },
  { name: '60 rows with 55 names', has: { rows: 60, filled: 60, different: 55 }, type: 'identifier' },
  { name: '29 rows, all different', has: { rows: 29, filled: 29, different: 29 }, type: 'categorical' },
  { name: 'times', has: { times: 9_000, different: 9_000 }, type: 'timestamp' },
  { name: 'dates with names of months', has: { shapes: shapes({ dates_named: 10_000 }) }, type: 'timestamp' },
  { name: 'times of day', has: { shapes: shapes({ clocks: 9_500 }) }, type: 'time_of_day' },
  { name: 'sentences', has: { phrases: 5_001, different: 5_001 }, type: 'text' },
  { name: 'sentences that repeat', has: { phrases: 9_000, different: 5_000 }, type: 'categorical' },
  { name: 'row numbers', has: wholes(9_999), type: 'identifier' },
  { name: 'numbers that count up in steps', has: wholes(100_000), type: 'identifier' },
  { name: 'a wide range may hold as many different ones', has: wholes(1e9), type: 'numeric' },
  { name: 'a narrow range with repeats', has: wholes(9_999, { different: 6_300 }), type: 'numeric' },
  {
    name: 'sorted amounts with ties',
    has: wholes(9_999, { different: 8_000, rise: 9_999 }),
    type: 'numeric',
  },
  {
    name: '30 row numbers',
    has: wholes(29, { rows: 30, filled: 30, numbers: 30, whole: 30, different: 30 }),
    type: 'identifier',
  },
  { name: 'one value in all rows', has: wholes(0, { different: 1 }), type: 'numeric' },
  {
    name: 'seconds that grow from row to row',
    has: wholes(1_750_000_000, { least: 1_740_000_000, rise: 10_000_000 }),
    type: 'timestamp',
  },
])('$name: $type', ({ has, type }) => {
  expect(judgeColumn(facts(has)).type).toBe(type);
});

test.each([
  ['created_at', 'timestamp'],
  ['signup_date', 'timestamp'],
  ['ts', 'timestamp'],
  ['elapsed_time', 'numeric'],
  ['update', 'numeric'],
])('%s that holds seconds since 1970 is %s', (name, type) => {
  expect(judgeColumn(facts({ ...numbers(10_000), name, times: 10_000 })).type).toBe(type);
});

test.each([
  ['customer_id', 'identifier'],
  ['customerId', 'identifier'],
  ['paid', 'numeric'],
])('%s with whole numbers of any size that never repeat is %s', (name, type) => {
  expect(judgeColumn(facts({ ...wholes(1e9), name })).type).toBe(type);
});

test.each([
  ['Unnamed: 0', true],
  ['__index_level_0__', true],
  ['Unnamed', undefined],
])('%s that numbers rows is left out: %s', (name, isLeftOut) => {
  expect(judgeColumn(facts({ ...wholes(9_999), name })).isLeftOut).toBe(isLeftOut);
});

test.each<{
  name: string;
  some: Partial<Record<Shape, number>>;
  numbers?: number;
  reading?: object;
  asks?: boolean;
}>([
  {
    name: 'a day above 12 comes first',
    some: { dates_day: 1, dates_open: 9_999 },
    reading: { dates: 'day_first' },
  },
  {
    name: 'a day above 12 comes second',
    some: { dates_month: 6_000, dates_open: 4_000 },
    reading: { dates: 'month_first' },
  },
  { name: 'no day above 12', some: { dates_open: 10_000 }, asks: true },
  { name: 'both orders', some: { dates_day: 5_000, dates_month: 5_000 }, asks: true },
  { name: '$1,234.50', some: { decimals_point: 10_000 }, reading: { decimal: 'point' } },
  { name: '1.234,50', some: { decimals_comma: 10_000 }, reading: { decimal: 'comma' } },
  { name: '12 %', some: { decimals_open: 10_000 }, reading: { decimal: 'point' } },
  {
    name: '1,234 beside 950',
    some: { decimals_three: 8_000 },
    numbers: 2_000,
    reading: { decimal: 'point' },
  },
  { name: '1,234 alone', some: { decimals_three: 10_000 }, asks: true },
])('$name', ({ some, numbers: count = 0, reading, asks = false }) => {
  const judged = judgeColumn(facts({ ...numbers(count), shapes: shapes(some) }));
  expect(judged.reading).toEqual(reading);
  expect(judged.asks !== undefined).toBe(asks);
});

test.each<{ name: string; has: Partial<ColumnFacts>; says: string | undefined }>([
  {
    name: 'lists',
    has: { different: 9_000, shapes: shapes({ lists: 10_000 }), examples: ['[0.8 0.2]'] },
    says: "holds lists such as '[0.8 0.2]'",
  },
  {
    name: 'units',
    has: { different: 9_000, shapes: shapes({ units: 10_000 }), examples: ['12kg'] },
    says: "numbers with a unit such as '12kg'",
  },
  {
    name: 'few packs with a unit',
    has: { different: 5, shapes: shapes({ units: 10_000 }) },
    says: undefined,
  },
  {
    name: 'durations',
    has: { different: 900, shapes: shapes({ durations: 10_000 }) },
    says: 'holds durations',
  },
  {
    name: 'numbers among texts',
    has: { ...numbers(6_900), examples: ['A1'] },
    says: 'mixes numbers with texts',
  },
  { name: 'ids', has: { different: 10_000 }, says: 'names rows and is not compared' },
  { name: 'row numbers', has: wholes(9_999), says: 'names rows and is not compared' },
  { name: 'kinds', has: {}, says: undefined },
])('a warning about $name: $says', ({ has, says }) => {
  const { warning } = judgeColumn(facts(has));
  if (says === undefined) expect(warning).toBeUndefined();
  else expect(warning).toContain(says);
});

test('numbers that grow with every row and go on in the next file count on; a sorted file of amounts begins anew', () => {
  const before = facts(wholes(2e9, { least: 1e9, rise: 1e9 }));
  const next = facts(wholes(3e9, { least: 2e9 + 5, rise: 1e9 - 5 }));
  expect(countsOn(before, next)).toBe(true);
  expect(countsOn(before, before)).toBe(false);
  expect(countsOn(before, facts(wholes(3e12, { least: 1e12, rise: 2e12 })))).toBe(false);
  expect(countsOn(before, facts(wholes(3e9, { least: 2e9 + 5, rise: 5e9 })))).toBe(false);
});
