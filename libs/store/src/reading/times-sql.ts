import {
  EPOCH_DIGITS,
  EPOCH_SCALES,
  FIRST_INSTANT_MS,
  FIRST_ZONED_MS,
  LAST_INSTANT_MS,
  LAST_ZONED_MS,
  MONTHS,
  shapesOf,
  TIME_OF_DAY,
  type Reading,
} from '#libs/contracts';
import { sqlText, trimmedSql } from './text-sql.js';

const USUAL: Reading = {};

/** What most programs write, which the engine's own parser reads faster than groups are taken out of a text. */
const ISO =
  '^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?$';
const ZONED = '(Z|[+-][0-9]{2}:[0-9]{2})$';

const [FIRST, LAST] = [`toFloat64(${FIRST_INSTANT_MS})`, `toFloat64(${LAST_INSTANT_MS})`];
/** NULL stays NULL, which the least of two would not. */
const clamped = (ms: string): string =>
  `arrayMap(c -> multiIf(c < ${FIRST}, ${FIRST}, c > ${LAST}, ${LAST}, c), [${ms}])[1]`;

/** bound: SQL of `body` in which `name` stands for a value, which is then written and computed once. */
const bound = (name: string, value: string, body: string): string =>
  `arrayMap(${name} -> ${body}, [${value}])[1]`;

function ofEpoch(number: string, { epoch }: Reading): string {
  const scaled = (unit: NonNullable<Reading['epoch']>): string => {
    const { times, by } = EPOCH_SCALES[unit];
    return `floor(${number} * ${times} / ${by} + 0.5)`;
  };
  if (epoch !== undefined) return scaled(epoch);
  const cases = EPOCH_DIGITS.map(
    ({ unit, from, below }) => `abs(${number}) >= ${from} AND abs(${number}) < ${below}, ${scaled(unit)}`,
  );
  return `multiIf(${cases.join(', ')}, NULL)`;
}

/** SQL of Nullable(Float64) milliseconds since midnight of an array of hour, minute, second, fraction and half; NULL for what no clock shows. */
function clockMs(parts: string): string {
  const number = (at: number): string => `toUInt32OrZero(${parts}[${at}])`;
  const fraction = `toUInt32OrZero(rightPad(substring(${parts}[4], 1, 3), 3, '0'))`;
  const hours = `multiIf(p = '', if(h > 23, NULL, h), h < 1 OR h > 12, NULL, h % 12 + if(p = 'p', 12, 0))`;
  const ms = `if(n > 59 OR s > 60, NULL, toFloat64(((${hours} * 60 + n) * 60 + least(s, 59)) * 1000 + ${fraction}))`;
  return `arrayMap((h, n, s, p) -> ${ms}, [${number(1)}], [${number(2)}], [${number(3)}], [lower(${parts}[5])])[1]`;
}

/** SQL of milliseconds that a written zone `z` is ahead of UTC; NULL for one that does not exist. */
const AHEAD =
  `arrayMap((e, f) -> multiIf(length(z) < 3 OR z IN ('UTC', 'GMT'), 0, e > 23 OR f > 59, NULL, ` +
  `if(startsWith(z, '-'), -60000, 60000) * toInt64(e * 60 + f)), ` +
  `[toUInt32OrZero(substring(z, 2, 2))], [toUInt32OrZero(replaceOne(substring(z, 4), ':', ''))])[1]`;

/** SQL of days since 1970 of a year `y`, a month `m` and a day `d`; NULL for days that do not exist. */
const DAY = ((): string => {
  const leap = `(y % 4 = 0 AND (y % 100 != 0 OR y % 400 = 0))`;
  const days = `multiIf(m = 2, if(${leap}, 29, 28), m IN (4, 6, 9, 11), 30, m BETWEEN 1 AND 12, 31, 0)`;
  const count = bound(
    'k',
    'y - if(m > 2, 0, 1)',
    `365 * k + intDiv(k, 4) - intDiv(k, 100) + intDiv(k, 400) + intDiv(153 * ((m + 9) % 12) + 2, 5) + d - 719469`,
  );
  return `if(y < 1 OR d < 1 OR d > ${days}, NULL, ${count})`;
})();

/** SQL of how far the feature's zone is ahead of UTC at a local time; where clocks are put back, after it. */
function localAheadMs(local: string, { timeZone }: Reading): string {
  if (timeZone === undefined) return '0';
  const at = (ms: string): string =>
    `toFloat64(timeZoneOffset(toDateTime64(intDiv(toInt64(least(greatest(${ms}, toFloat64(${FIRST_ZONED_MS})), toFloat64(${LAST_ZONED_MS}))), 1000), 0, ${sqlText(timeZone)})) * 1000)`;
  return at(`(${local} - ${at(local)})`);
}

