import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import { chunkHistory, resampledHistory } from './histories.js';
import { psi } from './psi.js';
import { quantileLimit } from './quantile-limit.js';
import { totalVariation } from './total-variation.js';

describe('chunkHistory', () => {
  it('compares each large chunk with the sum of all others', () => {
    const chunks = [
      [60, 40],
      [50, 50],
      [1, 0],
    ];
    const against = (window: number[], baseline: number[]) => totalVariation({ window, baseline });
    expect(chunkHistory({ chunks, metric: totalVariation })).toEqual([
      against([60, 40], [51, 50]),
      against([50, 50], [61, 40]),
    ]);
  });

  it('is empty without chunks, and for a chunk without a rest', () => {
    expect(chunkHistory({ chunks: [], metric: psi })).toEqual([]);
    expect(chunkHistory({ chunks: [[60, 40]], metric: psi })).toEqual([]);
  });
});

describe('resampledHistory', () => {
  const shares = Array<number>(10).fill(0.1);
  const baseline = draw(generator(4), 3_000, shares);
  const input = { baseline, windowRows: 300, metric: psi };

  it('gives a limit that fresh windows of that size pass about as often as asked', () => {
    const history = resampledHistory({ ...input, random: generator(8), times: 500 });
    const limit = quantileLimit({ history, probability: 0.95 })!;
    const random = generator(9);
    const runs = 500;
    const passed = Array.from({ length: runs }, () =>
      psi({ baseline: draw(random, 3_000, shares), window: draw(random, 300, shares) }),
    ).filter((value) => value! > limit).length;
    expect(passed / runs).toBeGreaterThan(0.02);
    expect(passed / runs).toBeLessThan(0.09);
  });

  it('is wider for smaller windows and for dependent rows, and the same for a seed', () => {
    const limit = (more: object) =>
      quantileLimit({ history: resampledHistory({ ...input, ...more, random: generator(8) }) })!;
    expect(limit({ windowRows: 100 })).toBeGreaterThan(2 * limit({}));
    expect(limit({ deff: 3 })).toBeGreaterThan(2 * limit({}));
    expect(limit({})).toBe(limit({}));
  });

  it('is empty for an empty baseline and for windows without rows', () => {
    expect(resampledHistory({ ...input, baseline: [0, 0], random: generator(1) })).toEqual([]);
    expect(resampledHistory({ ...input, windowRows: 0, random: generator(1) })).toEqual([]);
  });
});
