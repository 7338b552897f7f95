import { describe, expect, test } from 'vitest';
import { nextAfter, numericEdges } from './numeric-edges.js';

const range = (count: number, value = (at: number): number => at): number[] =>
  Array.from({ length: count }, (_, at) => value(at));
const edgesOf = (sample: number[]): number[] =>
  numericEdges(sample, { min: sample[0] ?? Infinity, max: sample.at(-1) ?? -Infinity }).edges;

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

  test('different values fall into a hundred bins of equal frequency', () => {
    const sample = range(1_001, (at) => at * at);
    const edges = edgesOf(sample);
    const counts = edges.map(
      (edge, at) => sample.filter((x) => x >= edge && x < (edges[at + 1] ?? Infinity)).length,
    );
    expect(edges[0]).toBe(0);
    expect(counts.slice(0, 100)).toEqual(range(100, () => 10));
    expect(edges.length).toBeLessThanOrEqual(101);
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
    const { edges, max } = numericEdges(sample, { min: -5, max: 300 });
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
