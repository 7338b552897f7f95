import { describe, expect, it } from 'vitest';
import { LEAST_EXPECTED, smallestExpectedCell } from './expected-cells.js';
import { facetCounts } from './facets.js';

const even = facetCounts({ tp: 25, fp: 25, tn: 25, fn: 25 });
const nobody = facetCounts({ tp: 0, fp: 0, tn: 50, fn: 50 });
const tiny = facetCounts({ tp: 5, fp: 1, tn: 5, fn: 1 });
const of = (
  name: Parameters<typeof smallestExpectedCell>[0]['name'],
  disfavoured = even,
  baseline?: typeof even,
) =>
  smallestExpectedCell({
    name,
    facets: { favoured: even, disfavoured },
    baseline: baseline && { favoured: even, disfavoured: baseline },
  });

describe('smallestExpectedCell', () => {
  it.each([
    { name: 'dppl', cell: 50 },
    { name: 'rd', cell: 25 },
    { name: 'te', cell: 25 },
    { name: 'dcacc', cell: 25 },
    { name: 'ci', cell: 100 },
    { name: 'equalised_odds_difference', cell: 25 },
  ] as const)('is the smallest count behind $name', ({ name, cell }) => expect(of(name)).toBe(cell));

  it('is too small for a small side, and for a side that never had the outcome', () => {
    expect(of('rd', tiny)).toBeLessThan(LEAST_EXPECTED);
    expect(of('dppl', nobody)).toBe(0);
  });

  it('expects what the baseline had, so that a side that nobody accepts any more is a finding', () => {
    expect(of('dppl', nobody, even)).toBe(50);
    expect(of('te', nobody, even)).toBe(25);
    expect(of('rd', tiny, even)).toBeLessThan(LEAST_EXPECTED);
  });

  it('takes what was counted where the baseline never had it', () => {
    expect(of('dppl', even, nobody)).toBe(50);
  });

  it('counts n / deff rows', () => {
    expect(
      smallestExpectedCell({ name: 'dppl', facets: { favoured: even, disfavoured: even }, deff: 5 }),
    ).toBe(10);
  });
});
