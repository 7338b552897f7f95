import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';

const countIn = (values: readonly number[], edges: readonly number[]) =>
  edges.map((edge, i) => values.filter((v) => v >= edge && v < (edges[i + 1] ?? Infinity)).length);

/** The definition, on rows. */
function onRows(a: readonly number[], b: readonly number[]): number {
  const share = (values: readonly number[], x: number) => values.filter((v) => v <= x).length / values.length;
  return Math.max(...[...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x))));
}

describe('kolmogorovSmirnov', () => {
  it.each(reference.raw)('is exact when each value has a bin of its own: $name', (c) => {
    const edges = [...new Set([...c.baseline, ...c.window])].sort((a, b) => a - b);
    const [baseline, window] = [countIn(c.baseline, edges), countIn(c.window, edges)];
    const result = kolmogorovSmirnov({ baseline, window, exact: edges.map(() => true) });
    expect(result!.distance).toBeCloseTo(c.kolmogorovSmirnov, 12);
    expect(result!.resolution).toBe(0);
  });

  it('never misses the true distance by more than its resolution', () => {
    const values = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 40 });
    const bins = fc.uniqueArray(fc.double({ min: 0.1, max: 10, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(values, values, bins, (a, b, inner) => {
        const edges = [0, ...inner.sort((x, y) => x - y)];
        const exact = edges.map(() => false);
        const result = kolmogorovSmirnov({ baseline: countIn(a, edges), window: countIn(b, edges), exact })!;
        expect(result.distance).toBeLessThanOrEqual(onRows(a, b) + 1e-12);
        expect(result.distance + result.resolution).toBeGreaterThanOrEqual(onRows(a, b) - 1e-12);
      }),
    );
  });

  it.each([
    { name: 'one wide bin can hide everything', counts: [10], exact: [false], distance: 0, resolution: 1 },
    { name: 'one exact bin can hide nothing', counts: [10], exact: [true], distance: 0, resolution: 0 },
    {
      name: 'equal tenths can hide a tenth',
      counts: Array<number>(10).fill(5),
      exact: Array<boolean>(10).fill(false),
      distance: 0,
      resolution: 0.1,
    },
  ])('$name', ({ counts, exact, distance, resolution }) => {
    const result = kolmogorovSmirnov({ baseline: counts, window: counts, exact })!;
    expect(result.distance).toBeCloseTo(distance, 12);
    expect(result.resolution).toBeCloseTo(resolution, 12);
  });

  it('needs no resolution where only one sample has mass', () => {
    const result = kolmogorovSmirnov({
      baseline: [0, 10, 0],
      window: [4, 2, 4],
      exact: [false, true, false],
    });
    expect(result).toEqual({ distance: 0.4, resolution: 0 });
  });

  it('is undefined for an empty sample and refuses cells that do not fit', () => {
    expect(kolmogorovSmirnov({ baseline: [0], window: [1], exact: [true] })).toBeNull();
    expect(() => kolmogorovSmirnov({ baseline: [1], window: [1], exact: [] })).toThrow(RangeError);
  });
});
