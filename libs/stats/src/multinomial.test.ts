import { describe, expect, it } from 'vitest';
import { generator } from '../../../tests/fixtures/stats/random.js';
import { chiSquaredTwoSample } from './chi-squared-two-sample.js';
import { logFactorial } from './log-factorial.js';
import { multinomial } from './multinomial.js';
import { sum } from './shares.js';

describe('logFactorial', () => {
  it.each([
    [0, 0],
    [1, 0],
    [5, Math.log(120)],
    [15, Math.log(1_307_674_368_000)],
    [16, Math.log(20_922_789_888_000)],
    [170, 706.5730622457874],
    [1e6, 12815518.384658169],
  ])('ln %d!', (n, expected) => expect(logFactorial(n) / (expected || 1)).toBeCloseTo(expected ? 1 : 0, 12));
});

describe('multinomial', () => {
  it.each([
    { rows: 7, cells: [1, 1] },
    { rows: 300, cells: [50, 0, 30, 20] },
    { rows: 2_000_000, cells: [0.3, 0.5, 0.2, 1e-6] },
  ])('has the mean and variance of $rows rows', ({ rows, cells }) => {
    const random = generator(11);
    const times = 2_000;
    const draws = Array.from({ length: times }, () => multinomial({ cells, rows, random })!);
    const all = sum(cells);
    cells.forEach((cell, i) => {
      const [share, seen] = [cell / all, draws.map((d) => d[i]!)];
      const mean = sum(seen) / times;
      const variance = sum(seen.map((x) => (x - mean) ** 2)) / times;
      const expected = rows * share * (1 - share);
      expect(Math.abs(mean - rows * share)).toBeLessThanOrEqual(4 * Math.sqrt(expected / times));
      expect(Math.abs(variance - expected)).toBeLessThanOrEqual(0.16 * expected);
    });
    expect(draws.every((d) => sum(d) === rows && d.every((x) => Number.isInteger(x) && x >= 0))).toBe(true);
  });

  it('has the probabilities of the binomial, cell by cell', () => {
    const random = generator(3);
    const counts = Array<number>(7).fill(0);
    for (let i = 0; i < 20_000; i++) counts[multinomial({ cells: [0.3, 0.7], rows: 6, random })![0]!]! += 1;
    const choose = [1, 6, 15, 20, 15, 6, 1];
    const expected = choose.map((c, k) => c * 0.3 ** k * 0.7 ** (6 - k) * 1e9);
    expect(chiSquaredTwoSample({ baseline: expected, window: counts })!.p).toBeGreaterThan(0.001);
  });

  it('repeats itself for a seed, has no value without mass, and refuses part rows', () => {
    const of = (seed: number) => multinomial({ cells: [1, 2, 3], rows: 1_000, random: generator(seed) });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(multinomial({ cells: [0, 0], rows: 5, random: generator(1) })).toBeNull();
    expect(multinomial({ cells: [1, 1], rows: 0, random: generator(1) })).toEqual([0, 0]);
    expect(() => multinomial({ cells: [1], rows: 1.5, random: generator(1) })).toThrow(RangeError);
  });
});
