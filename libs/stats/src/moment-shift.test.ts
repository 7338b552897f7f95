import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { meanShift, stdRatio } from './moment-shift.js';
import { moments } from './moments.js';

const of = (values: readonly number[]) =>
  moments({
    count: values.length,
    sum: values.reduce((a, b) => a + b, 0),
    sumSquares: values.reduce((a, b) => a + b * b, 0),
  });
const plain = { mean: 2, std: 4 };

describe('meanShift and stdRatio', () => {
  it.each(reference.moments)(
    'equal numpy: $name',
    ({ baseline, window, meanShift: shift, stdRatio: ratio }) => {
      const both = { baseline: of(baseline), window: of(window) };
      expect(meanShift(both)).toBeCloseTo(shift, 8);
      expect(stdRatio(both)).toBeCloseTo(ratio, 8);
    },
  );

  it.each([
    {
      name: 'a constant that stays',
      baseline: { mean: 3, std: 0 },
      window: { mean: 3, std: 0 },
      shift: 0,
      ratio: 1,
    },
    {
      name: 'a constant that moves',
      baseline: { mean: 3, std: 0 },
      window: { mean: 4, std: 0 },
      shift: null,
      ratio: 1,
    },
    {
      name: 'a constant that starts to vary',
      baseline: { mean: 3, std: 0 },
      window: plain,
      shift: null,
      ratio: null,
    },
    {
      name: 'a feature that becomes constant',
      baseline: plain,
      window: { mean: 4, std: 0 },
      shift: 0.5,
      ratio: 0,
    },
    {
      name: 'an unknown spread',
      baseline: { mean: 1e12, std: null },
      window: plain,
      shift: null,
      ratio: null,
    },
    { name: 'an unknown spread now', baseline: plain, window: { mean: 2, std: null }, shift: 0, ratio: null },
    { name: 'an empty window', baseline: plain, window: null, shift: null, ratio: null },
    { name: 'an empty baseline', baseline: null, window: plain, shift: null, ratio: null },
    {
      name: 'means at both ends of the numbers',
      baseline: { mean: -1e308, std: 1e308 },
      window: { mean: 1e308, std: 1e308 },
      shift: 2,
      ratio: 1,
    },
    {
      name: 'more than a number can hold',
      baseline: { mean: 0, std: 1e-10 },
      window: { mean: 1e308, std: 1e308 },
      shift: null,
      ratio: null,
    },
  ])('$name', ({ baseline, window, shift, ratio }) => {
    expect(meanShift({ baseline, window })).toBe(shift);
    expect(stdRatio({ baseline, window })).toBe(ratio);
  });
});
