import { z } from 'zod';
import { MAX_TEXT_LENGTH } from '#libs/contracts';
import { float, integer } from '../client/index.js';
import { parsedNumber } from '../reading/text-sql.js';
import { instantOf } from '../reading/times-sql.js';
import { isBoolean, isNumber } from '../reading/values-sql.js';

/**
 * Shapes of texts that are no plain number: what a value looks like before anything is decided. Dates are told by what they leave open:
 * `dates_day` names a day above 12 first, `dates_month` second, `dates_open` neither. Numbers that are written for people are told by the sign
 * that must be the decimal one: `decimals_point` (1,234.50), `decimals_comma` (1.234,50), `decimals_open` ($12, 12 %); `decimals_three` (1,234)
 * may be either. `blanks` are words such as `?` and `NA` that stand for a missing number or time, and are texts of their own elsewhere.
 */
const SHAPES = [
  'blanks',
  'lists',
  'clocks',
  'durations',
  'dates_day',
  'dates_month',
  'dates_open',
  'dates_named',
  'decimals_point',
  'decimals_comma',
  'decimals_three',
  'decimals_open',
  'units',
] as const;
export type Shape = (typeof SHAPES)[number];

/** ColumnFacts: what a column holds, over all rows that were read. Counts are rows. */
export type ColumnFacts = {
  name: string;
  rows: number;
  filled: number;
  numbers: number;
  booleans: number;
  times: number;
  /** Texts of several words. */
  phrases: number;
  /** Numbers from 0 to 1. */
  shares: number;
  /** Whole numbers. */
  whole: number;
  /** Different values; approximate beyond some thousands. */
  different: number;
  /** Of the numbers; null where there is none. */
  least: number | null;
  most: number | null;
  /** Sum of all steps upwards from one number to the next: `most − least` where the numbers never fall. */
  rise: number;
  shapes: Record<Shape, number>;
  /** Some different values that are no plain numbers. */
  examples: string[];
};

const COUNTED = ['filled', 'numbers', 'booleans', 'times', 'phrases', 'shares', 'whole'] as const;
const COUNTS = [...COUNTED, 'different'] as const;
const MEASURED = ['least', 'most', 'rise'] as const;
/** As many as classes that are told one by one. */
const EXAMPLES = 12;
const EXAMPLE_LENGTH = 40;

/** Typed numbers need no text to be made of them, and typed times are no texts to try. */
export type FactsKind = 'number' | 'time' | 'text';

const BLANKS = ['?', '-', '--', '.', 'na', 'n/a', '#n/a', '#na', '<na>', 'none', 'nil', 'nat', 'nan', 'null'];
const DATE = String.raw`[0-9]{1,2}[./-][0-9]{1,2}[./-]`;
const CLOCK = String.raw`(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?`;
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[.]?';
/** Signs, and codes of ISO 4217 that are often met: any three letters would make numbers of codes such as REF-17. */
const CURRENCY =
  '(?:[$€£¥₹₽₩]|USD|EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BRL|MXN|ZAR|RUB|UAH|TRY|ILS|KRW|SGD|HKD|THB|AED|SAR)';
const BRACKETED = '^[(][-$€£0-9.,]+[)]$';
const decorated = (number: string): string =>
  `^[-+]? ?(?:${CURRENCY} ?)?[-+]?(?:${number}) ?(?:%|${CURRENCY})?$`;

/** Shapes that a pattern tells, in the order in which they are tried. */
const PATTERNS: readonly (readonly [Shape, string])[] = [
  ['clocks', `^${CLOCK}$`],
  [
    'durations',
    `^-?(?:P[0-9T][0-9A-Z.,]*|[0-9]+ days?(?:,? -?${CLOCK})?|[0-9]{2,}:[0-5][0-9]:[0-5][0-9](?:[.,][0-9]+)?)$`,
  ],
  [
    'dates_named',
    `(?i)^(?:[0-9]{1,2}[-/. ]+${MONTH}[-/, ]+[0-9]{2,4}|${MONTH} +[0-9]{1,2},? +[0-9]{4})(?:[T, ]|$)`,
  ],
  [
    'decimals_point',
    decorated(`[0-9]+[.][0-9]+|[0-9]{1,3}(?:[,’' ][0-9]{3})+[.][0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}`),
  ],
  ['decimals_three', decorated('[0-9]{1,3},[0-9]{3}')],
  ['decimals_comma', decorated(`[0-9]+,[0-9]+|[0-9]{1,3}(?:[.’' ][0-9]{3})+(?:,[0-9]+)?`)],
  ['decimals_open', `${decorated('[0-9]+')}|${BRACKETED}`],
  ['units', '^[-+]?[0-9]+(?:[.,][0-9]+)? ?[A-Za-zµ°/²³]{1,6}$'],
];

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const matches = (text: string, pattern: string): string => `match(${text}, ${quoted(pattern)})`;

