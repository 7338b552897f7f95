import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { MAX_TEXT_LENGTH, nameSchema, textSchema } from './names.js';

/** Of a text so many characters are read for words. */
export const MAX_READ_CHARACTERS = 10_000;
/** Of one text feature, and of all those of a version together: they are held in memory by every consumer. */
export const MAX_WORDS = 20_000;
export const MAX_WORDS_OF_VERSION = 100_000;

/** Names a vocabulary by its content. */
export const vocabularyHashSchema = z.string().regex(/^[0-9a-f]{16}$/);

/** The words of one text feature that a version's first baseline knows, as CRC-32 of their UTF-8 bytes, ascending. Never changed. */
export const vocabularyBodySchema = z.strictObject({
  model: nameSchema,
  version: nameSchema,
  feature: textSchema,
  hash: vocabularyHashSchema,
  /** The baseline that it was made from. */
  baseline: nameSchema,
  words: z.array(z.uint32()).max(MAX_WORDS),
});
export type VocabularyBody = z.infer<typeof vocabularyBodySchema>;

/** unseenWordsName: the feature that holds, of each text of `feature`, the share of words that are not in the vocabulary; null when it would be too long. */
export const unseenWordsName = (feature: string): string | null => {
  const name = `unseen_words(${feature})`;
  return name.length <= MAX_TEXT_LENGTH ? name : null;
};

/** Scripts that write without spaces between words: each of their characters counts as one. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;
const WORD = /\p{L}[\p{L}\p{M}]*/gu;

/** By code points, as ClickHouse counts. */
const firstCharacters = (text: string): string =>
  text.length <= MAX_READ_CHARACTERS
    ? text
    : Array.from(text.slice(0, 2 * MAX_READ_CHARACTERS))
        .slice(0, MAX_READ_CHARACTERS)
        .join('');

/** wordsOf: the words of a text, in order and with repeats: runs of letters in lower case; numbers and signs are none. Baselines are read by the same rule in SQL. */
export const wordsOf = (text: string): string[] =>
  firstCharacters(text).toLowerCase().replace(UNSPACED, ' $& ').match(WORD) ?? [];

/** unseenWordShare: which part of the words of a text is not among the known ones, from 0 to 1; NaN for a text without words. */
export const unseenWordShare = (text: string, known: ReadonlySet<number>): number => {
  const words = wordsOf(text);
  return words.filter((word) => !known.has(crc32(word))).length / words.length;
};

/** In how many rows of a baseline a word occurs, by the CRC-32 of the word. */
export type WordCount = { readonly word: number; readonly rows: number };

/**
 * vocabularyOf: from the most frequent words of a feature, with one more than fit where there are so many. Words of the same frequency
 * are in or out together. `others` is what a row of the baseline itself is held against: a word is known to it only by other rows, or no
 * text of the baseline would have unseen words and every new one some (leave one out; Good 1953: what is seen once foretells what is new).
 */
export const vocabularyOf = (
  counts: readonly WordCount[],
  max: number,
): { words: number[]; others: number[] } => {
  const beyond = counts.length > max ? Math.min(...counts.map(({ rows }) => rows)) : 0;
  const least = (rows: number): number[] =>
    counts
      .filter((count) => count.rows >= rows)
      .map(({ word }) => word)
      .sort((a, b) => a - b);
  return { words: least(beyond + 1), others: least(beyond + 2) };
};
