import { MAX_TEXT_LENGTH, type Feature } from '#libs/contracts';
import { instantOf } from '../reading/times-sql.js';

/** What a column holds: rows with a value, and how many of these are numbers, truth values, times, several words, different. */
export type ColumnFacts = {
  name: string;
  filled: number;
  numbers: number;
  booleans: number;
  times: number;
  phrases: number;
  different: number;
};

/** A few stray texts do not make a measurement categorical. */
const MOSTLY = 0.99;
/** A text that hardly ever repeats names rows rather than kinds of them. */
const IDENTIFIER_DIFFERENT = 1_000;
const HALF = 0.5;
/** Fewer values than these may all differ by chance. */
const TEXT_DIFFERENT = 20;

/**
 * inferFeature: boolean when all values are true or false; a timestamp when 99 % are times; numeric when 99 % are numbers (0 and 1 are
 * numbers, not truth values), or when there is none; text when most are of several words and most differ; else categorical. Of
 * identifiers it is only watched whether they are there and how many differ. A number of seconds is a time only under a name that says so.
 */
export function inferFeature({ name, filled, ...counts }: ColumnFacts): Feature {
  const of = (type: Feature['type']): Feature => ({ name, type, role: 'input' });
  const { numbers, booleans, times, phrases, different } = counts;
  const areNumbers = numbers >= filled * MOSTLY;
  if (filled > 0 && booleans === filled) return of('boolean');
  if (filled > 0 && times >= filled * MOSTLY && (!areNumbers || isMoment(name))) return of('timestamp');
  if (areNumbers) return of('numeric');
  const differs = different > filled * HALF;
  if (differs && different >= TEXT_DIFFERENT && phrases > filled * HALF) return of('text');
  return of(differs && different > IDENTIFIER_DIFFERENT ? 'identifier' : 'categorical');
}

/** Durations are called times too, so a mere number has to be called something that only a moment is. */
const isMoment = (name: string): boolean => /(^|[^a-z])(at|date|datetime|epoch|timestamp|ts)$/i.test(name);

/** mayBeTime: a name under which numbers are looked at as times, and texts of any shape. */
export const mayBeTime = (name: string): boolean => /time|date|epoch|_at$|^ts$|_ts$/i.test(name);

const SEVERAL_WORDS = 3;

/** SQL: the text consists of several words, or is longer than any category. */
export const isPhrase = (text: string): string =>
  `ifNull(countSubstrings(trimBoth(${text}), ' ') >= ${SEVERAL_WORDS - 1} OR lengthUTF8(${text}) > ${MAX_TEXT_LENGTH}, 0)`;

/** SQL: the text is a time. Trying every text costs more than all else, so only what begins like a date is tried unless `named` (SQL) holds. */
export const isTime = (text: string, named: string): string =>
  `if(${named} OR ifNull(substring(${text}, 5, 1) IN ('-', '/'), 0), isNotNull(${instantOf(text)}), 0)`;
