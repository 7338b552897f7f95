import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { chiSquaredTwoSample } from './chi-squared-two-sample.js';
import { homogeneityTest } from './homogeneity.js';

const withoutRare = reference.cells.filter((c) => c.psi !== undefined && c.name !== 'nothing in common');

describe('homogeneityTest', () => {
  it.each(withoutRare)('is the chi-squared test where no cell is rare: $name', (c) => {
    const chiSquared = chiSquaredTwoSample({ ...c, deff: 2 });
    expect(homogeneityTest({ ...c, deff: 2 })).toEqual({ chiSquared, rare: null, p: chiSquared!.p });
  });

  it.each([
    { name: 'missing values that a large baseline never had', baseline: [22_000, 0], window: [192, 8] },
    { name: 'half of a small window in a new cell', baseline: [22_000, 0], window: [100, 100] },
    {
      name: 'a new category among others',
      baseline: [5_000, 5_000, 5_000, 5_000, 0],
      window: [48, 48, 48, 46, 10],
    },
  ])('sees $name, which pooling alone would hide', (samples) => {
    expect(chiSquaredTwoSample(samples)?.p ?? 1).toBeGreaterThan(0.05);
    expect(homogeneityTest(samples)!.p).toBeLessThan(1e-6);
  });

  it.each([
    { name: 'one row of a new category', baseline: [5_000, 5_000, 0], window: [100, 100, 1] },
    { name: 'new rows within what days differ by', baseline: [2_000, 0], window: [196, 4], deff: 8 },
  ])('does not alarm for $name', (samples) => {
    expect(homogeneityTest(samples)?.p ?? 1).toBeGreaterThan(0.01);
  });

  it.each([
    { name: 'an empty window', baseline: [5, 5], window: [0, 0] },
    { name: 'a constant', baseline: [500, 0], window: [100, 0] },
  ])('has nothing to test for $name', (samples) => expect(homogeneityTest(samples)).toBeNull());

  it('rejects a true hypothesis with rare cells no more often than it says', () => {
    const random = generator(17);
    const shares = [0.55, 0.3, 0.13, 0.01, 0.007, 0.003];
    const runs = 1_000;
    const ps = Array.from({ length: runs }, () => {
      const samples = { baseline: draw(random, 3_000, shares), window: draw(random, 200, shares) };
      return homogeneityTest(samples)!.p;
    });
    const rejected = ps.filter((p) => p <= 0.05).length / runs;
    expect(rejected).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
    expect(rejected).toBeGreaterThan(0.01);
  });
});
