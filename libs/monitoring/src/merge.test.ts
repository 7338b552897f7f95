import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileCell } from '#libs/contracts';
import { cellKey, mergeCells, mergeProfiles } from './merge.js';

const count = fc.nat(1_000);
const counts = fc.array(count, { minLength: 3, maxLength: 3 });
// Whole numbers, so that sums of values are exact and order cannot show through rounding.
const amount = fc.integer({ min: -1_000_000, max: 1_000_000 });
const name = fc.constantFrom('a', 'b', 'constructor', '__proto__', '');
const byName = fc.dictionary(name, count);
const key = { segment: 'all', segmentValue: 'in' };

const numeric = fc.record({
  ...Object.fromEntries(['rows', 'nulls', 'invalid', 'under', 'over'].map((field) => [field, count])),
  ...Object.fromEntries(['underSum', 'overSum', 'sum', 'sumSquares'].map((field) => [field, amount])),
  kind: fc.constant('numeric'),
  feature: fc.constantFrom('x', 'y'),
  counts,
  min: fc.option(amount),
  max: fc.option(amount),
});
const categorical = fc.record({
  ...Object.fromEntries(['rows', 'nulls', 'invalid', 'unseen'].map((field) => [field, count])),
  kind: fc.constant('categorical'),
  feature: fc.constantFrom('c', 'd'),
  counts,
  topUnseen: byName,
});
const confusion = fc.record({
  rows: count,
  labelled: count,
  kind: fc.constant('confusion'),
  feature: fc.constant(''),
  counts: fc.dictionary(name, byName),
});
const cell = fc
  .oneof(numeric, categorical, confusion)
  .map((fields) => ({ ...key, ...fields }) as ProfileCell);
const profile = fc.uniqueArray(cell, { selector: cellKey, maxLength: 4 }).map((cells) => ({ cells }));

const sorted = ({ cells }: { cells: ProfileCell[] }) =>
  [...cells].sort((a, b) => (cellKey(a) < cellKey(b) ? -1 : 1));

describe('mergeProfiles', () => {
  it('is associative and commutative', () => {
    fc.assert(
      fc.property(profile, profile, profile, (a, b, c) => {
        const left = mergeProfiles([mergeProfiles([a, b]), c]);
        expect(sorted(mergeProfiles([a, mergeProfiles([b, c])]))).toEqual(sorted(left));
        expect(sorted(mergeProfiles([c, b, a]))).toEqual(sorted(left));
        expect(sorted(mergeProfiles([a, b, c]))).toEqual(sorted(left));
      }),
    );
  });

  it('has the empty profile as identity', () => {
    fc.assert(
      fc.property(profile, (a) => {
        expect(mergeProfiles([a, { cells: [] }])).toEqual(a);
        expect(mergeProfiles([{ cells: [] }, a])).toEqual(a);
      }),
    );
    expect(mergeProfiles([])).toEqual({ cells: [] });
  });
});

const plain: ProfileCell = {
  ...key,
  kind: 'categorical',
  feature: 'c',
  rows: 3,
  nulls: 1,
  invalid: 0,
  counts: [1, 0],
  unseen: 1,
  topUnseen: { x: 1 },
};

describe('mergeCells', () => {
  it('adds counts and keeps every unseen name', () => {
    const other = { ...plain, counts: [2, 5], topUnseen: { x: 2, y: 4 } };
    expect(mergeCells(plain, other)).toEqual({
      ...plain,
      rows: 6,
      nulls: 2,
      counts: [3, 5],
      unseen: 2,
      topUnseen: { x: 3, y: 4 },
    });
  });

  it.each<{ name: string; other: ProfileCell }>([
    { name: 'another feature', other: { ...plain, feature: 'd' } },
    { name: 'another segment value', other: { ...plain, segmentValue: 'ATL' } },
    { name: 'another binning', other: { ...plain, counts: [1, 2, 3] } },
    {
      name: 'another kind',
      other: {
        ...plain,
        kind: 'numeric',
        ...{ under: 0, underSum: 0, over: 0, overSum: 0, min: 0, max: 0, sum: 0, sumSquares: 0 },
      },
    },
  ])('refuses $name', ({ other }) => {
    expect(() => mergeCells(plain, other)).toThrow(RangeError);
  });
});
