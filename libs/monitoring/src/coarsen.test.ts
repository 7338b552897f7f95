import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  categoricalBinning,
  categoricalCell,
  numericBinning,
  numericCell,
  range,
} from '../../../tests/fixtures/monitoring/cells.js';
import {
  cellsInUse,
  COARSE_CELLS,
  coarseCounts,
  coarseLabel,
  coarsen,
  isExactBin,
  testCells,
} from './coarsen.js';

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
      's and 7 others',
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

describe('testCells', () => {
  /** Bins of one thousandth, so that tails can be cut. */
  const fine = numericBinning('x', 0, 1_000, 1_000);
  const rowsIn = (rows: readonly number[], binning = fine) => {
    const cell = numericCell(binning, rows);
    const plan = testCells(cell, binning);
    return coarseCounts(cell, plan, binning).slice(0, -2);
  };

  it.each([
    {
      name: 'many rows: the last hundredth, the last thousandth and what is beyond, at both ends',
      rows: range(50_000, 0, 1_000),
      expected: [0, 50, 450, 4_500, ...Array<number>(8).fill(5_000), 4_500, 450, 50, 0],
    },
    {
      name: 'fewer: the last hundredth',
      rows: range(5_000, 0, 1_000),
      expected: [0, 50, 450, ...Array<number>(8).fill(500), 450, 50, 0],
    },
    {
      name: 'too few for a tail: what is beyond alone',
      rows: range(1_000, 0, 1_000),
      expected: [0, ...Array<number>(10).fill(100), 0],
    },
    {
      name: 'beyond is beyond these rows, not beyond the bins',
      rows: range(1_000, 400, 600),
      expected: [0, ...Array<number>(10).fill(100), 0],
    },
    {
      name: 'zeros, and a tail of what is not',
      rows: [...Array<number>(9_500).fill(0), ...range(500, 1, 1_000)],
      expected: [0, 9_500, 400, 100, 0],
    },
    { name: 'a constant', rows: Array<number>(500).fill(7.5), expected: [0, 500, 0] },
  ])('$name', ({ rows, expected }) => {
    expect(rowsIn(rows)).toEqual(expected);
  });

  it('are those of the metrics for categories', () => {
    const binning = categoricalBinning('c', ['a', 'b', 'c']);
    const cell = categoricalCell(binning, { a: 5_000, b: 400, c: 3 });
    expect(testCells(cell, binning)).toEqual(coarsen(cell, binning));
  });

  const value = fc.oneof(
    fc.double({ min: -20, max: 120, noNaN: true }),
    fc.integer({ min: 0, max: 9 }),
    fc.constant(50),
    fc.constant(null),
  );
  const times = fc.constantFrom(1, 7, 40, 300);
  const many = fc
    .tuple(fc.array(value, { maxLength: 150 }), times)
    .map(([list, repeated]) => Array.from({ length: repeated }, () => list).flat());

  it('hold every bin once and in order, split those of the metrics only at the ends, and add at most six', () => {
    fc.assert(
      fc.property(many, (rows) => {
        const cell = numericCell(hundred, rows);
        const [coarse, narrow] = [values(coarsen(cell, hundred)), values(testCells(cell, hundred))];
        expect(narrow.flat()).toEqual(Array.from({ length: 102 }, (_, i) => i - 1));
        expect(narrow.every((bins) => bins.length > 0)).toBe(true);
        expect(narrow.length - coarse.length).toBeLessThanOrEqual(6);
        const starts = new Set(narrow.map(([first]) => first));
        expect(coarse.every(([first]) => starts.has(first))).toBe(true);
        expect(narrow).toEqual(expect.arrayContaining(coarse.slice(1, -1)));
      }),
    );
  });

  it('cells of the metrics hold between half a tenth and a tenth and a half, where no value holds a twentieth', () => {
    const spread = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 400, maxLength: 2_000 });
    fc.assert(
      fc.property(spread, (list) => {
        const edges = [...new Set(list.toSorted((a, b) => a - b))];
        const binning = { feature: 'x', kind: 'numeric', edges, max: edges.at(-1)! } as const;
        const cell = numericCell({ ...binning, edges }, list);
        const plan = coarsen(cell, { ...binning, edges });
        const counts = coarseCounts(cell, plan, { ...binning, edges }).slice(0, -2);
        expect(counts).toHaveLength(COARSE_CELLS);
        expect(cellsInUse(plan, cell)).toBe(COARSE_CELLS);
        for (const count of counts) {
          expect(count / list.length).toBeGreaterThan(0.05);
          expect(count / list.length).toBeLessThan(0.15);
        }
      }),
    );
  });

  it('know nothing of the window: that of another one is counted in the same', () => {
    const cell = numericCell(hundred, range(5_000, 0, 100));
    const plan = testCells(cell, hundred);
    const window = numericCell(hundred, [-3, 50, 99.5, 400, null]);
    const counts = coarseCounts(window, plan, hundred);
    expect([counts[0], counts.at(-3), counts.reduce((a, b) => a + b, 0)]).toEqual([1, 1, 5]);
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
