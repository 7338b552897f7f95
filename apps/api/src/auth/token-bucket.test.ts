import { describe, expect, it } from 'vitest';

import { TokenBuckets } from './token-bucket.js';

describe('TokenBuckets', () => {
  it('gives a burst, then the rate, each name for itself', () => {
    const buckets = new TokenBuckets({ perSecond: 10, burst: 3 });
    expect([1, 2, 3].map(() => buckets.take('a', 0))).toEqual([0, 0, 0]);
    expect(buckets.take('a', 0)).toBe(100);
    expect(buckets.take('b', 0)).toBe(0);
    expect(buckets.take('a', 50)).toBe(50);
    expect(buckets.take('a', 100)).toBe(0);
    expect(buckets.take('a', 100)).toBe(100);
    expect([1, 2, 3, 4].map(() => buckets.take('a', 60_000) === 0)).toEqual([true, true, true, false]);
  });

  it('is not fooled by a clock that goes back', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 });
    expect(buckets.take('a', 5_000)).toBe(0);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
  });

  it('forgets the least recently used names', () => {
    const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1 });
    buckets.take('first', 0);
    for (let i = 0; i < 10_000; i++) buckets.take(`other ${i}`, 0);
    expect(buckets.take('first', 0)).toBe(0);
  });
});
