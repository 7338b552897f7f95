import { describe, expect, test } from 'vitest';
import tails from '../../../../tests/fixtures/stats/tails.json' with { type: 'json' };
import unbinned from '../../../../tests/fixtures/stats/unbinned.json' with { type: 'json' };
import { nextAfter, numericEdges, wholeSample } from './numeric-edges.js';

const range = (count: number, value = (at: number): number => at): number[] =>
  Array.from({ length: count }, (_, at) => value(at));
const edgesOf = (sample: number[]): number[] =>
  numericEdges(wholeSample(sample), { min: sample[0] ?? Infinity, max: sample.at(-1) ?? -Infinity }).edges;

describe('numericEdges', () => {
  test.each([
    { name: 'no value at all', sample: [], expected: [0] },
    { name: 'one value', sample: [7], expected: [7] },
    { name: 'a constant', sample: range(50, () => -2), expected: [-2] },
    { name: 'both zeros are one value', sample: [-0, 0], expected: [0] },
    {
      name: 'two values, each with its own bin, and one between',
      sample: [0, 0, 0, 1],
      expected: [0, Number.MIN_VALUE, 1],
    },
    { name: 'neighbours with nothing between them', sample: [1, nextAfter(1)], expected: [1, nextAfter(1)] },
  ])('$name', ({ sample, expected }) => {
    expect(edgesOf(sample)).toEqual(expected);
  });

  test('different values fall into a hundred bins of equal frequency, less in the tails', () => {
    const sample = range(1_001, (at) => at);
    const edges = edgesOf(sample);
    const counts = edges.map(
      (edge, at) => sample.filter((x) => x >= edge && x < (edges[at + 1] ?? Infinity)).length,
    );
    expect(edges[0]).toBe(0);
    expect(counts.slice(0, 4)).toEqual([5, 5, 10, 10]);
    expect(counts.slice(2, -3)).toEqual(range(98, () => 10));
    expect(edges.slice(-3)).toEqual([990, 995, 999]);
  });

  test('tails are apart as far as rows tell, and where bins are wide for their rows', () => {
    const even = edgesOf(range(100_001));
    expect(even.filter((edge) => edge < 1_000)).toEqual([0, 10, 100, 500]);
    expect(even.filter((edge) => edge > 99_000)).toEqual([99_500, 99_900, 99_990]);
    const heavy = edgesOf(range(100_001, (at) => 1 / (1 - at / 100_002)));
    expect(heavy.length).toBe(even.length + 4);
    expect(heavy.filter((edge) => edge > 100).length).toBe(7);
  });

  test.each([...tails.tenths, ...tails.tails, ...unbinned.cases])(
    'are those of the same rule in numpy: $name',
    ({ baseline, edges }) => {
      expect(edgesOf(baseline.toSorted((a, b) => a - b))).toEqual(edges);
    },
  );

  test('a thinned sample gives the edges of all its rows, within a thousandth of them', () => {
    const rows = range(50_000, (at) => Math.exp(6 * (at / 50_000)) + (at % 7));
    const ascending = rows.toSorted((a, b) => a - b);
    const kept = [...ascending.keys()].filter(
      (rank) => rank % 50 === 0 || rank === 49_999 || Math.min(rank, 49_999 - rank) < 500,
    );
    const sample = { values: kept.map((rank) => ascending[rank]!), ranks: kept, rows: 50_000 };
    const bounds = { min: ascending[0]!, max: ascending.at(-1)! };
    const rankOf = (edge: number) => ascending.findIndex((value) => value >= edge);
    const [whole, thin] = [edgesOf(ascending), numericEdges(sample, bounds).edges];
    expect(thin.length).toBe(whole.length);
    for (const [at, edge] of thin.entries())
      expect(Math.abs(rankOf(edge) - rankOf(whole[at]!))).toBeLessThanOrEqual(50);
  });

  test('a value that holds a hundredth of the rows has a bin of its own, a rarer one has not', () => {
    const sample = [
      ...range(500),
      ...range(10, () => 500),
      ...range(5, () => 501),
      ...range(486, (at) => 502 + at),
    ];
    const edges = edgesOf(sample);
    expect(edges).toContain(500);
    expect(edges).toContain(nextAfter(500));
    expect(edges).not.toContain(nextAfter(501));
  });

  test('edges ascend, stay within the bounds of the binning, and the first is the least of all rows', () => {
    const sample = [...range(300, () => 0), ...range(300, (at) => at), ...range(401, () => 300)];
    const { edges, max } = numericEdges(wholeSample(sample), { min: -5, max: 300 });
    expect(edges[0]).toBe(-5);
    expect(max).toBe(300);
    expect(edges.at(-1)).toBe(300);
    expect(edges.every((edge, at) => at === 0 || edge > (edges[at - 1] ?? 0))).toBe(true);
    expect(edges.length).toBeLessThanOrEqual(400);
  });

  test('as many values of a hundredth as there can be still fit', () => {
    expect(edgesOf(range(1_001, (at) => Math.floor(at / 10.01))).length).toBeLessThanOrEqual(400);
  });
});

test.each([
  { value: 1, expected: 1 + Number.EPSILON },
  { value: -1, expected: -1 + Number.EPSILON / 2 },
  { value: 0, expected: 5e-324 },
  { value: -5e-324, expected: -0 },
  { value: 2 ** 53, expected: 2 ** 53 + 2 },
])('after $value comes $expected', ({ value, expected }) => {
  expect(nextAfter(value)).toBe(expected);
});
