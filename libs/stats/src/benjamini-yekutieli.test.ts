import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { benjaminiHochberg } from './benjamini-hochberg.js';
import { benjaminiYekutieli } from './benjamini-yekutieli.js';

describe('benjaminiYekutieli', () => {
  it.each(reference.families)('equals the reference: $name', ({ ps, adjusted }) => {
    const ours = benjaminiYekutieli(ps);
    expect(ours).toHaveLength(adjusted.length);
    ours.forEach((q, i) => expect(q).toBeCloseTo(adjusted[i]!, 12));
  });

  it('is never below Benjamini–Hochberg and refuses what is no probability', () => {
    const ps = [0.001, 0.2, 0.03, 0.9];
    const plain = benjaminiHochberg(ps);
    benjaminiYekutieli(ps).forEach((q, i) => expect(q).toBeGreaterThanOrEqual(plain[i]!));
    expect(() => benjaminiYekutieli([0.1, NaN])).toThrow(RangeError);
  });
});
