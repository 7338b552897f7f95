import { MAX_READ_CHARACTERS } from '#libs/contracts';

const UNSPACED = String.raw`([\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Thai}])`;
const WORD = String.raw`\\p{L}[\\p{L}\\p{M}]*`;

/** wordsSql: SQL of the words of a Nullable(String) as Array(UInt32) of their CRC-32, by the rule of `wordsOf` in the contracts. */
export function wordsSql(text: string): string {
  const read = `lowerUTF8(substringUTF8(ifNull(${text}, ''), 1, ${MAX_READ_CHARACTERS}))`;
  const spaced = String.raw`replaceRegexpAll(${read}, '${UNSPACED}', ' \\1 ')`;
  return `arrayMap(word -> CRC32(word), extractAll(${spaced}, '${WORD}'))`;
}

/** unseenShareSql: SQL of the share of `words` that are not in a set; NaN where there is no word. */
export const unseenShareSql = (words: string, known: string): string =>
  `if(empty(${words}), nan, arrayCount(word -> word NOT IN ${known}, ${words}) / length(${words}))`;

/**
 * wordRowsSql: SQL of `feature` (the place of a text), `word` and `n`, the rows that it occurs in: the `most` most frequent ones of each text. `texts` are
 * SQL of Nullable(String) within the rows `from`.
 */
export const wordRowsSql = (
  texts: readonly string[],
  { from, most }: { from: string; most: number },
): string => {
  const pairs = texts.map(
    (text, at) => `arrayMap(word -> (toUInt16(${at}), word), arrayDistinct(${wordsSql(text)}))`,
  );
  return (
    `SELECT pair.1 AS feature, pair.2 AS word, count() AS n FROM (SELECT arrayJoin(arrayConcat(${pairs.join(', ')})) AS pair ` +
    `FROM ${from}) GROUP BY feature, word ORDER BY feature, n DESC LIMIT ${most} BY feature`
  );
};
