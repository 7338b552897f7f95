import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sweepRanges, type LedgerRange } from './sweep.js';

const range = (
  first: number,
  last: number,
  rejected: number[] = [],
  holes: [number, number][] = [],
): LedgerRange => ({
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
  expect(sweepRanges(ranges)).toEqual(expected);
});

test('equals a count offset by offset', () => {
  const one = fc
    .record({
      first: fc.nat(30),
      length: fc.integer({ min: 1, max: 12 }),
      kinds: fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }),
    })
    .map(({ first, length, kinds }) => {
      const offsets = Array.from({ length }, (_, at) => ({ offset: first + at, kind: kinds[at] }));
      const of = (kind: number) => offsets.filter((entry) => entry.kind === kind).map(({ offset }) => offset);
      return range(
        first,
        first + length - 1,
        of(1),
        of(2).map((offset) => [offset, offset]),
      );
    });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 8 }), (ranges) => {
      let received = 0;
      let quarantined = 0;
      for (let offset = 0n; offset < 60n; offset += 1n) {
        const seen = ranges.filter(({ first, last }) => first <= offset && offset <= last);
        const rejected = seen.filter((r) => r.rejected.includes(offset));
        const holes = seen.filter((r) => r.holes.some(([from, to]) => from <= offset && offset <= to));
        const accepted = seen.length - rejected.length - holes.length > 0;
        if (accepted || rejected.length > 0) received += 1;
        if (!accepted && rejected.length > 0) quarantined += 1;
      }
      expect(sweepRanges(ranges)).toEqual({ received, quarantined });
    }),
  );
});
