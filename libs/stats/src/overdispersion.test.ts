import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { chiSquaredTwoSample } from './chi-squared-two-sample.js';
import { designEffect } from './design-effect.js';
import { overdispersedTest } from './overdispersed-test.js';
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
    // What is added for days that resemble their neighbours and for a short history only makes it larger.
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

  it('trusts days less that resemble their neighbours', () => {
    const random = generator(5);
    let level = 0;
    const wander = () => (level = 0.97 * level + 0.1 * (random() - 0.5));
    /** What is added to the excess that is seen. */
    const added = (chunks: number[][]) => {
      const { excess, df } = overdispersion({ chunks })!;
      return excess / ((designEffect({ chunks })! - 1) * df);
    };
    const jumping = added(days(random, 60, () => 0.3 * (random() - 0.5)));
    expect(added(days(random, 60, wander))).toBeGreaterThan(jumping * 1.1);
    expect(jumping).toBeGreaterThan(1);
  });

  const even = [50, 50];
  it.each([
    { name: 'too few chunks', chunks: [even, even, even, even] },
    { name: 'too few rows', chunks: Array.from({ length: 9 }, () => [5, 5]) },
    { name: 'a constant', chunks: Array.from({ length: 9 }, () => [100, 0]) },
    { name: 'no chunks', chunks: [] },
  ])('is not known from $name', ({ chunks }) => expect(overdispersion({ chunks })).toBeNull());
});

describe('overdispersedTest', () => {
  const known = { df: 3, dimensions: 1, freedom: 9, rows: 300 };
  const test = { statistic: 20, df: 3, p: 0 };

  it('without excess is the chi-squared test', () => {
    // scipy: chi2.sf(20, 3)
    expect(overdispersedTest(test, { ...known, excess: 0 }, 300)).toEqual({
      deff: 1,
      p: expect.closeTo(0.000169742, 9) as number,
    });
  });

  it('asks for more the more days differ, the fewer there are, and the more rows a window has', () => {
    const p = (changes: Partial<typeof known & { excess: number }>, rows = 300) =>
      overdispersedTest(test, { ...known, excess: 3, ...changes }, rows).p;
    expect(p({})).toBeGreaterThan(0.000169742);
    expect(p({ excess: 6 })).toBeGreaterThan(p({}));
    expect(p({ freedom: 3 })).toBeGreaterThan(p({}));
    expect(p({}, 600)).toBeGreaterThan(p({}));
    expect(p({}, 100)).toBe(p({}));
    expect(overdispersedTest(test, { ...known, excess: 3 }, 600).deff).toBeCloseTo(3, 12);
  });

  it('rejects a true hypothesis no more often than it says, when days wander', () => {
    const random = generator(11);
    const runs = 1_500;
    let rejected = 0;
    for (let run = 0; run < runs; run++) {
      let level = 0;
      const wander = () => (level = 0.6 * level + 0.08 * (random() + random() + random() - 1.5));
      const [window = [], ...chunks] = days(random, 26, wander).toReversed();
      const baseline = shares.map((_, i) => chunks.reduce((total, chunk) => total + chunk[i]!, 0));
      const plain = chiSquaredTwoSample({ baseline, window })!;
      const p = overdispersedTest(plain, overdispersion({ chunks: chunks.toReversed() })!, 288).p;
      if (p <= 0.01) rejected++;
    }
    expect(rejected / runs).toBeLessThan(0.01 + 3 * Math.sqrt((0.01 * 0.99) / runs));
  });
});
