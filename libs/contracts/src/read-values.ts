import { MAX_TEXT_LENGTH } from './names.js';
import { instantOf, timeOfDayOf } from './read-times.js';
import { NUMBER, trimmed, type Reading } from './reading.js';

/**
 * The rules by which a value of a file, an upload or an event becomes a typed one, as TypeScript for events; the store holds the same
 * rules as SQL for files. A number is NaN where the value is missing and Infinity where it is none; a text is null where it is missing
 * and undefined where it does not fit. Whole table: docs/reading.md.
 */

/** What stands for a missing value whatever is expected, spelled exactly so. */
export const MISSING_WORDS: readonly string[] = ['', 'null', 'NULL', 'NaN', 'nan', '\\N'];

/** What stands for a missing number, time or truth value, in any case and with spaces around it: none of these could be one. */
export const MISSING_TYPED: readonly string[] = [
  ...['', 'null', 'nan', '-nan', '\\n', 'na', 'n/a', '#n/a', '#na', '<na>', 'none', 'nil', 'nat'],
  ...['?', '-', '--', '.'],
];

/** What stands for a class that is not known; `None` is a class. */
export const MISSING_CLASSES: readonly string[] = [...MISSING_WORDS, 'NA', 'N/A', '<NA>', 'NaT'];

const NUMBER_TEXT = new RegExp(`^${NUMBER}$`);

/** A category that spells a number: without zeros in front, which codes have and numbers have not. */
export const NUMBER_CATEGORY = '[+-]?(?:0|[1-9][0-9]*)(?:[.][0-9]*)?(?:[eE][+-]?[0-9]+)?';
const NUMBER_CATEGORY_TEXT = new RegExp(`^[ \\t\\r\\n]*${NUMBER_CATEGORY}[ \\t\\r\\n]*$`);
/** From here on the digits of a category are kept as they are: a number would lose some of them. */
export const EXACT = 1e15;
/** Every text that begins with a digit, a sign, a point or a space is less than this one. */
export const AFTER_DIGITS = ':';

/** Characters between thousands, by the mark of decimals; the spaces are the plain, the fixed and the narrow one. */
const GROUPS = { point: ",'’ \u00a0\u202f_", comma: ".'’ \u00a0\u202f_" } as const;
const MARKS = { point: '[.]', comma: ',' } as const;
const SIGN = '[-+\u2212]?';
const CURRENCY = '(?:[A-Za-z]{0,3}\\p{Sc}|[A-Za-z]{1,4}[.]?)';
const BLANK = '[ \u00a0\u202f]?';

/** How numbers that are written for people are taken apart: a whole text of this shape, with its digits and all between them as group. */
export const writtenNumber = (decimal: keyof typeof GROUPS): { shape: string; between: string } => {
  const between = `[${GROUPS[decimal]}]`;
  const digits = `(?:[0-9]{1,3}(?:${between}[0-9]{2,3})*${between}[0-9]{3}|[0-9]+)?(?:${MARKS[decimal]}[0-9]*)?`;
  const before = `[(]?${SIGN}${BLANK}(?:${CURRENCY}${BLANK})?${SIGN}`;
  return { shape: `^${before}(${digits})(?:${BLANK}(?:${CURRENCY}|%))?[)]?$`, between };
};
/** A sign or bracket that makes such a number negative. */
export const NEGATIVE = '[-(\u2212]';

const compiled = (decimal: keyof typeof GROUPS): { shape: RegExp; between: RegExp } => {
  const { shape, between } = writtenNumber(decimal);
  return { shape: new RegExp(shape, 'u'), between: new RegExp(between, 'gu') };
};
const WRITTEN = { point: compiled('point'), comma: compiled('comma') } as const;
const NEGATIVE_TEXT = new RegExp(NEGATIVE, 'u');

const plain = (text: string): number | undefined => (NUMBER_TEXT.test(text) ? Number(text) : undefined);

/** `$1,234.50`, `1.234,50 €`, `(12)`; undefined for text that is no number so written. */
function written(text: string, decimal: keyof typeof GROUPS): number | undefined {
  const { shape, between } = WRITTEN[decimal];
  const digits = shape.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const number = plain(digits.replace(between, '').replace(',', '.'));
  return number !== undefined && NEGATIVE_TEXT.test(text) ? -number : number;
}

const MISSING_TYPED_SET: ReadonlySet<string> = new Set(MISSING_TYPED);
const MISSING_SET: ReadonlySet<string> = new Set(MISSING_WORDS);
const MISSING_CLASS_SET: ReadonlySet<string> = new Set(MISSING_CLASSES);

/** isMissing: text that stands for no number, time or truth value. */
function isMissing(text: string, { missing }: Reading): boolean {
  const word = trimmed(text);
  return missing === undefined
    ? MISSING_TYPED_SET.has(word.toLowerCase())
    : word === '' || missing.includes(word);
}

const finite = (number: number): number =>
  Number.isFinite(number) ? number : Number.isNaN(number) ? NaN : Infinity;

const USUAL: Reading = {};

/** readNumber: a number; `true` is 1 and `false` 0, as everywhere where both are kept in one column. */
export function readNumber(value: unknown, reading: Reading = USUAL): number {
  const { missing } = reading;
  if (missing !== undefined)
    return missing.length > 0 && standsForNone(value, missing) ? NaN : numberOf(value, reading);
  return numberOf(value, reading);
}

/** A word such as -999 stands for a missing number however the number is written. */
function standsForNone(value: unknown, missing: readonly string[]): boolean {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' ? plain(trimmed(value)) : undefined;
  return number === undefined
    ? typeof value === 'string' && missing.includes(trimmed(value))
    : missing.some((word) => plain(word) === number);
}

