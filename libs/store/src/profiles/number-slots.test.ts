import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberSlots, orderedBits } from './number-slots.js';

const LARGEST = Number.MAX_VALUE;
const SMALLEST = Number.MIN_VALUE;

test('ordered bits are in the order of the numbers, neighbours one apart', () => {
  const notNaN = fc.double({ noNaN: true });
  fc.assert(
    fc.property(notNaN, notNaN, (a, b) => {
      expect(orderedBits(a) < orderedBits(b)).toBe(a < b);
      expect(orderedBits(a) === orderedBits(b)).toBe(a === b);
    }),
  );
  expect(orderedBits(SMALLEST) - orderedBits(0)).toBe(1n);
  expect(orderedBits(1) - orderedBits(1 - Number.EPSILON / 2)).toBe(1n);
  expect(orderedBits(Infinity) - orderedBits(LARGEST)).toBe(1n);
  expect(orderedBits(-0)).toBe(0n);
});

/** As the words of a binning say it, number by number. */
function slotInWords(x: number, { edges, max }: { edges: number[]; max: number }): string {
  if (Number.isNaN(x)) return 'none';
  if (!Number.isFinite(x)) return 'invalid';
  const first = edges[0] ?? 0;
  if (x < first) return x < 0 && first >= 0 ? 'negative' : 'under';
  if (x > max) return 'over';
  return `bin ${edges.findLastIndex((edge) => edge <= x)}`;
}

test.each([
  { name: 'around 0', edges: [-2, 0, 0.5, 3], max: 7 },
  { name: 'from 0 on', edges: [0, SMALLEST, 1], max: 1 },
  { name: 'above 0', edges: [0.25, 1, 2], max: 2 },
  { name: 'below 0', edges: [-9, -3], max: -1 },
  { name: 'all numbers', edges: [-LARGEST, 0, LARGEST], max: LARGEST },
  { name: 'one value', edges: [5], max: 5 },
  { name: 'from -0 on', edges: [-0, 4], max: 5 },
])('every number has one slot: bins $name', ({ edges, max }) => {
  const { ranges, under, negative, over, none, invalid } = numberSlots({ edges, max });
  const starts = [...ranges.keys()];
  expect(starts).toEqual(starts.toSorted((a, b) => (a < b ? -1 : 1)));
  const wordOf = (slot: number | undefined): string => {
    if (slot === none) return 'none';
    if (slot === invalid) return 'invalid';
    if (slot === over) return 'over';
    if (slot === negative) return 'negative';
    return under.includes(slot ?? -1) ? 'under' : `bin ${slot}`;
  };
  const neighbours = [...edges, max, 0].flatMap((x) => [
    x - SMALLEST,
    x,
    x + SMALLEST,
    x * (1 - 2e-16),
    x * (1 + 3e-16),
  ]);
  const far = [-LARGEST, LARGEST, -1, 0.1, 0.7, 1.5, 2.5, 6, 1e300, -1e-300];
  for (const x of [...neighbours, ...far, NaN, Infinity, -Infinity]) {
    const last = starts.findLast((start) => start <= orderedBits(x));
    expect(`${x}: ${wordOf(ranges.get(last ?? 0n))}`).toBe(`${x}: ${slotInWords(x, { edges, max })}`);
  }
  // NaN has a sign too, which numbers do not show.
  expect(wordOf(ranges.get(-(2n ** 63n)))).toBe('none');
});
