import { describe, expect, it } from 'vitest';
import { generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/multivariate.json' with { type: 'json' };
import { rocAuc } from './roc-auc.js';

describe('rocAuc', () => {
  it.each(reference.auc)('is that of scikit-learn, p that of scipy: $name', (c) => {
    const found = rocAuc(c)!;
    expect(found.auc).toBeCloseTo(c.auc, 12);
    expect(found.p).toBeCloseTo(c.p, 10);
  });

  it('does not depend on the order of rows, and turns round with the sides', () => {
    const [positives, negatives] = [
      [1, 5, 2, 2],
      [2, 0, 3],
    ];
    const { auc } = rocAuc({ positives, negatives })!;
    expect(rocAuc({ positives: positives.toReversed(), negatives: negatives.toReversed() })?.auc).toBe(auc);
    expect(rocAuc({ positives: negatives, negatives: positives })?.auc).toBeCloseTo(1 - auc, 12);
  });

  it('rejects at its level where nothing differs, also with deff', () => {
    const random = generator(7);
    const rejected = (deff: number) =>
      Array.from({ length: 2_000 }, () =>
        rocAuc({
          positives: Array.from({ length: 30 }, random),
          negatives: Array.from({ length: 80 }, random),
          deff,
        }),
      ).filter((found) => found!.p <= 0.05).length / 2_000;
    expect(rejected(1)).toBeGreaterThan(0.035);
    expect(rejected(1)).toBeLessThan(0.065);
    expect(rejected(4)).toBeLessThan(0.005);
  });

  it('is nothing without rows on both sides, and refuses what is not a number', () => {
    expect(rocAuc({ positives: [], negatives: [1] })).toBeNull();
    expect(() => rocAuc({ positives: [NaN], negatives: [1] })).toThrow(RangeError);
  });
});
