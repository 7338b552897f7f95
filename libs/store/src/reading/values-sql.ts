import {
  AFTER_DIGITS,
  EXACT,
  MAX_TEXT_LENGTH,
  MISSING_CLASSES,
  MISSING_TYPED,
  MISSING_WORDS,
  NEGATIVE,
  NUMBER_CATEGORY,
  missingCategories,
  readNumber,
  SPACE,
  storedAs,
  writtenNumber,
  type Feature,
  type Reading,
} from '#libs/contracts';
import { INVALID_TEXT, isInvalidText, NULL_TEXT } from '../segments/feature-columns.js';
import { parsedNumber, sqlText, trimmedSql } from './text-sql.js';
import { hoursOf, instantOf } from './times-sql.js';

/**
 * The rules of `read-values.ts` in the contracts as SQL, for files: a test holds both together, value by value. Texts are SQL of
 * Nullable(String) as it stands in the file; a number is NaN where it is missing and Infinity where it is none.
 */

const list = (texts: readonly string[]): string => `(${texts.map(sqlText).join(', ')})`;

const USUAL: Reading = {};
type Words = { missing?: readonly string[] | undefined };

/** isMissing: SQL: a text that is no number, time or truth value stands for a missing one. */
const isMissing = (text: string, { missing }: Reading = USUAL): string =>
  missing === undefined
    ? `(isNull(${text}) OR lower(${trimmedSql(text)}) IN ${list(MISSING_TYPED)})`
    : `(isNull(${text}) OR ${trimmedSql(text)} IN ${list(['', ...missing])})`;

/** filledText: SQL of a text, NULL where it stands for no number, time or truth value; none of these words is long. */
export const filledText = (text: string): string =>
  `if(length(${text}) < 16 AND ${isMissing(text)}, NULL, ${text})`;

/** SQL: the text spells a finite number. */
export const isNumber = (text: string): string => `ifNull(isFinite(${parsedNumber(text)}), 0)`;

/** SQL of a number that is written for people, NULL where the text is none. */
function written(text: string, decimal: NonNullable<Reading['decimal']>): string {
  const { shape, between } = writtenNumber(decimal);
  const at = `ifNull(${trimmedSql(text)}, '')`;
  const digits = `replaceOne(replaceRegexpAll(extract(${at}, ${sqlText(shape)}), ${sqlText(between)}, ''), ',', '.')`;
  return `(toFloat64OrNull(${digits}) * if(match(${at}, ${sqlText(NEGATIVE)}), -1, 1))`;
}

/** numberOf: SQL of text as Float64. Most texts are plain numbers, and those are asked nothing else. */
export function numberOf(text: string, reading: Reading = USUAL): string {
  const plain = parsedNumber(text);
  const number =
    reading.decimal === undefined ? plain : `coalesce(${written(text, reading.decimal)}, ${plain})`;
  const word = `lower(${trimmedSql(text)})`;
  const none =
    reading.missing === undefined ? '' : `${isNone(plain, reading)} OR ${isMissing(text, reading)}, nan, `;
  return (
    `multiIf(${none}isFinite(${number}), assumeNotNull(${number}), isNaN(${number}) OR ${isMissing(text, reading)}, nan, ` +
    `${word} = 'true', 1, ${word} = 'false', 0, inf)`
  );
}

/** SQL: a number that a word of its feature such as -999 stands for is missing. */
function isNone(number: string, { missing = [] }: Reading): string {
  const numbers = missing.map((word) => readNumber(word)).filter((one) => Number.isFinite(one));
  return numbers.length === 0 ? '0' : `ifNull(${number} IN (${numbers.join(', ')}), 0)`;
}

/** typedNumber: SQL of a value that the file itself holds as a number. */
export const typedNumber = (value: string, reading: Reading = USUAL): string =>
  `ifNull(multiIf(isInfinite(${value}), inf, ${isNone(value, reading)}, nan, ${value}), nan)`;

const TRUE = ['true', 'True', 'TRUE', '1', '1.0'];
const FALSE = ['false', 'False', 'FALSE', '0', '0.0'];
/** SQL: the text spells a truth value in letters. */
export const isBoolean = (text: string): string =>
  `ifNull(lower(${trimmedSql(text)}) IN ('true', 'false'), 0)`;

const booleanOf = (text: string, reading: Reading): string => {
  const number = numberOf(text, reading);
  const common =
    reading.missing === undefined
      ? `assumeNotNull(${text}) IN ${list(TRUE)}, 'true', assumeNotNull(${text}) IN ${list(FALSE)}, 'false', `
      : '';
  return (
    `multiIf(isNull(${text}), ${NULL_TEXT}, ${common}isNaN(${number}), ${NULL_TEXT}, ` +
    `${number} = 1, 'true', ${number} = 0, 'false', ${INVALID_TEXT})`
  );
};

