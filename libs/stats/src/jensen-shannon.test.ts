import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { jensenShannon } from './jensen-shannon.js';

describe('jensenShannon', () => {
  it.each(reference.cells.filter((c) => c.jensenShannon !== undefined))(
    'agrees with the reference: $name',
    (c) => {
      // The square root turns rounding of 1e-16 near 0 into 1e-8.
      expect(jensenShannon(c)! ** 2).toBeCloseTo(c.jensenShannon ** 2, 12);
    },
  );

  it('is the base-2 distance of the shared vector, neither divergence nor natural logarithm', () => {
    expect(jensenShannon({ baseline: [25, 25, 25, 25], window: [10, 20, 30, 40] })).toBeCloseTo(0.200503, 6);
  });

  it.each([
    { name: 'empty window', baseline: [1, 2], window: [0, 0] },
    { name: 'empty baseline', baseline: [0, 0], window: [1, 2] },
  ])('is undefined for an $name', (c) => expect(jensenShannon(c)).toBeNull());

  it('lies in [0, 1], is symmetric and blind to the order of cells', () => {
    const count = fc.nat(1_000_000);
    const cells = fc.array(fc.tuple(count, count), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(cells, (pairs) => {
        const [baseline, window] = [pairs.map(([b]) => b), pairs.map(([, w]) => w)];
        const value = jensenShannon({ baseline, window });
        if (value === null) return;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(jensenShannon({ baseline: window, window: baseline })).toBeCloseTo(value, 7);
        const reversed = { baseline: baseline.toReversed(), window: window.toReversed() };
        expect(jensenShannon(reversed)).toBeCloseTo(value, 7);
      }),
    );
  });
});
