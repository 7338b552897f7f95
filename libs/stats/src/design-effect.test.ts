import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import { chunksAgainstRest, designEffect } from './design-effect.js';

describe('designEffect', () => {
  it.each(reference.chunks)(
    'agrees with the reference: $name chunks',
    ({ chunks, designEffect: expected }) => {
      expect(designEffect({ chunks })).toBeCloseTo(expected, 9);
    },
  );

  it('is 1 on average for independent rows', () => {
    const random = generator(3);
    const runs = Array.from({ length: 100 }, () => {
      const chunks = Array.from({ length: 20 }, () => draw(random, 300, [0.4, 0.3, 0.2, 0.1]));
      return designEffect({ chunks })!;
    });
    const mean = runs.reduce((a, b) => a + b, 0) / runs.length;
    expect(mean).toBeGreaterThanOrEqual(1);
    // A single estimate scatters by 0.18; what lies below 1 counts as 1.
    expect(mean).toBeLessThan(1.15);
  });

  it('is well above 1 for days that differ', () => {
    expect(designEffect(reference.chunks[1]!)).toBeGreaterThan(5);
  });

  const even = [50, 50];
  it.each([
    { name: 'too few chunks', chunks: [even, even, even, even], expected: null },
    { name: 'too few rows in the chunks', chunks: Array.from({ length: 9 }, () => [5, 5]), expected: null },
    { name: 'constants', chunks: Array.from({ length: 9 }, () => [100, 0]), expected: null },
    { name: 'no chunks', chunks: [], expected: null },
    { name: 'chunks more even than chance', chunks: Array.from({ length: 9 }, () => even), expected: 1 },
  ])('$name: $expected', ({ chunks, expected }) => expect(designEffect({ chunks })).toBe(expected));

  it('pairs each large enough chunk with all others, small ones included', () => {
    expect(
      chunksAgainstRest({
        chunks: [
          [60, 0],
          [1, 1],
          [0, 50],
        ],
        minRows: 50,
      }),
    ).toEqual([
      { chunk: [60, 0], rest: [1, 51] },
      { chunk: [0, 50], rest: [61, 1] },
    ]);
  });
});
