import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { quantileLimit } from './quantile-limit.js';

describe('quantileLimit', () => {
  it.each(reference.limits)('equals numpy for $history.length values', ({ history, quantiles }) => {
    for (const [probability, limit] of quantiles as [number, number][]) {
      expect(quantileLimit({ history, probability })).toBeCloseTo(limit, 12);
    }
  });

  it('takes the 99th percentile, and none of an empty or broken history', () => {
    expect(quantileLimit({ history: Array.from({ length: 101 }, (_, i) => i) })).toBe(99);
    expect(quantileLimit({ history: [] })).toBeNull();
    expect(quantileLimit({ history: [1, NaN] })).toBeNull();
    expect(() => quantileLimit({ history: [1], probability: 2 })).toThrow(RangeError);
  });
});
