import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/tails.json' with { type: 'json' };
import { contingency } from './contingency.js';

describe('contingency', () => {
  it.each(reference.tables)('equals scipy, rare and new cells as they are: $name', (c) => {
    const found = contingency(c)!;
    expect(found.df).toBe(c.df);
    expect(found.chiSquared).toBeCloseTo(c.chi2, 8);
    expect(found.g).toBeCloseTo(c.g, 8);
  });

  it.each([
    { name: 'an empty sample', baseline: [1, 2], window: [0, 0] },
    { name: 'one cell', baseline: [5, 0], window: [3, 0] },
  ])('is nothing for $name', (samples) => expect(contingency(samples)).toBeNull());
});
