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
import { parsedNumber, sqlText, trimmedSql } from './text-sql.js';

const USUAL: Reading = {};

/** What most programs write, which the engine's own parser reads faster than groups are taken out of a text. */
const ISO =
  '^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?$';
const ZONED = '(Z|[+-][0-9]{2}:[0-9]{2})$';

const [FIRST, LAST] = [`toFloat64(${FIRST_INSTANT_MS})`, `toFloat64(${LAST_INSTANT_MS})`];
/** NULL stays NULL, which the least of two would not. */
const clamped = (ms: string): string =>
  `arrayMap(c -> multiIf(c < ${FIRST}, ${FIRST}, c > ${LAST}, ${LAST}, c), [${ms}])[1]`;

function ofEpoch(number: string, { epoch }: Reading): string {
  const scaled = (unit: NonNullable<Reading['epoch']>): string => {
    const { times, by } = EPOCH_SCALES[unit];
    return clamped(`floor(${number} * ${times} / ${by} + 0.5)`);
  };
  if (epoch !== undefined) return `if(isFinite(${number}), ${scaled(epoch)}, NULL)`;
  const cases = EPOCH_DIGITS.map(
    ({ unit, from, below }) => `abs(${number}) >= ${from} AND abs(${number}) < ${below}, ${scaled(unit)}`,
  );
  return `multiIf(${cases.join(', ')}, NULL)`;
}

/** SQL of Nullable(Float64) milliseconds since midnight of the groups of a clock, from `at` on; NULL for what no clock shows. */
function clockMs(groups: string, at: number): string {
  const part = (offset: number): string => `${groups}[${at + offset}]`;
  const number = (offset: number): string => `toUInt32OrZero(${part(offset)})`;
  const [hour, minute, second] = [number(0), number(1), number(2)];
  const fraction = `toUInt32OrZero(rightPad(substring(${part(3)}, 1, 3), 3, '0'))`;
  const half = `lower(${part(4)})`;
  const isWrong = `${minute} > 59 OR ${second} > 60 OR if(${half} = '', ${hour} > 23, ${hour} < 1 OR ${hour} > 12)`;
  const hours = `if(${half} = '', ${hour}, ${hour} % 12 + if(${half} = 'p', 12, 0))`;
  return `if(${isWrong}, NULL, toFloat64(((${hours} * 60 + ${minute}) * 60 + least(${second}, 59)) * 1000 + ${fraction}))`;
}

/** SQL of milliseconds that a written zone is ahead of UTC; NULL for one that does not exist. */
function aheadMs(zone: string): string {
  const [hours, minutes] = [
    `toUInt32OrZero(substring(${zone}, 2, 2))`,
    `toUInt32OrZero(replaceOne(substring(${zone}, 4), ':', ''))`,
  ];
  return (
    `multiIf(length(${zone}) < 3 OR ${zone} IN ('UTC', 'GMT'), 0, ${hours} > 23 OR ${minutes} > 59, NULL, ` +
    `if(startsWith(${zone}, '-'), -1, 1) * (${hours} * 60 + ${minutes}) * 60000)`
  );
}

/** SQL of days since 1970; NULL for days that do not exist. */
function dayOf(year: string, month: string, day: string): string {
  const leap = `(${year} % 4 = 0 AND (${year} % 100 != 0 OR ${year} % 400 = 0))`;
  const days = `multiIf(${month} = 2, if(${leap}, 29, 28), ${month} IN (4, 6, 9, 11), 30, ${month} BETWEEN 1 AND 12, 31, 0)`;
  const years = `(${year} - if(${month} > 2, 0, 1))`;
  const count =
    `365 * ${years} + intDiv(${years}, 4) - intDiv(${years}, 100) + intDiv(${years}, 400) + ` +
    `intDiv(153 * ((${month} + 9) % 12) + 2, 5) + ${day} - 719469`;
  return `if(${year} < 1 OR ${day} < 1 OR ${day} > ${days}, NULL, ${count})`;
}

/** SQL of how far the feature's zone is ahead of UTC at a local time; where clocks are put back, after it. */
function localAheadMs(local: string, { timeZone }: Reading): string {
  if (timeZone === undefined) return '0';
  const at = (ms: string): string =>
    `toFloat64(timeZoneOffset(toDateTime64(intDiv(toInt64(least(greatest(${ms}, toFloat64(${FIRST_ZONED_MS})), toFloat64(${LAST_ZONED_MS}))), 1000), 0, ${sqlText(timeZone)})) * 1000)`;
  return at(`(${local} - ${at(local)})`);
}

