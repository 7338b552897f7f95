import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { designEffect } from './design-effect.js';
import { overdispersion } from './overdispersion.js';

const shares = [0.4, 0.3, 0.2, 0.1];
/** Days of 300 rows; `tilt` moves rows from the first cell to the second. */
const days = (random: () => number, count: number, tilt: () => number) =>
  Array.from({ length: count }, () => {
    const moved = tilt();
    return draw(random, 300, [0.4 - moved, 0.3 + moved, 0.2, 0.1]);
  });

describe('overdispersion', () => {
  it('of independent rows is next to nothing', () => {
    const random = generator(3);
    const found = Array.from({ length: 50 }, () => overdispersion({ chunks: days(random, 30, () => 0) })!);
    const mean = found.reduce((total, { excess }) => total + excess, 0) / found.length;
    expect(mean).toBeLessThan(0.5);
    expect(found[0]!.df).toBe(3);
    // A day of 300 rows against 29 others.
    expect(found[0]!.rows).toBeCloseTo((300 * 8_700) / 9_000, 6);
  });

  it.each(reference.chunks)('starts from what the design effect sees: $name chunks', ({ chunks }) => {
    const { excess, df } = overdispersion({ chunks })!;
    expect(1 + excess / df).toBeGreaterThanOrEqual(designEffect({ chunks })! * 0.98);
  });

  it('knows in how many ways days differ', () => {
    const random = generator(4);
    const one = overdispersion({ chunks: days(random, 60, () => 0.3 * (random() - 0.5)) })!;
    expect(one.dimensions).toBeLessThan(1.5);
    const free = Array.from({ length: 60 }, () => {
      const weights = shares.map((share) => share * (0.6 + 0.8 * random()));
      const all = weights.reduce((a, b) => a + b, 0);
      return draw(
        random,
        300,
        weights.map((weight) => weight / all),
      );
    });
    expect(overdispersion({ chunks: free })!.dimensions).toBeGreaterThan(1.7);
  });

  it('sees past a cycle of the chunks where it is said when they were, and not where it is not', () => {
    const random = generator(5);
    let part = 0;
    const chunks = days(random, 80, () => 0.2 * Math.sin((2 * Math.PI * part++) / 4));
    const phases = chunks.map((_, i) => ({ day: (i % 4) / 4, weekday: Math.floor(i / 4) % 7 }));
    expect(overdispersion({ chunks })!.excess).toBeGreaterThan(10);
    const timed = overdispersion({ chunks, phases })!;
    expect(Math.abs(timed.excess)).toBeLessThan(1);
    expect(timed.cycle).not.toBeNull();
    expect(overdispersion({ chunks })!.cycle).toBeNull();
  });

  const even = [50, 50];
  it.each([
    { name: 'too few chunks', chunks: [even, even, even, even] },
    { name: 'too few rows', chunks: Array.from({ length: 9 }, () => [5, 5]) },
    { name: 'a constant', chunks: Array.from({ length: 9 }, () => [100, 0]) },
    { name: 'no chunks', chunks: [] },
  ])('is not known from $name', ({ chunks }) => expect(overdispersion({ chunks })).toBeNull());
});
