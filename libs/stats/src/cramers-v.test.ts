import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { cramersV } from './cramers-v.js';

describe('cramersV', () => {
  it.each(reference.cells)('equals the reference in all variants: $name', ({ baseline, window, ...c }) => {
    const samples = { baseline, window };
    expect(cramersV(samples)).toBeCloseTo(c.cramersV, 8);
    expect(cramersV({ ...samples, biasCorrected: true })).toBeCloseTo(c.biasCorrected, 8);
    expect(cramersV({ ...samples, balanced: true })).toBeCloseTo(c.balanced, 8);
  });

  it('balanced does not shrink when the baseline grows, plain does', () => {
    const of = (scale: number, balanced: boolean) =>
      cramersV({ baseline: [60 * scale, 40 * scale], window: [40, 60], balanced })!;
    expect(of(1_000, true)).toBeCloseTo(of(1, true), 12);
    expect(of(1_000, false)).toBeLessThan(of(1, false) / 10);
  });

  it('corrected for chance is smaller, and lies in [0, 1] or is none', () => {
    const counts = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(counts, fc.boolean(), (cells, balanced) => {
        const samples = { baseline: cells.map(([b]) => b), window: cells.map(([, w]) => w), balanced };
        const corrected = cramersV({ ...samples, biasCorrected: true });
        if (corrected === null) return;
        expect(corrected).toBeGreaterThanOrEqual(0);
        expect(corrected).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is symmetric and blind to the order of cells, in all variants', () => {
    const cells = fc.array(fc.tuple(fc.nat(300), fc.nat(300)), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(cells, fc.boolean(), fc.boolean(), (pairs, biasCorrected, balanced) => {
        const [baseline, window] = [pairs.map(([b]) => b), pairs.map(([, w]) => w)];
        const of = (samples: { baseline: number[]; window: number[] }) =>
          cramersV({ ...samples, biasCorrected, balanced }) ?? -1;
        const value = of({ baseline, window });
        expect(of({ baseline: window, window: baseline })).toBeCloseTo(value, 7);
        expect(of({ baseline: baseline.toReversed(), window: window.toReversed() })).toBeCloseTo(value, 7);
      }),
    );
  });

  it('has no value for a constant, nor corrected for two rows', () => {
    expect(cramersV({ baseline: [5, 0], window: [3, 0] })).toBeNull();
    expect(cramersV({ baseline: [1, 0], window: [0, 1], biasCorrected: true })).toBeNull();
  });
});
