import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { wasserstein, type BinnedSample } from './wasserstein.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function binned(values: readonly number[], edges: readonly number[], max: number): BinnedSample {
  const inside = (from: number, to: number) => values.filter((v) => v >= from && v < to).length;
  const [under, over] = [values.filter((v) => v < edges[0]!), values.filter((v) => v > max)];
  const counts = edges.map((edge, i) => inside(edge, edges[i + 1] ?? Infinity));
  counts[counts.length - 1]! -= over.length;
  return { counts, under: under.length, underSum: sum(under), over: over.length, overSum: sum(over) };
}

/** The definition, on rows: the area between the distribution functions. */
function onRows(a: readonly number[], b: readonly number[]): number {
  const xs = [...a, ...b].sort((x, y) => x - y);
  const share = (values: readonly number[], x: number) => values.filter((v) => v <= x).length / values.length;
  return sum(xs.slice(1).map((x, i) => (x - xs[i]!) * Math.abs(share(a, xs[i]!) - share(b, xs[i]!))));
}

const ulp = (x: number) => Math.max(Number.MIN_VALUE, Math.abs(x) * Number.EPSILON);

describe('wasserstein', () => {
  it.each(reference.raw)('is exact when each value has a bin of its own: $name', (c) => {
    const values = [...new Set([...c.baseline, ...c.window])].sort((a, b) => a - b);
    const edges = values.flatMap((v) => [v, v + ulp(v)]).slice(0, -1);
    const max = values.at(-1)!;
    const input = {
      edges,
      max,
      baseline: binned(c.baseline, edges, max),
      window: binned(c.window, edges, max),
    };
    const result = wasserstein(input)!;
    const scale = Math.max(1, Math.abs(max));
    expect(result.distance / scale).toBeCloseTo(c.wasserstein / scale, 12);
    expect(result.resolution / scale).toBeCloseTo(0, 12);
  });

  it.each(reference.raw.filter((c) => c.name !== 'same constant'))(
    'comes close with equal-frequency bins of the baseline, and never outside its resolution: $name',
    (c) => {
      const sorted = c.baseline.toSorted((a, b) => a - b);
      const cuts = Array.from({ length: 50 }, (_, i) => sorted[Math.floor((i * sorted.length) / 50)]!);
      const [edges, max] = [[...new Set(cuts)], sorted.at(-1)!];
      const input = {
        edges,
        max,
        baseline: binned(c.baseline, edges, max),
        window: binned(c.window, edges, max),
      };
      const result = wasserstein(input)!;
      const outside = input.baseline.under + input.baseline.over === 0 ? 0 : Infinity;
      const error = Math.abs(result.distance - c.wasserstein);
      expect(error).toBeLessThanOrEqual(result.resolution + outside + 1e-9 * c.wasserstein);
      // Worst where whole numbers lie at the lower edges of bins one wide.
      if (c.std > 0) expect(error / c.std).toBeLessThan(0.4);
    },
  );

  it('never misses the true distance by more than its resolution while all values lie inside', () => {
    const values = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 40 });
    const bins = fc.uniqueArray(fc.double({ min: 0.1, max: 10, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(values, values, bins, (a, b, inner) => {
        const edges = [0, ...inner.sort((x, y) => x - y)];
        const [baseline, window] = [binned(a, edges, 10), binned(b, edges, 10)];
        const result = wasserstein({ edges, max: 10, baseline, window })!;
        expect(Math.abs(result.distance - onRows(a, b))).toBeLessThanOrEqual(result.resolution + 1e-9);
      }),
    );
  });

  const bins = { edges: [0, 10], max: 20 };
  const inside = { counts: [5, 5], under: 0, underSum: 0, over: 0, overSum: 0 };
  it.each([
    {
      name: 'mass over the bins, by its own mean',
      window: { ...inside, counts: [0, 0], over: 2, overSum: 80 },
      expected: 30,
    },
    {
      name: 'mass under the bins, by its own mean',
      window: { ...inside, counts: [0, 0], under: 4, underSum: -40 },
      expected: 20,
    },
    { name: 'a shift of one bin', window: { ...inside, counts: [0, 10] }, expected: 5 },
    { name: 'no shift', window: { ...inside, counts: [50, 50] }, expected: 0 },
    {
      name: 'functions that cross inside a bin',
      window: { ...inside, edges: [0], counts: [10, 0] },
      expected: 5,
    },
  ])('$name', ({ window, expected }) => {
    const result = wasserstein({ ...bins, baseline: inside, window })!;
    expect(result.distance).toBeCloseTo(expected, 12);
    const swapped = wasserstein({ ...bins, baseline: window, window: inside })!;
    expect(swapped.distance).toBeCloseTo(expected, 12);
  });

  it('is undefined for an empty sample or sums that overflowed, and refuses bins that do not fit', () => {
    const empty = { ...inside, counts: [0, 0] };
    expect(wasserstein({ ...bins, baseline: inside, window: empty })).toBeNull();
    const overflowed = { ...inside, over: 3, overSum: Infinity };
    expect(wasserstein({ ...bins, baseline: inside, window: overflowed })).toBeNull();
    expect(() => wasserstein({ ...bins, baseline: inside, window: { ...inside, counts: [1] } })).toThrow(
      RangeError,
    );
  });
});
