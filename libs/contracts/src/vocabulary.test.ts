import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import {
  MAX_READ_CHARACTERS,
  unseenWordShare,
  unseenWordsName,
  vocabularyOf,
  wordsOf,
  type WordCount,
} from './vocabulary.js';

type Case = {
  texts: string[];
  new: string[];
  words: string[][];
  rows: Record<string, number>;
  known: string[];
  others: (number | null)[];
  shares: (number | null)[];
};
/** By scikit-learn; the script is beside it. */
const { written, generated } = JSON.parse(
  readFileSync(new URL('../../../tests/fixtures/words/words.json', import.meta.url), 'utf8'),
) as Record<'written' | 'generated', Case>;

const byFrequency = ({ rows }: Case): WordCount[] =>
  Object.entries(rows)
    .map(([word, n]) => ({ word: crc32(word), rows: n }))
    .sort((a, b) => b.rows - a.rows);
const shares = (texts: readonly string[], known: readonly number[]) =>
  texts.map((text) => {
    const share = unseenWordShare(text, new Set(known));
    return Number.isNaN(share) ? null : share;
  });

describe.each(Object.entries({ written, generated }))('texts that are %s', (name, own) => {
  // All words fit; or as many as occur in three rows at least, so that rarer ones are left out together.
  const max = name === 'written' ? 20_000 : own.known.length;
  const made = vocabularyOf(byFrequency(own).slice(0, max + 1), max);

  it('have the words that a vectorizer finds', () => {
    expect(own.texts.map(wordsOf)).toEqual(own.words);
  });

  it('make its vocabulary', () => {
    expect(made.words).toEqual(own.known.map((word) => crc32(word)).sort((a, b) => a - b));
  });

  it('are held against all the others as by a vectorizer that was fitted on these', () => {
    expect(shares(own.texts, made.others)).toEqual(own.others);
  });

  it('are followed by new ones, held against all of them', () => {
    expect(shares(own.new, made.words)).toEqual(own.shares);
  });
});

test.each([
  ['snake_case 2nd x3', ['snake', 'case', 'nd', 'x']],
  ['Cafe\u0301 naïve', ['cafe\u0301', 'naïve']],
  ['東京タワーへgo', ['東', '京', 'タ', 'ワ', 'ー', 'へ', 'go']],
  ['ที่ไป', ['ท', 'ไ', 'ป']],
  ['हिन्दी में', ['हिन्दी', 'में']],
  ['🚚 ½ 3 — ', []],
  ['', []],
])('words of %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

it('reads the beginning of a text only, by characters and not by their parts', () => {
  expect(wordsOf(`${'🚚'.repeat(MAX_READ_CHARACTERS - 2)}ab${'c'.repeat(100)}`)).toEqual(['ab']);
  expect(wordsOf('a '.repeat(MAX_READ_CHARACTERS))).toHaveLength(MAX_READ_CHARACTERS / 2);
});

it('leaves words of one frequency in or out together', () => {
  const counts = [9, 4, 2, 2, 2].map((rows, word) => ({ word, rows }));
  expect(vocabularyOf(counts, 4)).toEqual({ words: [0, 1], others: [0, 1] });
  expect(vocabularyOf(counts, 5)).toEqual({ words: [0, 1, 2, 3, 4], others: [0, 1, 2, 3, 4] });
  const ones = [1, 1, 1].map((rows, word) => ({ word, rows }));
  expect(vocabularyOf(ones, 3)).toEqual({ words: [0, 1, 2], others: [] });
  expect(vocabularyOf([], 5)).toEqual({ words: [], others: [] });
});

it('has no name that would be too long for a feature', () => {
  expect(unseenWordsName('comment')).toBe('unseen_words(comment)');
  expect(unseenWordsName('c'.repeat(250))).toBeNull();
});