/** SQL of the place (from 1) of a text's shape among {@link SHAPES}, 0 for none. `t`: SQL of a trimmed text that is there and no plain number. */
function shapeSql(t: string): string {
  const at = (shape: Shape): number => SHAPES.indexOf(shape) + 1;
  const first = `toUInt8OrZero(extract(${t}, '^[0-9]{1,2}'))`;
  const second = `toUInt8OrZero(extract(${t}, '^[0-9]{1,2}[./-]([0-9]{1,2})'))`;
  const order =
    `multiIf(${first} > 12 AND ${second} <= 12, ${at('dates_day')}, ${second} > 12 AND ${first} <= 12, ${at('dates_month')}, ` +
    `${first} <= 12 AND ${second} <= 12, ${at('dates_open')}, 0)`;
  const cases: [string, string | number][] = [
    [`lower(${t}) IN (${BLANKS.map(quoted).join(', ')})`, at('blanks')],
    [`NOT ${matches(t, '[0-9]')}`, 0],
    [
      `${matches(t, String.raw`^(?s:\[.*\]|[(].*[)]|[{].*[}])$`)} AND NOT ${matches(t, BRACKETED)}`,
      at('lists'),
    ],
    [matches(t, `^(?:${DATE}[0-9]{4}|[0-9]{2}[./-][0-9]{2}[./-][0-9]{2})(?:[ T,]+${CLOCK}.*)?$`), order],
    ...PATTERNS.map(([shape, pattern]): [string, number] => [matches(t, pattern), at(shape)]),
  ];
  return `multiIf(${cases.map(([when, then]) => `${when}, ${then}`).join(', ')}, 0)`;
}

/** mayBeTime: a name under which numbers are looked at as times, and texts of any shape. */
const mayBeTime = (name: string): boolean => /time|date|epoch|_at$|^ts$|_ts$/i.test(name);

const SEVERAL_WORDS = 3;

/** SQL: the text consists of several words, or is longer than any category. */
const isPhrase = (text: string): string =>
  `ifNull(countSubstrings(trimBoth(${text}), ' ') >= ${SEVERAL_WORDS - 1} OR lengthUTF8(${text}) > ${MAX_TEXT_LENGTH}, 0)`;

/** SQL: the text is a time. Trying every text costs more than all else, so only what begins like a date is tried unless `named` (SQL) holds. */
const isTime = (text: string, named: string): string =>
  `if(${named} OR ifNull(substring(${text}, 5, 1) IN ('-', '/'), 0), isNotNull(${instantOf(text)}), 0)`;

type Each = Record<(typeof COUNTED)[number], string>;

/** SQL of what is counted of one value `v`, its number `x` (NULL where it is none) and a flag `n`: whether its column's name speaks of time. */
const EACH: Record<FactsKind, Each> = {
  number: {
    filled: 'isNotNull(x)',
    numbers: 'isNotNull(x)',
    booleans: '0',
    times: `if(n, isNotNull(${instantOf("CAST(toString(v), 'Nullable(String)')")}), 0)`,
    phrases: '0',
    shares: 'ifNull(x BETWEEN 0 AND 1, 0)',
    whole: 'ifNull(x = trunc(x), 0)',
  },
  time: {
    filled: 'isNotNull(v)',
    numbers: '0',
    booleans: '0',
    times: 'isNotNull(v)',
    phrases: '0',
    shares: '0',
    whole: '0',
  },
  text: {
    filled: 'isNotNull(v)',
    numbers: isNumber('v'),
    booleans: `isNotNull(v) AND ${isBoolean('v')}`,
    times: isTime('v', 'n'),
    phrases: isPhrase('v'),
    shares: 'ifNull(x BETWEEN 0 AND 1, 0)',
    whole: 'ifNull(x = trunc(x), 0)',
  },
};

