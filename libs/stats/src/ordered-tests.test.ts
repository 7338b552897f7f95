import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { andersonDarling } from './anderson-darling.js';
import { cramerVonMises } from './cramer-von-mises.js';

const countIn = (values: readonly number[], edges: readonly number[]) => {
  const counts = edges.map(() => 0);
  for (const v of values) {
    const bin = edges.findLastIndex((edge) => edge <= v);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
};
/** Every value in a bin of its own. */
const unbinned = ({ baseline, window }: { baseline: number[]; window: number[] }) => {
  const edges = [...new Set([...baseline, ...window])].sort((a, b) => a - b);
  return { baseline: countIn(baseline, edges), window: countIn(window, edges) };
};
const tests = [
  { name: 'cramerVonMises', test: cramerVonMises },
  { name: 'andersonDarling', test: andersonDarling },
];

describe('cramerVonMises', () => {
  it.each(reference.raw)('equals the definition on rows: $name', (c) => {
    const result = cramerVonMises(unbinned(c))!;
    expect(result.statistic).toBeCloseTo(c.cramerVonMises.statistic, 10);
    if (c.ties || c.cramerVonMises.p === null) return;
    expect(result.statistic).toBeCloseTo(c.cramerVonMises.scipy, 10);
    expect(result.p).toBeCloseTo(c.cramerVonMises.p, 3);
  });
});

describe('andersonDarling', () => {
  it.each(reference.raw)('has the p of the reference, as far as its table goes: $name', (c) => {
    const { p } = andersonDarling(unbinned(c))!;
    if (c.andersonDarling.p === 0.25) expect(p).toBeGreaterThan(0.22);
    else if (c.andersonDarling.p === 0.001) expect(p).toBeLessThan(0.0015);
    else {
      const ratio = p / c.andersonDarling.p;
      expect(ratio).toBeGreaterThan(0.95);
      expect(ratio).toBeLessThan(c.baseline.length < 50 ? 1.5 : 1.15);
    }
  });
});

describe.each(tests)('$name', ({ test }) => {
  it('sees nothing in the same shares and everything in none in common, with a finite p', () => {
    expect(test({ baseline: [30, 30, 30], window: [10, 10, 10] })!.p).toBeGreaterThan(0.8);
    const apart = test({ baseline: [5_000, 5_000, 0, 0], window: [0, 0, 400, 400] })!;
    expect(apart.p).toBeLessThan(1e-20);
    expect(Number.isFinite(apart.statistic)).toBe(true);
  });

  it('is symmetric, not negative, blind to direction, to empty bins and to who is the baseline', () => {
    const cells = fc
      .array(fc.tuple(fc.nat(200), fc.nat(200)), { minLength: 2, maxLength: 15 })
      .filter((list) => list.some(([b]) => b > 0) && list.some(([, w]) => w > 0))
      .filter((list) => list.filter(([b, w]) => b + w > 0).length > 1);
    fc.assert(
      fc.property(cells, (list) => {
        const [baseline, window] = [list.map(([b]) => b), list.map(([, w]) => w)];
        const { statistic, p } = test({ baseline, window })!;
        expect(statistic).toBeGreaterThanOrEqual(0);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        for (const other of [
          { baseline: window, window: baseline },
          { baseline: [...baseline].reverse(), window: [...window].reverse() },
          { baseline: [...baseline, 0], window: [...window, 0] },
        ]) {
          expect(test(other)!.statistic).toBeCloseTo(statistic, 7);
        }
      }),
    );
  });

  it.each([
    { name: 'an empty window', baseline: [5, 5], window: [0, 0] },
    { name: 'an empty baseline', baseline: [0, 0], window: [5, 5] },
    { name: 'a constant', baseline: [50], window: [10] },
    { name: 'a constant among bins', baseline: [0, 50, 0], window: [0, 10, 0] },
  ])('has nothing to test for $name', (samples) => expect(test(samples)).toBeNull());

  it('counts n / deff rows', () => {
    const samples = { baseline: [4_000, 4_000, 4_000], window: [500, 400, 300] };
    const fewer = { baseline: [1_000, 1_000, 1_000], window: [125, 100, 75] };
    expect(test({ ...samples, deff: 4 })!.p).toBeCloseTo(test(fewer)!.p, 12);
    expect(() => test({ ...samples, deff: 0 })).toThrow(RangeError);
  });

  it.each([
    { name: 'a hundred bins', shares: Array<number>(100).fill(0.01), least: 0.03 },
    { name: 'a heavy atom', shares: [0.7, ...Array<number>(30).fill(0.01)], least: 0 },
    { name: 'three values', shares: [0.5, 0.3, 0.2], least: 0 },
  ])('rejects a true hypothesis no more often than it says: $name', ({ shares, least }) => {
    const random = generator(31);
    const runs = 1_000;
    const rejected = Array.from({ length: runs }, () =>
      test({ baseline: draw(random, 600, shares), window: draw(random, 150, shares) }),
    ).filter((result) => result!.p <= 0.05).length;
    expect(rejected / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
    expect(rejected / runs).toBeGreaterThanOrEqual(least);
  });
});

it.each(reference.raw.filter((c) => !c.ties && c.baseline.length >= 300))(
  'a hundred bins of equal mass move the statistics by less than a tenth: $name',
  (c) => {
    const sorted = [...c.baseline].sort((a, b) => a - b);
    const at = Array.from({ length: 100 }, (_, i) => sorted[Math.floor((i * sorted.length) / 100)]!);
    const edges = [-Number.MAX_VALUE, ...new Set(at.slice(1))];
    const binned = { baseline: countIn(c.baseline, edges), window: countIn(c.window, edges) };
    for (const { test } of tests) {
      const [coarse, fine] = [test(binned)!, test(unbinned(c))!];
      expect(Math.abs(coarse.statistic - fine.statistic)).toBeLessThan(0.1 * fine.statistic);
    }
  },
);
