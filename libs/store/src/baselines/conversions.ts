import { MAX_TEXT_LENGTH, storedAs, type Feature } from '#libs/contracts';
import { INVALID_TEXT, isInvalidText, NULL_TEXT } from '../segments/feature-columns.js';

/** SQL of text as Float64: NaN where there is none, +Inf where it is no finite number. */
export const toNumber = (text: string): string =>
  `multiIf(isNull(${text}), nan, isNull(${parsedNumber(text)}) OR isInfinite(${parsedNumber(text)}), inf, assumeNotNull(${parsedNumber(text)}))`;

/** SQL: the text spells a finite number. */
export const isNumber = (text: string): string => `ifNull(isFinite(${parsedNumber(text)}), 0)`;

/** SQL of text as Nullable(Float64), NULL where it spells no number. */
export const parsedNumber = (text: string): string => `toFloat64OrNull(trimBoth(${text}))`;

const BOOLEANS = `['true', 'false']`;
/** SQL: the text spells a truth value. */
export const isBoolean = (text: string): string => `has(${BOOLEANS}, lower(assumeNotNull(${text})))`;

/** SQL of text as a category, with the markers of null and invalid. Booleans may also be written 1 and 0. */
export function toCategory(text: string, type: Feature['type']): string {
  const value = `assumeNotNull(${text})`;
  if (type === 'boolean')
    return (
      `multiIf(isNull(${text}), ${NULL_TEXT}, ${isBoolean(text)}, lower(${value}), ` +
      `${value} = '1', 'true', ${value} = '0', 'false', ${INVALID_TEXT})`
    );
  return `multiIf(isNull(${text}), ${NULL_TEXT}, lengthUTF8(${value}) > ${MAX_TEXT_LENGTH}, ${INVALID_TEXT}, ${value})`;
}

/** SQL condition: a converted value is invalid. */
export const isInvalid = (converted: string, type: Feature['type']): string =>
  storedAs(type) === 'numeric' ? `isInfinite(${converted})` : isInvalidText(converted);

/** The last second that a bucket can start in, in milliseconds. */
const MAX_TIME_MS = 4_294_967_295_000;

/**
 * SQL of text as milliseconds since the epoch, NULL where it is no time between 1970 and 2106: ISO-8601 (UTC where it names no zone), or
 * a number of seconds (9 to 11 digits) or milliseconds (12 to 14).
 */
export function toTimeMs(text: string): string {
  const value = `trimBoth(assumeNotNull(${text}))`;
  const ms =
    `multiIf(isNull(${text}), NULL, match(${value}, '^[0-9]{9,11}([.][0-9]+)?$'), toInt64(round(toFloat64OrNull(${value}) * 1000)), ` +
    `match(${value}, '^[0-9]{12,14}$'), toInt64OrNull(${value}), match(${value}, '^[0-9]{4}([-/][0-9]{1,2}){2}|^[0-9]{8}$'), ` +
    `toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(${value}, 3, 'UTC')), NULL)`;
  return `if(${ms} BETWEEN 0 AND ${MAX_TIME_MS}, ${ms}, NULL)`;
}

/**
 * SQL of a value that is stored as a number: itself, the length of a text, or the age of a time in seconds at `timeMs`, the time of the
 * row; without one no age is known.
 */
export function toStoredNumber(text: string, type: Feature['type'], timeMs: string | null): string {
  if (type === 'text') return `if(isNull(${text}), nan, toFloat64(lengthUTF8(assumeNotNull(${text}))))`;
  if (type !== 'timestamp') return toNumber(text);
  if (timeMs === null) return `toFloat64(nan)`;
  const at = toTimeMs(text);
  return `multiIf(isNull(${text}), nan, isNull(${at}) OR isNull(${timeMs}), inf, (assumeNotNull(${timeMs}) - assumeNotNull(${at})) / 1000)`;
}

/** SQL of text as a class: '' where there is none, or where it is too long to be one. */
export const toLabel = (text: string): string =>
  `if(isNull(${text}) OR lengthUTF8(assumeNotNull(${text})) > ${MAX_TEXT_LENGTH}, '', assumeNotNull(${text}))`;
