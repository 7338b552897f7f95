import { describe, expect, it } from 'vitest';
import { generator } from '../../../../tests/fixtures/stats/random.js';
import reference from '../../../../tests/fixtures/stats/bias.json' with { type: 'json' };
import { countFlips, flipTest, flipTestInterval, type FlipRow } from './flip-test.js';

const random = generator(1);
const row = (x: number, positive: boolean): FlipRow => ({ features: [x], positive });

describe('countFlips', () => {
  it.each(reference.flips)(
    "equals scikit-learn's neighbours: $name",
    ({ favoured, disfavoured, scales, better, worse }) => {
      expect(countFlips({ favoured, disfavoured, scales, random })).toEqual({
        better,
        worse,
        rows: disfavoured.length,
      });
    },
  );

  it('has the sign of the guide: decided against while like people were decided for is positive', () => {
    const favoured = Array.from({ length: 20 }, (_, i) => row(i, true));
    const against = [row(3, false), row(5, false), row(7, true), row(9, true)];
    expect(flipTest(countFlips({ favoured, disfavoured: against, random })).value).toBe(0.5);
    const turned = favoured.map(({ features }) => ({ features, positive: false }));
    expect(flipTest(countFlips({ favoured: turned, disfavoured: against, random })).value).toBe(-0.5);
  });

  it('breaks ties by the seed, the same way for the same one', () => {
    const favoured = Array.from({ length: 40 }, (_, i) => row(0, i % 2 === 0));
    const disfavoured = Array.from({ length: 9 }, () => row(0, false));
    const of = (seed: number) => countFlips({ favoured, disfavoured, random: generator(seed) })!.better;
    expect(of(5)).toBe(of(5));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => of(seed)))).toEqual(new Set([0, 9]));
  });

  it('ignores rows with a missing feature and a feature that does not vary', () => {
    const favoured = [
      { features: [1, 7], positive: true },
      { features: [NaN, 7], positive: false },
    ];
    const disfavoured = [
      { features: [1, 1e308], positive: false },
      { features: [Infinity, 0], positive: false },
    ];
    expect(countFlips({ favoured, disfavoured, scales: [1, 0], random })).toEqual({
      better: 1,
      worse: 0,
      rows: 1,
    });
  });

  it.each([
    { name: 'no favoured row', favoured: [], disfavoured: [row(1, true)] },
    { name: 'no disfavoured row', favoured: [row(1, true)], disfavoured: [] },
    { name: 'no usable row', favoured: [row(NaN, true)], disfavoured: [row(1, true)] },
  ])('has no value for $name', (sides) => {
    const flips = countFlips({ ...sides, random });
    expect(flipTest(flips)).toEqual({ value: null, reason: 'no_rows' });
    expect(flipTestInterval(flips)).toBeNull();
  });

  it('has an interval around it that stays within bounds', () => {
    const interval = flipTestInterval({ better: 30, worse: 10, rows: 100 })!;
    expect(interval.low).toBeLessThan(0.2);
    expect(interval.low).toBeGreaterThan(0);
    expect(interval.high).toBeGreaterThan(0.2);
    expect(flipTestInterval({ better: 1, worse: 0, rows: 1 })!.high).toBeLessThanOrEqual(1);
  });
});
