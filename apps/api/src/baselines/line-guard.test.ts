import { describe, expect, it } from 'vitest';

import { LineGuard } from './line-guard.js';

const find = (text: string, maxBytes: number, size: number): number | undefined => {
  const guard = new LineGuard(maxBytes);
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) {
    const line = guard.take(bytes.subarray(start, start + size));
    if (line !== undefined) return line;
  }
  return undefined;
};

describe('LineGuard', () => {
  const cases: [string, string, number | undefined][] = [
    ['nothing', '', undefined],
    ['lines of the limit', 'abcde\nabcde\n', undefined],
    ['the first', 'abcdef\na\n', 1],
    ['a later one', 'a\n\nabcdef', 3],
    ['letters of several bytes', 'äöü\n', 1],
  ];
  it.each(cases)('%s, however it is cut', (_, text, line) => {
    for (const size of [1, 2, 3, 100]) expect(find(text, 5, size)).toBe(line);
  });
});
