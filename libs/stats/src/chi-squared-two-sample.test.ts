import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import { chiSquaredTwoSample } from './chi-squared-two-sample.js';

describe('chiSquaredTwoSample', () => {
  it.each(reference.cells)('agrees with the reference: $name', (c) => {
    const result = chiSquaredTwoSample(c);
    if (c.chiSquared === null) {
      expect(result).toBeNull();
      return;
    }
    expect(result!.statistic / c.chiSquared.statistic || 1).toBeCloseTo(1, 10);
    expect(result!.df).toBe(c.chiSquared.df);
    expect(result!.p).toBeCloseTo(c.chiSquared.p, 10);
  });

  it.each(reference.cells.filter((c) => c.chiSquaredDeff3 !== undefined))(
    'divides by the design effect: $name',
    (c) => {
      expect(chiSquaredTwoSample({ ...c, deff: 3 })!.p).toBeCloseTo(c.chiSquaredDeff3.p, 10);
    },
  );

  it.each([
    { name: 'an empty window', baseline: [5, 5], window: [0, 0] },
    { name: 'a single cell', baseline: [500], window: [100] },
    { name: 'a constant', baseline: [500, 0], window: [100, 0] },
  ])('has nothing to test for $name', (c) => expect(chiSquaredTwoSample(c)).toBeNull());

  it.each([
    { name: 'a design effect below 1', baseline: [5, 5], window: [5, 5], deff: 0.5 },
    { name: 'different cells', baseline: [5], window: [5, 5], deff: 1 },
  ])('refuses $name', (c) => expect(() => chiSquaredTwoSample(c)).toThrow(RangeError));

  it('does not alarm for one row of a new category', () => {
    expect(chiSquaredTwoSample({ baseline: [500, 500, 0], window: [100, 100, 1] })!.p).toBeGreaterThan(0.5);
  });

  it('is symmetric and blind to the order of cells', () => {
    const cells = fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(cells, (pairs) => {
        const [baseline, window] = [pairs.map(([b]) => b), pairs.map(([, w]) => w)];
        const result = chiSquaredTwoSample({ baseline, window });
        const swapped = chiSquaredTwoSample({ baseline: window, window: baseline });
        const reversed = { baseline: baseline.toReversed(), window: window.toReversed() };
        for (const other of [swapped, chiSquaredTwoSample(reversed)]) {
          expect(other?.df).toBe(result?.df);
          expect(other?.p ?? 0).toBeCloseTo(result?.p ?? 0, 9);
        }
      }),
    );
  });

  it.each([
    { name: 'even cells', shares: Array<number>(10).fill(0.1), baseline: 2_000, window: 300 },
    { name: 'rare cells', shares: [0.6, 0.3, 0.06, 0.02, 0.015, 0.005], baseline: 1_000, window: 200 },
    { name: 'a window as large as the baseline', shares: [0.5, 0.3, 0.2], baseline: 400, window: 400 },
  ])('rejects a true hypothesis as often as it says: $name', ({ shares, baseline, window }) => {
    const random = generator(7);
    const runs = 2_000;
    let rejected = 0;
    for (let run = 0; run < runs; run++) {
      const test = chiSquaredTwoSample({
        baseline: draw(random, baseline, shares),
        window: draw(random, window, shares),
      });
      if (test!.p <= 0.05) rejected++;
    }
    // Four standard errors around 5 %.
    expect(Math.abs(rejected / runs - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / runs));
  });
});
