import { expect, test } from 'vitest';
import { holesOf } from './ledger.js';

test.each<[string, [number, number], number[], [number, number][]]>([
  ['all are there', [0, 2], [0, 1, 2], []],
  ['one is missing', [0, 2], [0, 2], [[1, 1]]],
  [
    'missing at both ends',
    [5, 12],
    [7, 8],
    [
      [5, 6],
      [9, 12],
    ],
  ],
  ['nothing is there', [5, 9], [], [[5, 9]]],
  ['the ends only', [0, 9], [0, 9], [[1, 8]]],
])('%s', (_name, [first, last], offsets, expected) => {
  expect(holesOf(BigInt(first), BigInt(last), offsets.map(BigInt))).toEqual(
    expected.map(([from, to]) => [BigInt(from), BigInt(to)]),
  );
});
