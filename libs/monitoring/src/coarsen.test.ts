import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  categoricalBinning,
  categoricalCell,
  numericBinning,
  numericCell,
  range,
} from '../../../tests/fixtures/monitoring/cells.js';
import { COARSE_CELLS, coarseCounts, coarseLabel, coarsen, isExactBin } from './coarsen.js';

const hundred = numericBinning('x', 0, 100, 100);
const values = (plan: ReturnType<typeof coarsen>) =>
  plan.filter((c) => c.kind === 'values').map((c) => c.bins);

describe('coarsen, numeric', () => {
  it('makes ten cells of equal mass, with under and over at the ends', () => {
    const plan = coarsen(numericCell(hundred, range(1_000, 0, 100)), hundred);
    const cells = values(plan);
    expect(cells).toHaveLength(COARSE_CELLS);
    expect(cells[0]).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(cells.at(-1)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    expect(plan.slice(-2).map((c) => c.kind)).toEqual(['null', 'invalid']);
  });

  it('follows the mass of the given baseline, not of the binning', () => {
    const plan = coarsen(numericCell(hundred, range(1_000, 40, 60)), hundred);
    expect(
      values(plan)
        .slice(1, -1)
        .every((bins) => bins.length === 2),
    ).toBe(true);
    expect(values(plan)).toHaveLength(COARSE_CELLS);
  });

  it.each([
    { name: 'a constant moves out of its cell', rows: Array<number>(500).fill(7.5), cells: 3 },
    { name: 'no values give one cell', rows: [null, null], cells: 1 },
    { name: 'two values', rows: [...Array<number>(500).fill(7.5), ...Array<number>(500).fill(90)], cells: 5 },
    {
      name: 'an atom among the rest',
      rows: [...Array<number>(600).fill(0), ...range(400, 1, 100)],
      cells: 6,
    },
  ])('$name', ({ rows, cells }) => {
    expect(values(coarsen(numericCell(hundred, rows), hundred))).toHaveLength(cells);
  });

  it('lets what is under or over an atom leave it', () => {
    const constant = { feature: 'x', kind: 'numeric', edges: [5], max: 5 } as const;
    const binning = { ...constant, edges: [5] };
    const plan = coarsen(numericCell(binning, Array<number>(50).fill(5)), binning);
    const moved = numericCell(binning, [4, 5, 5, 6, 6, 6]);
    expect(coarseCounts(moved, plan, binning)).toEqual([1, 2, 3, 0, 0]);
    expect(plan.map((cell) => coarseLabel(cell, binning))).toEqual([
      'below 5',
      '5',
      'above 5',
      'missing',
      'wrong type',
    ]);
  });

  it('splits no bin, loses no row and makes a bounded number of cells', () => {
    const value = fc.oneof(
      fc.double({ min: -20, max: 120, noNaN: true }),
      fc.constant(50),
      fc.constant(null),
      fc.constant('invalid' as const),
    );
    const rows = fc.array(value, { maxLength: 200 });
    fc.assert(
      fc.property(rows, rows, (baseline, window) => {
        const plan = coarsen(numericCell(hundred, baseline), hundred);
        expect(values(plan).flat()).toEqual(Array.from({ length: 102 }, (_, i) => i - 1));
        expect(plan.length).toBeLessThanOrEqual(2 * COARSE_CELLS + 3);
        const counts = coarseCounts(numericCell(hundred, window), plan, hundred);
        expect(counts.reduce((a, b) => a + b, 0)).toBe(window.length);
      }),
    );
  });
});

describe('coarsen, categorical', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  const binning = categoricalBinning('c', letters);

  it('keeps frequent categories apart and pools the others by falling frequency', () => {
    const counts = Object.fromEntries(letters.map((letter, i) => [letter, i < 3 ? 200 : 10]));
    const plan = coarsen(categoricalCell(binning, counts), binning);
    expect(values(plan).slice(0, 3)).toEqual([[0], [1], [2]]);
    expect(values(plan)).toHaveLength(6);
    expect(plan.slice(-3).map((c) => c.kind)).toEqual(['unseen', 'null', 'invalid']);
    expect(plan.slice(-4).map((c) => coarseLabel(c, binning))).toEqual([
      't and 6 others',
      'new values',
      'missing',
      'wrong type',
    ]);
  });

  it('counts unseen, missing and wrongly typed rows apart', () => {
    const plan = coarsen(categoricalCell(binning, { a: 5, b: 5 }), binning);
    const window = categoricalCell(binning, { a: 1, zebra: 7 }, { nulls: 2, invalid: 3 });
    expect(coarseCounts(window, plan, binning).slice(-3)).toEqual([7, 2, 3]);
  });

  it('ranks by the segment itself, not by the vocabulary', () => {
    const plan = coarsen(categoricalCell(binning, { z: 100, a: 1 }), binning);
    expect(values(plan)[0]).toEqual([25]);
  });
});

it('coarsen refuses a cell of another binning', () => {
  const other = numericBinning('x', 0, 100, 50);
  expect(() => coarsen(numericCell(other, [1]), hundred)).toThrow(RangeError);
  const plan = coarsen(numericCell(hundred, [1]), hundred);
  expect(() => coarseCounts(numericCell(other, [1]), plan, hundred)).toThrow(RangeError);
});

it.each([
  { name: 'neighbouring floats', edges: [733, 733.0000000000001], bin: 0, expected: true },
  { name: 'zero and the smallest float', edges: [0, Number.MIN_VALUE], bin: 0, expected: true },
  { name: 'a negative value', edges: [-5, -4.999999999999999], bin: 0, expected: true },
  { name: 'whole numbers', edges: [733, 734], bin: 0, expected: false },
  { name: 'the last bin when it ends where it starts', edges: [1, 734], bin: 1, expected: true },
])('isExactBin: $name: $expected', ({ edges, bin, expected }) => {
  expect(isExactBin(edges, 734, bin)).toBe(expected);
});