/** SQL of the groups of a date as Nullable(Float64) milliseconds since 1970. */
function ofGroups(groups: string, shape: ReturnType<typeof shapesOf>[number], reading: Reading): string {
  const first = (of: readonly number[]): string =>
    `concat(${[...of.map((at) => `${groups}[${at}]`), `''`].join(', ')})`;
  const written = `${groups}[${shape.year}]`;
  const short = `toInt64OrZero(${written})`;
  const year = `if(length(${written}) = 4, ${short}, ${short} + if(${short} < 69, 2000, 1900))`;
  const named = first(shape.month);
  const place = `positionCaseInsensitive(${sqlText(MONTHS)}, substring(${named}, 1, 3))`;
  const month = `if(${named} < ':', toInt64OrZero(${named}), if(${place} % 3 = 1, intDiv(${place}, 3) + 1, 0))`;
  const day = dayOf('y', 'm', `toInt64OrZero(${first(shape.day)})`);
  const zone = `${groups}[${shape.rest + 5}]`;
  const local = `(d * 86400000 + ${clockMs(groups, shape.rest)})`;
  // Levels of lambdas, so that year and day are written once.
  const ofDay = `arrayMap(d -> arrayMap(l -> if(${zone} = '', l - ${localAheadMs('l', reading)}, l - ${aheadMs(zone)}), [${local}])[1], [${day}])[1]`;
  return `arrayMap((y, m) -> ${ofDay}, [${year}], [${month}])[1]`;
}

/** SQL of milliseconds of a text that is no number. */
function ofText(text: string, reading: Reading): string {
  const cases = shapesOf(reading).flatMap((shape) => {
    const pattern = sqlText(shape.shape);
    return [
      `match(${text}, ${pattern})`,
      `arrayMap(g -> ${ofGroups('g', shape, reading)}, [extractGroups(${text}, ${pattern})])[1]`,
    ];
  });
  return clamped(`multiIf(${cases.join(', ')}, NULL)`);
}

/** instantOf: SQL of text as Nullable(Float64) milliseconds since 1970, NULL where it is no time, as `instantOf` of the contracts has it. */
export function instantOf(text: string, reading: Reading = USUAL): string {
  const value = `ifNull(${trimmedSql(text)}, '')`;
  const number = parsedNumber(text);
  const parsed = `toFloat64(toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(${value}, 3, 'UTC')))`;
  const isUtc = reading.timeZone === undefined ? '' : ` AND match(${value}, ${sqlText(ZONED)})`;
  const epoch = ofEpoch(`assumeNotNull(${number})`, reading);
  return (
    `multiIf(match(${value}, ${sqlText(ISO)})${isUtc}, ${parsed}, isNotNull(${number}) AND isNotNull(${epoch}), ${epoch}, ` +
    `isNotNull(${number}) AND NOT match(${value}, '^[0-9]{8}$'), NULL, ${ofText(value, reading)})`
  );
}

/** instantOfTyped: SQL of a time that the file itself holds as one, as Nullable(Float64) milliseconds since 1970. */
export const instantOfTyped = (time: string): string =>
  clamped(`CAST(toUnixTimestamp64Milli(toDateTime64(${time}, 3, 'UTC')), 'Nullable(Float64)')`);

export const MS_OF_DAY = 86_400_000;

/** hoursOf: SQL of text as Nullable(Float64) hours since midnight, NULL where it is no time of day. */
export function hoursOf(text: string): string {
  const groups = `extractGroups(ifNull(${trimmedSql(text)}, ''), ${sqlText(TIME_OF_DAY)})`;
  return `arrayMap(g -> if(empty(g), NULL, ${clockMs('g', 1)} / 3600000), [${groups}])[1]`;
}

/** The last second that a bucket can start in, in milliseconds. */
const MAX_ROW_TIME_MS = 4_294_967_295_000;

/** rowTimeOf: SQL of text as Nullable(Int64) milliseconds since 1970: when a row happened; NULL where that is no time from 1970 to 2106. */
export function rowTimeOf(text: string, reading: Reading = USUAL): string {
  const instant = instantOf(text, reading);
  return `if(${instant} BETWEEN 0 AND ${MAX_ROW_TIME_MS}, toInt64(assumeNotNull(${instant})), NULL)`;
}
