import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { gTest } from './g-test.js';

describe('gTest', () => {
  it.each(reference.cells.filter((c) => c.gTest !== null))('equals the reference: $name', (c) => {
    const result = gTest(c)!;
    const { statistic, df, p, pDeff3 } = c.gTest;
    expect(result.statistic).toBeCloseTo(statistic, statistic > 1e4 ? 4 : 8);
    expect(result.df).toBe(df);
    expect(result.p).toBeCloseTo(p, 10);
    expect(gTest({ ...c, deff: 3 })!.p).toBeCloseTo(pDeff3, 10);
  });

  it.each([
    { name: 'an empty window', baseline: [5, 5], window: [0, 0] },
    { name: 'a constant', baseline: [500, 0], window: [100, 0] },
    { name: 'one row', baseline: [500, 500], window: [1, 0] },
  ])('has nothing to test for $name', (samples) => expect(gTest(samples)).toBeNull());

  it('refuses a design effect below 1', () => {
    expect(() => gTest({ baseline: [50, 50], window: [50, 50], deff: 0.5 })).toThrow(RangeError);
  });

  it('is symmetric and blind to the order of cells', () => {
    const cells = fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(cells, (pairs) => {
        const [baseline, window] = [pairs.map(([b]) => b), pairs.map(([, w]) => w)];
        const result = gTest({ baseline, window });
        for (const other of [
          { baseline: window, window: baseline },
          { baseline: baseline.toReversed(), window: window.toReversed() },
        ]) {
          expect(gTest(other)?.df).toBe(result?.df);
          expect(gTest(other)?.p ?? 0).toBeCloseTo(result?.p ?? 0, 9);
        }
      }),
    );
  });

  it('rejects a true hypothesis as often as it says', () => {
    const random = generator(5);
    const shares = [0.4, 0.3, 0.2, 0.1];
    const runs = 1_500;
    const rejected = Array.from({ length: runs }, () =>
      gTest({ baseline: draw(random, 700, shares), window: draw(random, 200, shares) }),
    ).filter((test) => test!.p <= 0.05).length;
    expect(Math.abs(rejected / runs - 0.05)).toBeLessThan(0.02);
  });
});
