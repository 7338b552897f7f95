import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import { chiSquaredTwoSample } from './chi-squared-two-sample.js';
import { overdispersedTest, ownTails } from './overdispersed-test.js';
import { overdispersion, type Overdispersion } from './overdispersion.js';

const shares = [0.4, 0.3, 0.2, 0.1];
/** Days of 300 rows; `tilt` moves rows from the first cell to the second. */
const days = (random: () => number, count: number, tilt: () => number) =>
  Array.from({ length: count }, () => {
    const moved = tilt();
    return draw(random, 300, [0.4 - moved, 0.3 + moved, 0.2, 0.1]);
  });

describe('overdispersedTest', () => {
  const known: Overdispersion = {
    excess: 3,
    df: 3,
    dimensions: 1,
    chunks: 20,
    rows: 300,
    statistics: [],
    cycle: null,
  };
  const test = { statistic: 20, df: 3 };
  const p = (changes: Partial<Overdispersion>, rows = 300): number =>
    overdispersedTest(test, { ...known, ...changes }, rows).p;

  it('of chunks that are all the same is the chi-squared test', () => {
    const same = overdispersion({ chunks: Array.from({ length: 12 }, () => [120, 90, 60, 30]) })!;
    expect(same.excess).toBeCloseTo(-3, 12);
    // scipy: chi2.sf(20, 3)
    expect(overdispersedTest(test, same, 300).p).toBeCloseTo(1.6974e-4, 8);
    expect(overdispersedTest({ statistic: 0, df: 3 }, same, 300)).toEqual({ deff: 1, p: 1 });
    expect(ownTails(same)).toEqual([]);
  });

  it('without excess is about the chi-squared test, never below it', () => {
    // scipy: chi2.sf(20, 3)
    const independent = 0.000169742;
    const found = overdispersedTest(test, { ...known, excess: 0, chunks: 300 }, 300);
    expect(found.deff).toBe(1);
    expect(found.p).toBeGreaterThan(independent);
    expect(found.p).toBeLessThan(2 * independent);
    expect(p({ excess: -1, chunks: 300 })).toBeGreaterThan(independent);
  });

  it('asks for more the more days differ, the fewer there are, and the more rows a window has', () => {
    expect(p({})).toBeGreaterThan(0.000169742);
    expect(p({ excess: 6 })).toBeGreaterThan(p({}));
    expect(p({ chunks: 7 })).toBeGreaterThan(p({}));
    expect(p({}, 600)).toBeGreaterThan(p({}));
    expect(p({}, 100)).toBe(p({}));
    const deff = (rows: number) => overdispersedTest(test, known, rows).deff;
    expect(deff(600) - 1).toBeCloseTo(2 * (deff(300) - 1), 12);
  });

  it('spreads an excess over the ways in which days differ', () => {
    const of = (dimensions: number): number =>
      overdispersedTest({ statistic: 120, df: 3 }, { ...known, excess: 9, dimensions }, 300).p;
    expect(of(1)).toBeGreaterThan(of(3));
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
      const found = overdispersedTest(plain, overdispersion({ chunks: chunks.toReversed() })!, 288).p;
      if (found <= 0.01) rejected++;
    }
    expect(rejected / runs).toBeLessThan(0.01 + 3 * Math.sqrt((0.01 * 0.99) / runs));
  });
});

describe('ownTails', () => {
  it('are as many small values as chance makes where days differ as assumed', () => {
    const random = generator(12);
    const own = overdispersion({
      chunks: days(random, 1_000, () => 0.06 * (random() + random() + random() - 1.5)),
    })!;
    const tails = ownTails(own);
    expect(tails.length).toBeGreaterThan(100);
    expect(tails.length).toBeLessThan(300);
    const rare = tails.filter((tail) => tail < 0.01).length;
    expect(rare).toBeLessThan(25);
  });

  it('are far smaller where a few days stray', () => {
    const random = generator(13);
    const steady = days(random, 100, () => 0);
    const strayed = [...steady.slice(0, 97), ...days(random, 3, () => 0.3)];
    const least = (chunks: number[][]) => Math.min(...ownTails(overdispersion({ chunks })!));
    expect(least(strayed)).toBeLessThan(least(steady) / 100);
  });
});
