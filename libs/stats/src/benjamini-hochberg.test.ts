import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { generator } from '../../../tests/fixtures/stats/random.js';
import { benjaminiHochberg } from './benjamini-hochberg.js';

describe('benjaminiHochberg', () => {
  it.each(reference.families)('agrees with the reference: $name', ({ ps, adjusted }) => {
    const result = benjaminiHochberg(ps);
    result.forEach((p, i) => expect(p).toBeCloseTo(adjusted[i]!, 12));
    expect(result).toHaveLength(ps.length);
  });

  it('gives nothing for an empty family and refuses what is no p', () => {
    expect(benjaminiHochberg([])).toEqual([]);
    expect(() => benjaminiHochberg([0.1, NaN])).toThrow(RangeError);
    expect(() => benjaminiHochberg([1.1])).toThrow(RangeError);
  });

  it('never lowers a p, keeps their order and does not depend on it', () => {
    const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(ps, (family) => {
        const adjusted = benjaminiHochberg(family);
        adjusted.forEach((p, i) => {
          expect(p).toBeGreaterThanOrEqual(family[i]! - 1e-15);
          expect(p).toBeLessThanOrEqual(1);
        });
        expect(benjaminiHochberg(family.toReversed())).toEqual(adjusted.toReversed());
      }),
    );
  });

  it('keeps the share of false among rejected tests below the level', () => {
    const random = generator(11);
    let falseShare = 0;
    const runs = 1_000;
    for (let run = 0; run < runs; run++) {
      const real = Array.from({ length: 10 }, () => random() * 1e-3);
      const none = Array.from({ length: 90 }, random);
      const rejected = benjaminiHochberg([...real, ...none]).map((p) => p <= 0.1);
      const wrong = rejected.slice(10).filter(Boolean).length;
      falseShare += wrong / Math.max(1, rejected.filter(Boolean).length) / runs;
    }
    // 0.1 × 90 / 100 true hypotheses.
    expect(falseShare).toBeLessThan(0.1);
    expect(falseShare).toBeGreaterThan(0.06);
  });
});
