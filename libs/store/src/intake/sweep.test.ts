import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeRanges, receivedOf, sweepRanges, type TimedRange } from './sweep.js';

const range = (
  first: number,
  last: number,
  rejected: number[] = [],
  holes: [number, number][] = [],
  hour = 0,
): TimedRange => ({
  brokerMs: hour * 3_600_000 + 7,
  first: BigInt(first),
  last: BigInt(last),
  rejected: rejected.map(BigInt),
  holes: holes.map(([from, to]) => [BigInt(from), BigInt(to)] as const),
});

test.each([
  { name: 'nothing', ranges: [], expected: { received: 0, quarantined: 0 } },
  { name: 'one range', ranges: [range(0, 9, [3])], expected: { received: 10, quarantined: 1 } },
  {
    name: 'a range cut differently the second time',
    ranges: [range(0, 9, [3, 8]), range(5, 14, [8])],
    expected: { received: 15, quarantined: 2 },
  },
  {
    name: 'one range inside another',
    ranges: [range(0, 9), range(3, 4)],
    expected: { received: 10, quarantined: 0 },
  },
  {
    name: 'a gap is not received',
    ranges: [range(0, 4), range(7, 9)],
    expected: { received: 8, quarantined: 0 },
  },
  {
    name: 'a hole is not received',
    ranges: [range(0, 9, [], [[4, 6]])],
    expected: { received: 7, quarantined: 0 },
  },
  {
    name: 'what one delivery accepted is accepted, though another rejected it or found it compacted',
    ranges: [range(0, 9, [2], [[4, 4]]), range(0, 5)],
    expected: { received: 10, quarantined: 0 },
  },
  {
    name: 'rejected by all that still saw it',
    ranges: [range(2, 2, [2]), range(0, 4, [], [[2, 2]])],
    expected: { received: 5, quarantined: 1 },
  },
])('$name', ({ ranges, expected }) => {
  expect(sweepRanges(ranges)).toMatchObject(expected);
});

const anyRange = fc
  .record({
    first: fc.nat(30),
    hour: fc.nat(2),
    length: fc.integer({ min: 1, max: 12 }),
    kinds: fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }),
  })
  .map(({ first, length, kinds, hour }) => {
    const offsets = Array.from({ length }, (_, at) => ({ offset: first + at, kind: kinds[at] }));
    const of = (kind: number) => offsets.filter((entry) => entry.kind === kind).map(({ offset }) => offset);
    const holes = of(2).map((offset): [number, number] => [offset, offset]);
    return range(first, first + length - 1, of(1), holes, hour);
  });

/** What the union says of one offset, from the definition. */
const fateOf = (offset: bigint, ranges: readonly TimedRange[]): string => {
  const seen = ranges.filter(({ first, last }) => first <= offset && offset <= last);
  const rejected = seen.filter((r) => r.rejected.includes(offset));
  const holes = seen.filter((r) => r.holes.some(([from, to]) => from <= offset && offset <= to));
  if (seen.length === 0) return 'gap';
  if (seen.length > rejected.length + holes.length) return 'accepted';
  return rejected.length > 0 ? 'rejected' : 'hole';
};
const OFFSETS = Array.from({ length: 60 }, (_, offset) => BigInt(offset));

test('equals a count offset by offset, and its hours add up to it', () => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 8 }), (ranges) => {
      const fates = OFFSETS.map((offset) => fateOf(offset, ranges));
      const quarantined = fates.filter((fate) => fate === 'rejected').length;
      const received = quarantined + fates.filter((fate) => fate === 'accepted').length;
      const { hours, ...total } = sweepRanges(ranges);
      expect(total).toEqual({ received, quarantined });
      const sum = [...hours.values()].reduce((all, hour) => all + hour.received, 0);
      expect(sum).toBe(received);
    }),
  );
});

test('merging keeps what the union says of every offset, and says it once', () => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 8 }), (ranges) => {
      const merged = mergeRanges(ranges);
      for (const offset of OFFSETS) {
        expect(fateOf(offset, merged)).toBe(fateOf(offset, ranges));
        expect(merged.filter(({ first, last }) => first <= offset && offset <= last).length).toBeLessThan(2);
      }
      expect(sweepRanges(merged)).toEqual(sweepRanges(ranges));
      expect(merged.reduce((sum, each) => sum + Number(receivedOf(each)), 0)).toBe(
        sweepRanges(ranges).received,
      );
      expect(mergeRanges(merged)).toEqual(merged);
    }),
  );
});

test('a thousand neighbours of one hour are one range; another hour and a gap are ranges of their own', () => {
  const neighbours = Array.from({ length: 1_000 }, (_, at) => range(at * 10, at * 10 + 9, [at * 10]));
  const later = [range(10_000, 10_009, [], [], 1), range(10_020, 10_029, [], [], 1)];
  const merged = mergeRanges([...later, ...neighbours]);
  expect(merged.map(({ first, last }) => [first, last])).toEqual([
    [0n, 9_999n],
    [10_000n, 10_009n],
    [10_020n, 10_029n],
  ]);
  expect(merged[0]?.rejected).toHaveLength(1_000);
});
