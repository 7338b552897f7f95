import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { psi, PSI_SHARE_FLOOR } from './psi.js';

const counts = fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 20 });
const filled = counts.filter((cells) => cells.some(([b]) => b > 0) && cells.some(([, w]) => w > 0));
const samples = (cells: readonly (readonly [number, number])[]) => ({
  baseline: cells.map(([b]) => b),
  window: cells.map(([, w]) => w),
});

describe('psi', () => {
  it.each(reference.cells.filter((c) => c.psi !== undefined))('agrees with the reference: $name', (c) => {
    expect(psi(c)).toBeCloseTo(c.psi, 10);
  });

  it('takes shares as well as counts', () => {
    expect(psi({ baseline: [0.25, 0.25, 0.25, 0.25], window: [0.1, 0.2, 0.3, 0.4] })).toBeCloseTo(
      0.228217,
      6,
    );
  });

  it.each([
    { name: 'empty window', baseline: [1, 2], window: [0, 0] },
    { name: 'empty baseline', baseline: [0, 0], window: [1, 2] },
    { name: 'no cells', baseline: [], window: [] },
  ])('is undefined for an $name', (c) => expect(psi(c)).toBeNull());

  it.each([
    { name: 'different cells', baseline: [1], window: [1, 2] },
    { name: 'negative counts', baseline: [1, -1], window: [1, 2] },
    { name: 'not-a-number', baseline: [1, 2], window: [NaN, 2] },
  ])('refuses $name', (c) => expect(() => psi(c)).toThrow(RangeError));

  it('lifts an empty cell to the floor and no further', () => {
    const expected = (0.5 - PSI_SHARE_FLOOR) * Math.log(0.5 / PSI_SHARE_FLOOR) - 0.5 * Math.log(0.5);
    expect(psi({ baseline: [10, 0], window: [5, 5] })).toBeCloseTo(expected, 12);
  });

  it('is symmetric, not negative and blind to the order of cells', () => {
    fc.assert(
      fc.property(filled, (cells) => {
        const { baseline, window } = samples(cells);
        const value = psi({ baseline, window })!;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(psi({ baseline: window, window: baseline })).toBeCloseTo(value, 9);
        expect(psi(samples([...cells].reverse()))).toBeCloseTo(value, 9);
        expect(psi({ baseline, window: baseline })).toBe(0);
      }),
    );
  });
});
