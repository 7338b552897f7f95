import { expect, it } from 'vitest';
import { bareWords } from './bare-words.js';

it.each([
  { text: '{"a": NaN, "b": "NaN"}', words: ['NaN@6'] },
  { text: '[-Infinity,Infinity,nan,-inf]', words: ['-Infinity@1', 'Infinity@11', 'nan@20', '-inf@24'] },
  { text: String.raw`{"a\"NaN": None, "b\\": True}`, words: ['None@11', 'True@24'] },
  { text: '{"NaN": 1, "x": "say \\"NaN\\" twice"}', words: [] },
  { text: '{"open: NaN', words: [] },
  { text: '{"a": NaNs, "b": xNaN, "c": 1NaN}', words: [] },
  { text: '', words: [] },
])('finds the words of $text', ({ text, words }) => {
  expect([...bareWords(text)].map(({ word, at }) => `${word}@${at}`)).toEqual(words);
});

it('takes time linear in the text', () => {
  const text = `{"${String.raw`\"`.repeat(2_000_000)}`;
  expect([...bareWords(text)]).toEqual([]);
});
