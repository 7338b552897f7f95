import { describe, expect, it } from 'vitest';
import { deviationLimit } from './deviation-limit.js';

describe('deviationLimit', () => {
  it.each([
    { name: 'mean + 3 population deviations', history: [1, 3], factor: 3, expected: 5 },
    { name: 'another factor', history: [1, 3], factor: 1, expected: 3 },
    { name: 'a constant history', history: [0.2, 0.2], factor: 3, expected: 0.2 },
    { name: 'values at the end of the numbers', history: [1e308, -1e308], factor: 3, expected: null },
    { name: 'no history', history: [], factor: 3, expected: null },
  ])('$name', ({ expected, ...input }) => expect(deviationLimit(input)).toBe(expected));
});
