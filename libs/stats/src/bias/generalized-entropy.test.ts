import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generalizedEntropy, generalizedEntropyInterval } from './generalized-entropy.js';

describe('generalizedEntropy', () => {
  it('of vector set A', () => {
    expect(generalizedEntropy({ tp: 85, fp: 15, tn: 38, fn: 12 }).value).toBeCloseTo(0.086313, 6);
  });

  it.each([
    {
      name: 'no rows',
      confusion: { tp: 0, fp: 0, tn: 0, fn: 0 },
      result: { value: null, reason: 'no_rows' },
    },
    {
      name: 'false negatives only',
      confusion: { tp: 0, fp: 0, tn: 0, fn: 9 },
      result: { value: null, reason: 'zero_denominator' },
    },
    { name: 'all treated alike', confusion: { tp: 4, fp: 0, tn: 7, fn: 0 }, result: { value: 0 } },
    { name: 'false positives only', confusion: { tp: 0, fp: 5, tn: 0, fn: 0 }, result: { value: 0 } },
  ])('of $name', ({ confusion, result }) => expect(generalizedEntropy(confusion)).toEqual(result));

  it('is not negative and within its interval', () => {
    const confusion = fc.record({ tp: fc.nat(99), fp: fc.nat(99), tn: fc.nat(99), fn: fc.nat(99) });
    fc.assert(
      fc.property(confusion, (own) => {
        const { value } = generalizedEntropy(own);
        const interval = generalizedEntropyInterval(own);
        if (value === null || interval === null) {
          expect(interval).toBe(value);
          return;
        }
        expect(value).toBeGreaterThanOrEqual(0);
        expect(interval.low).toBeLessThanOrEqual(value + 1e-12);
        expect(interval.high).toBeGreaterThanOrEqual(value - 1e-12);
        expect(Number.isFinite(interval.high)).toBe(true);
      }),
    );
  });

  it('without an error reaches as far as few rows allow', () => {
    const of = (rows: number) => generalizedEntropyInterval({ tp: rows, fp: 0, tn: rows, fn: 0 })!;
    expect(of(5).low).toBe(0);
    expect(of(5).high).toBeGreaterThan(0.05);
    expect(of(5_000).high).toBeLessThan(0.001);
  });
});
