import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { moments } from './moments.js';

const sums = (values: readonly number[]) => ({
  count: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  sumSquares: values.reduce((a, b) => a + b * b, 0),
});

describe('moments', () => {
  it.each(reference.raw.filter((c) => c.std > 0))('agrees with the reference: $name', (c) => {
    const result = moments(sums(c.baseline))!;
    expect(result.mean / c.mean).toBeCloseTo(1, 10);
    expect(result.std! / c.std).toBeCloseTo(1, 6);
  });

  it.each([
    { name: 'no values', input: { count: 0, sum: 0, sumSquares: 0 }, expected: null },
    { name: 'an overflowed sum', input: { count: 3, sum: Infinity, sumSquares: Infinity }, expected: null },
    {
      name: 'overflowed squares',
      input: { count: 2, sum: 4, sumSquares: Infinity },
      expected: { mean: 2, std: null },
    },
    { name: 'zeros', input: { count: 5, sum: 0, sumSquares: 0 }, expected: { mean: 0, std: 0 } },
    {
      name: 'a constant',
      input: sums([0.1, 0.1, 0.1]),
      expected: { mean: expect.closeTo(0.1) as number, std: null },
    },
    {
      name: 'a spread that the sums have lost',
      input: sums([1e12, 1e12 + 1, 1e12 + 2]),
      expected: { mean: 1e12 + 1, std: null },
    },
  ])('$name', ({ input, expected }) => expect(moments(input)).toEqual(expected));
});