/** SQL of one spelling of a number that a category spells; others and those that a number cannot hold stay as they are. */
function spelledNumber(value: string): string {
  const number = `assumeNotNull(toFloat64OrNull(${trimmedSql(value)}))`;
  return (
    `if(${value} < ${sqlText(AFTER_DIGITS)} AND NOT match(${value}, '^(0|-?[1-9][0-9]*)$') ` +
    `AND match(${value}, ${sqlText(`^[${SPACE}]*${NUMBER_CATEGORY}[${SPACE}]*$`)}), ` +
    `multiIf(${number} = 0, '0', abs(${number}) < ${EXACT}, toString(${number}), ${value}), ${value})`
  );
}

/** Texts that stand for another one, with what they stand for. */
function spellings(words: Words): Map<string, string> {
  const missing = missingCategories(words);
  const of = new Map([
    ['True', 'true'],
    ['TRUE', 'true'],
    ['False', 'false'],
    ['FALSE', 'false'],
    ['\0', '\x01'],
  ]);
  for (const [from, to] of of) if (missing.has(to)) of.set(from, '\0');
  for (const word of missing) of.set(word, '\0');
  return of;
}

/** canonicalSql: SQL of one spelling of a text that is not NULL, as `canonicalCategory` has it. */
function canonicalSql(value: string, words: ReadonlyMap<string, string>): string {
  const [from, to] = [[...words.keys()], [...words.values()]];
  const array = (texts: readonly string[]): string => `[${texts.map(sqlText).join(', ')}]`;
  return `transform(${spelledNumber(value)}, ${array(from)}, ${array(to)}, ${spelledNumber(value)})`;
}

const categoryOf = (text: string, words: Words): string => {
  const value = `assumeNotNull(${text})`;
  return (
    `multiIf(isNull(${text}), ${NULL_TEXT}, length(${value}) > ${MAX_TEXT_LENGTH} AND lengthUTF8(${value}) > ${MAX_TEXT_LENGTH}, ` +
    `${INVALID_TEXT}, ${canonicalSql(value, spellings(words))})`
  );
};

/** textOf: SQL of a free text, NULL where it is missing. */
export const textOf = (text: string, { missing = MISSING_WORDS }: Words = USUAL): string =>
  `if(${text} IN ${list(['', ...missing])}, NULL, ${text})`;

/** classOf: SQL of a true or predicted class as it was sent: '' where there is none, or where it is too long to be one. */
export const classOf = (text: string, { missing = MISSING_CLASSES }: Words = USUAL): string => {
  const value = `assumeNotNull(${text})`;
  return (
    `if(isNull(${text}) OR ${value} IN ${list(missing)} OR ` +
    `(length(${value}) > ${MAX_TEXT_LENGTH} AND lengthUTF8(${value}) > ${MAX_TEXT_LENGTH}), '', ${value})`
  );
};

/** comparedClass: SQL of the one spelling under which a stored class is compared and counted, as `canonicalClass` has it. */
export const comparedClass = (text: string): string =>
  canonicalSql(
    text,
    new Map([
      ...['true', 'True', 'TRUE'].map((word) => [word, '1'] as const),
      ...['false', 'False', 'FALSE'].map((word) => [word, '0'] as const),
    ]),
  );

/** storedOf: SQL of what a row holds of a feature: a number, or a text with the markers of missing and invalid. `timeMs`: SQL of the time of the row; null where rows have none. */
export function storedOf(
  text: string,
  { type, reading = USUAL }: Pick<Feature, 'type' | 'reading'>,
  timeMs: string | null,
): string {
  switch (type) {
    case 'numeric':
    case 'unseen_words':
      return numberOf(text, reading);
    case 'boolean':
      return booleanOf(text, reading);
    case 'categorical':
    case 'identifier':
      return categoryOf(text, reading);
    case 'text':
      return lengthOf(text, reading);
    case 'timestamp':
      return timeMs === null
        ? 'toFloat64(nan)'
        : ageOf(orNone(instantOf(text, reading), text, reading), timeMs);
    case 'time_of_day':
      return orNone(hoursOf(text), text, reading);
  }
}

const lengthOf = (text: string, reading: Reading): string => {
  const filled = textOf(text, reading);
  return `ifNull(toFloat64(lengthUTF8(${filled})), nan)`;
};

/** NaN where the text stands for a missing value, else Infinity. */
function orNone(value: string, text: string, reading: Reading): string {
  const none = `if(${isMissing(text, reading)}, nan, inf)`;
  return reading.missing === undefined
    ? `ifNull(${value}, ${none})`
    : `if(${isMissing(text, reading)}, nan, ifNull(${value}, inf))`;
}

/** ageOf: SQL of the age in seconds of an instant in milliseconds at the time of the row; invalid where that is not known. */
export const ageOf = (instant: string, timeMs: string): string =>
  `multiIf(isNaN(${instant}), nan, isInfinite(${instant}) OR isNull(${timeMs}), inf, (assumeNotNull(${timeMs}) - ${instant}) / 1000)`;

/** SQL condition: a stored value is invalid. */
export const isInvalid = (stored: string, type: Feature['type']): string =>
  storedAs(type) === 'numeric' ? `isInfinite(${stored})` : isInvalidText(stored);