/** SQL of the parts of a text by the shapes that a date can have: year, month, day, then those of a clock, then a zone; empty for none. */
function partsOf(text: string, reading: Reading): string {
  const cases = shapesOf(reading).flatMap(({ shape, year, month, day, rest }) => {
    const pattern = sqlText(shape);
    const one = (of: readonly number[]): string =>
      of.length === 1 ? `g[${of[0]}]` : `concat(${of.map((at) => `g[${at}]`).join(', ')})`;
    const parts = [one([year]), one(month), one(day), `arrayStringConcat(arraySlice(g, ${rest}, 6), '|')`];
    return [
      `match(${text}, ${pattern})`,
      bound('g', `extractGroups(${text}, ${pattern})`, `[${parts.join(', ')}]`),
    ];
  });
  return `multiIf(${cases.join(', ')}, CAST([], 'Array(String)'))`;
}

/** SQL of milliseconds of a text that is no number. */
function ofText(text: string, reading: Reading): string {
  const short = 'toInt64OrZero(w[1])';
  const year = `if(length(w[1]) = 4, ${short}, ${short} + if(${short} < 69, 2000, 1900))`;
  const place = `positionCaseInsensitive(${sqlText(MONTHS)}, substring(w[2], 1, 3))`;
  const month = `if(w[2] < ':', toInt64OrZero(w[2]), if(${place} % 3 = 1, intDiv(${place}, 3) + 1, 0))`;
  const day = `arrayMap((y, m, d) -> ${DAY}, [${year}], [${month}], [toInt64OrZero(w[3])])[1]`;
  const instant = bound('z', 'r[6]', `if(z = '', l - ${localAheadMs('l', reading)}, l - ${AHEAD})`);
  const local = bound('l', `${day} * 86400000 + ${clockMs('r')}`, instant);
  const ofParts = bound('r', `splitByChar('|', w[4])`, local);
  return bound('w', partsOf(text, reading), `if(empty(w), NULL, ${ofParts})`);
}

/** instantOf: SQL of text as Nullable(Float64) milliseconds since 1970, NULL where it is no time, as `instantOf` of the contracts has it. */
export function instantOf(text: string, reading: Reading = USUAL): string {
  const parsed = `toFloat64(toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(x, 3, 'UTC')))`;
  const isUtc = reading.timeZone === undefined ? '' : ` AND match(x, ${sqlText(ZONED)})`;
  const isNumber =
    reading.epoch === undefined ? `isNotNull(n) AND NOT match(x, '^[0-9]{8}$')` : 'isNotNull(n)';
  const cases = `multiIf(match(x, ${sqlText(ISO)})${isUtc}, ${parsed}, ${isNumber}, if(isFinite(n), ${ofEpoch('n', reading)}, NULL), ${ofText('x', reading)})`;
  const ofNumber = bound('n', 'toFloat64OrNull(x)', cases);
  return clamped(bound('x', `ifNull(${trimmedSql(text)}, '')`, ofNumber));
}

/** instantOfTyped: SQL of a time that the file itself holds as one, as Nullable(Float64) milliseconds since 1970. */
export const instantOfTyped = (time: string): string =>
  clamped(`CAST(toUnixTimestamp64Milli(toDateTime64(${time}, 3, 'UTC')), 'Nullable(Float64)')`);

export const MS_OF_DAY = 86_400_000;

/** hoursOf: SQL of text as Nullable(Float64) hours since midnight, NULL where it is no time of day. */
export function hoursOf(text: string): string {
  const groups = `extractGroups(ifNull(${trimmedSql(text)}, ''), ${sqlText(TIME_OF_DAY)})`;
  return bound('g', groups, `if(empty(g), NULL, ${clockMs('g')} / 3600000)`);
}

/** The last second that a bucket can start in, in milliseconds. */
const MAX_ROW_TIME_MS = 4_294_967_295_000;

/** rowTimeOf: SQL of text as Nullable(Int64) milliseconds since 1970: when a row happened; NULL where that is no time from 1970 to 2106. */
export function rowTimeOf(text: string, reading: Reading = USUAL): string {
  const ms = `if(i BETWEEN 0 AND ${MAX_ROW_TIME_MS}, toInt64(assumeNotNull(i)), NULL)`;
  return bound('i', instantOf(text, reading), ms);
}
