import { describe, expect, it } from 'vitest';
import { generator } from '../../../tests/fixtures/stats/random.js';
import { tailCalibration } from './tail-calibration.js';

/** Values that fall below x with the chance x ** exponent. */
const values = (count: number, exponent: number): number[] => {
  const random = generator(8);
  return Array.from({ length: count }, () => random() ** (1 / exponent));
};
const small = (all: readonly number[]) => ({ small: all.filter((p) => p <= 0.2), of: all.length });

describe('p values of data in which nothing has changed', () => {
  it('with tails as assumed stay nearly what they are', () => {
    const calibrated = tailCalibration([small(values(2_500, 1))]);
    for (const p of [1e-5, 1e-3, 0.01]) {
      expect(calibrated(p)).toBeGreaterThanOrEqual(p);
      expect(calibrated(p)).toBeLessThan(4 * p);
    }
  });

  it('with heavier tails say what a value is worth', () => {
    const calibrated = tailCalibration([small(values(2_500, 0.5))]);
    for (const p of [1e-6, 1e-5, 1e-4]) {
      expect(calibrated(p)).toBeGreaterThan(0.4 * Math.sqrt(p));
      expect(calibrated(p)).toBeLessThan(2.5 * Math.sqrt(p));
    }
  });

  it('keep their order, and never become smaller', () => {
    const calibrated = tailCalibration([small(values(900, 0.6)), small(values(900, 1))]);
    const asked = [1e-12, 1e-8, 1e-4, 0.01, 0.1, 0.5, 1];
    const given = asked.map(calibrated);
    expect(given).toEqual(given.toSorted((a, b) => a - b));
    asked.forEach((p, i) => expect(given[i]).toBeGreaterThanOrEqual(p));
  });

  it.each([
    { name: 'none', tails: [] },
    { name: 'few', tails: [{ small: [0.001], of: 3 }] },
    { name: 'none that are small', tails: [{ small: [], of: 500 }] },
    { name: 'nothing but zeros', tails: [{ small: Array<number>(40).fill(0), of: 400 }] },
  ])('leave p as it is where there are $name', ({ tails }) => {
    expect(tailCalibration(tails)(1e-5)).toBe(1e-5);
  });
});
