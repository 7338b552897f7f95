import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { criticalFactor, lInfinity, robustDistance } from './l-infinity.js';
import { sum } from './shares.js';

describe('robustDistance', () => {
  it.each(reference.cells)('equals the reference: $name', (c) => {
    const [baselineRows, windowRows] = [sum(c.baseline), sum(c.window)];
    expect(robustDistance({ distance: lInfinity(c)!, baselineRows, windowRows })).toBeCloseTo(c.robust, 12);
  });

  it.each([
    [1_000, 100, 0.1888],
    [1_000, 1_000, 0.0805],
    [10_000, 1_000, 0.0597],
    [100_000, 100_000, 0.008],
  ])('takes off for %d and %d rows what was published: %f', (baselineRows, windowRows, correction) => {
    expect(1 - robustDistance({ distance: 1, baselineRows, windowRows })!).toBeCloseTo(correction, 4);
  });

  it('takes c from alpha, and fewer rows for a design effect', () => {
    expect(criticalFactor(2 * Math.exp(-2 * 1.8 ** 2))).toBeCloseTo(1.8, 12);
    const rows = { distance: 0.5, baselineRows: 400, windowRows: 200 };
    const byHand = 0.5 - Math.sqrt(-0.5 * Math.log(0.05 / 2)) * Math.sqrt(600 / (400 * 200));
    expect(robustDistance({ ...rows, alpha: 0.05 })).toBeCloseTo(byHand, 12);
    expect(robustDistance({ ...rows, deff: 4 })).toBe(
      robustDistance({ distance: 0.5, baselineRows: 100, windowRows: 50 }),
    );
  });

  it('has no value for an empty side and refuses an impossible alpha', () => {
    expect(robustDistance({ distance: 0, baselineRows: 0, windowRows: 5 })).toBeNull();
    expect(robustDistance({ distance: 0, baselineRows: 5, windowRows: 0 })).toBeNull();
    expect(() => criticalFactor(0)).toThrow(RangeError);
  });
});