/** Lists of counts, one entry for each column that was asked for. */
const perColumn = z.array(integer);
/** Of the statement of {@link factsSelect}. */
export const factsRow = z.object({
  rows: integer,
  ...entriesOf(COUNTS, () => perColumn),
  // JSON of a sum that overflowed is null.
  ...entriesOf(MEASURED, () => z.array(float.nullable())),
  ...entriesOf(SHAPES, () => perColumn),
  examples: z.array(z.array(z.string())),
});
export type FactsRow = z.output<typeof factsRow>;

function entriesOf<Key extends string, T>(keys: readonly Key[], of: (key: Key) => T): Record<Key, T> {
  return Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<Key, T>;
}

/**
 * factsSelect: SQL that counts what columns hold, as a row of lists with one entry for each column. `from` is SQL of rows with an array
 * `values`: of Nullable(String), of numbers or of times. Rows have to come in their order, in one thread, for `rise` to mean anything.
 */
export function factsSelect(
  columns: readonly { name: string }[],
  { from, kind }: { from: string; kind: FactsKind },
): Record<keyof FactsRow, string> & { from: string } {
  const named = `[${columns.map(({ name }) => (mayBeTime(name) ? '1' : '0')).join(', ')}]`;
  const none = `CAST(NULL, 'Nullable(Float64)')`;
  const number = {
    number: 'if(ifNull(isFinite(v), 0), toNullable(assumeNotNull(v)), NULL)',
    time: none,
    text: `if(ifNull(isFinite(${parsedNumber('v')}), 0), ${parsedNumber('v')}, NULL)`,
  }[kind];
  const shape = `if(isNull(v) OR isNotNull(x), 0, ${shapeSql('trimBoth(assumeNotNull(v))')})`;
  const isText = kind === 'text';
  const nothing = (type: string): string => `CAST([], 'Array(${type})')`;
  const numbers = `arrayMap(x -> assumeNotNull(x), xs), arrayMap(x -> isNotNull(x), xs)`;
  const each = EACH[kind];
  return {
    rows: 'count()',
    ...entriesOf(
      COUNTED,
      (what) => `sumForEach(arrayMap((v, x, n) -> toUInt8(${each[what]}), values, xs, ${named}))`,
    ),
    different: `uniqCombinedIfForEach(arrayMap(v -> assumeNotNull(v), values), arrayMap(v -> isNotNull(v), values))`,
    least: `minIfForEach(${numbers})`,
    most: `maxIfForEach(${numbers})`,
    rise: `deltaSumIfForEach(${numbers})`,
    ...entriesOf(SHAPES, (what) =>
      isText
        ? `sumForEach(arrayMap(s -> toUInt8(s = ${SHAPES.indexOf(what) + 1}), shapes))`
        : nothing('UInt64'),
    ),
    examples: isText
      ? `groupUniqArrayIfForEach(${EXAMPLES})(arrayMap(v -> substringUTF8(assumeNotNull(v), 1, ${EXAMPLE_LENGTH}), values), ` +
        `arrayMap((v, x) -> isNotNull(v) AND isNull(x), values, xs))`
      : nothing('Array(String)'),
    from:
      `(SELECT values, xs${isText ? `, arrayMap((v, x) -> ${shape}, values, xs) AS shapes` : ''} FROM ` +
      `(SELECT values, arrayMap(v -> ${number}, values) AS xs FROM ${from}))`,
  };
}

/** factsOf: what a row of {@link factsSelect} says of each column. */
export const factsOf = (columns: readonly { name: string }[], row: FactsRow): ColumnFacts[] =>
  columns.map(({ name }, index) => {
    const at = <T>(list: readonly T[], none: T): T => list[index] ?? none;
    const numbers = at(row.numbers, 0);
    return {
      name,
      rows: row.rows,
      ...entriesOf(COUNTS, (what) => at(row[what], 0)),
      least: numbers === 0 ? null : (at(row.least, 0) ?? NaN),
      most: numbers === 0 ? null : (at(row.most, 0) ?? NaN),
      rise: at(row.rise, 0) ?? Infinity,
      shapes: entriesOf(SHAPES, (shape) => at(row[shape], 0)),
      examples: at(row.examples, []).toSorted(),
    };
  });

/** NO_FACTS: of a column without a row. */
export const noFacts = (name: string): ColumnFacts => ({
  name,
  rows: 0,
  ...entriesOf(COUNTS, () => 0),
  least: null,
  most: null,
  rise: 0,
  shapes: entriesOf(SHAPES, () => 0),
  examples: [],
});