function numberOf(value: unknown, reading: Reading): number {
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return value === null || value === undefined ? NaN : Infinity;
  const text = trimmed(value);
  const { decimal } = reading;
  const number = (decimal === undefined ? undefined : written(text, decimal)) ?? plain(text);
  if (number !== undefined) return finite(number);
  if (isMissing(value, reading) || /^[+-]?nan$/i.test(text)) return NaN;
  const word = text.toLowerCase();
  return word === 'true' ? 1 : word === 'false' ? 0 : Infinity;
}

/** readBoolean: 'true' or 'false': also 1 and 0, however they are written. */
export function readBoolean(value: unknown, reading: Reading = USUAL): 'true' | 'false' | null | undefined {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  const number = readNumber(value, reading);
  return number === 1 ? 'true' : number === 0 ? 'false' : Number.isNaN(number) ? null : undefined;
}

/** The text of a value; undefined for a nested one. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? Number.isFinite(value)
        ? spelled(value)
        : undefined
      : typeof value === 'boolean'
        ? String(value)
        : undefined;

/** spelled: a number as a category: shortest digits, as ClickHouse writes them. */
const spelled = (number: number): string =>
  number === 0 ? '0' : Math.abs(number) < EXACT ? String(number) : String(number).replace('e+', 'e');

/** canonicalCategory: one spelling of a category: numbers 1, 1.0 and 1e0 are one, and so are true, True and TRUE; all else is itself. */
export function canonicalCategory(text: string): string {
  if (text < AFTER_DIGITS) {
    if (!NUMBER_CATEGORY_TEXT.test(text)) return text;
    const number = Number(text);
    return Math.abs(number) < EXACT ? spelled(number) : text;
  }
  if (text === 'True' || text === 'TRUE') return 'true';
  return text === 'False' || text === 'FALSE' ? 'false' : text;
}

/** Of code points, as ClickHouse counts them. */
const isTooLong = (text: string): boolean =>
  text.length > MAX_TEXT_LENGTH && codePoints(text) > MAX_TEXT_LENGTH;

/** missingCategories: what stands for a missing category, in the one spelling of each too. */
export const missingCategories = ({
  missing = MISSING_WORDS,
}: {
  missing?: readonly string[] | undefined;
}): Set<string> => new Set(['', ...missing, ...missing.map(canonicalCategory)]);

/** readCategory: a category or identifier in one spelling. Cut, a long text would merge with others, so it does not fit. */
export function readCategory(value: unknown, { missing }: Reading = USUAL): string | null | undefined {
  if (value === null || value === undefined) return null;
  const text = textOf(value);
  if (text === undefined || isTooLong(text) || text === '\0' || text === '\x01') return undefined;
  const category = canonicalCategory(text);
  if (missing === undefined) return MISSING_SET.has(category) ? null : category;
  const words = missingCategories({ missing });
  return words.has(text) || words.has(category) ? null : category;
}

const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
/** A pair of surrogates is one character. */
const codePoints = (text: string): number => text.length - (text.match(PAIRS)?.length ?? 0);

/** readText: a free text as it is. */
export function readText(value: unknown, { missing }: Reading = USUAL): string | null | undefined {
  if (value === null || value === undefined) return null;
  const text = textOf(value);
  if (text === undefined) return undefined;
  const isNone = missing === undefined ? MISSING_SET.has(text) : text === '' || missing.includes(text);
  return isNone ? null : text;
}

/** readLength: the length of a free text in characters. */
export function readLength(value: unknown, reading: Reading = USUAL): number {
  const text = readText(value, reading);
  return text === undefined ? Infinity : text === null ? NaN : codePoints(text);
}

/** readInstant: a point in time as milliseconds since 1970, the ends of 1677 and 2262 for what lies beyond them. */
export function readInstant(value: unknown, reading: Reading = USUAL): number {
  if (value === null || value === undefined) return NaN;
  if (typeof value !== 'number' && typeof value !== 'string') return Infinity;
  if (reading.missing !== undefined && isMissing(String(value), reading)) return NaN;
  const instant = instantOf(value, reading);
  return instant ?? (typeof value === 'string' && isMissing(value, reading) ? NaN : Infinity);
}

/** readTimeOfDay: a time of day as hours since midnight. */
export function readTimeOfDay(value: unknown, reading: Reading = USUAL): number {
  if (value === null || value === undefined) return NaN;
  if (typeof value !== 'string') return Infinity;
  return timeOfDayOf(value) ?? (isMissing(value, reading) ? NaN : Infinity);
}

/** readClass: a true or predicted class as it was sent, '' where there is none. */
export const readClass = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : (textOf(value) ?? '');
  return MISSING_CLASS_SET.has(text) || isTooLong(text) ? '' : text;
};

/**
 * canonicalClass: one spelling of a class, under which classes are compared and counted: that of a category, with true as 1 and false as
 * 0, which is how the same labels are kept by one tool and another.
 */
export function canonicalClass(text: string): string {
  const category = canonicalCategory(text);
  return category === 'true' ? '1' : category === 'false' ? '0' : category;
}

/**
 * spellingsOf: the texts that rows may hold where this value is meant: of a setting such as a facet's or a segment's value. Rows of former
 * versions hold it as it was sent; a truth value is also 1 or 0.
 */
export function spellingsOf(value: string | number | boolean): string[] {
  const text = String(value);
  const category = canonicalCategory(text);
  const word =
    canonicalClass(category) === '1' ? 'true' : canonicalClass(category) === '0' ? 'false' : category;
  return [...new Set([text, category, canonicalClass(category), word])];
}
