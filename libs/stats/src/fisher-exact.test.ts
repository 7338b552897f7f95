import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { fisherExact } from './fisher-exact.js';

const cases = reference.fisher.map((c) => ({
  ...c,
  name: `${c.window.rare}/${c.window.rest} against ${c.baseline.rare}/${c.baseline.rest}`,
}));

describe('fisherExact', () => {
  it.each(cases)('agrees with the reference: $name', ({ p, ...cells }) => {
    expect(fisherExact(cells)! / p).toBeCloseTo(1, 9);
    expect(fisherExact({ baseline: cells.window, window: cells.baseline })! / p).toBeCloseTo(1, 9);
  });

  const none = { rare: 0, rest: 0 };
  const some = { rare: 2, rest: 3 };
  it.each([
    { name: 'an empty window', baseline: some, window: none },
    { name: 'an empty baseline', baseline: none, window: some },
    { name: 'nothing rare', baseline: { rare: 0, rest: 5 }, window: { rare: 0, rest: 4 } },
    { name: 'nothing else', baseline: { rare: 5, rest: 0 }, window: { rare: 4, rest: 0 } },
  ])('has nothing to test for $name', (cells) => expect(fisherExact(cells)).toBeNull());
});
