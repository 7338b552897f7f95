import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/drift.json' with { type: 'json' };
import { binnedQuantile, quantileShift } from './binned-quantile.js';

const inside = (counts: number[]) => ({ counts, under: 0, underSum: 0, over: 0, overSum: 0 });
const binned = (values: readonly number[], edges: readonly number[], max: number) => {
  const total = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const [under, over] = [values.filter((v) => v < edges[0]!), values.filter((v) => v > max)];
  const counts = edges.map(
    (from, i) =>
      values.filter((v) => v >= from && (i + 1 < edges.length ? v < edges[i + 1]! : v <= max)).length,
  );
  return { counts, under: under.length, underSum: total(under), over: over.length, overSum: total(over) };
};

describe('binnedQuantile', () => {
  it.each(reference.raw.filter((c) => !c.ties && c.window.length > 50))(
    'is within its resolution of numpy on rows: $name',
    (c) => {
      const sorted = [...c.baseline].sort((a, b) => a - b);
      const edges = Array.from({ length: 25 }, (_, i) => sorted[Math.floor((i * sorted.length) / 25)]!);
      const max = sorted.at(-1)!;
      const [baseline, window] = [binned(c.baseline, edges, max), binned(c.window, edges, max)];
      for (const [key, [before, now]] of Object.entries(c.quantiles) as [string, [number, number]][]) {
        const probability = Number(key);
        const shift = quantileShift({ edges, max, baseline, window, probability });
        // A quantile between the last row inside and the first one outside of the bins has no known place.
        if (shift === null || now < edges[1]! || now > edges.at(-1)!) continue;
        const spacing = max / 1e12 + (sorted.at(-1)! - sorted[0]!) / 25;
        expect(Math.abs(shift.shift - (now - before))).toBeLessThanOrEqual(shift.resolution + spacing);
      }
    },
  );

  it.each([
    { name: 'the lowest', probability: 0, value: 0, resolution: 10 },
    { name: 'inside of a bin', probability: 0.75, value: 15, resolution: 10 },
    { name: 'the highest', probability: 1, value: 20, resolution: 10 },
  ])('interpolates: $name', ({ probability, value, resolution }) => {
    const sample = inside([50, 50]);
    expect(binnedQuantile({ edges: [0, 10], max: 20, sample, probability })).toEqual({ value, resolution });
  });

  it('puts mass outside of the bins at its mean and says how unsure that is', () => {
    const sample = { counts: [50], under: 25, underSum: -100, over: 25, overSum: 500 };
    const at = (probability: number) => binnedQuantile({ edges: [0], max: 10, sample, probability });
    expect(at(0.1)).toEqual({ value: -4, resolution: 4 });
    expect(at(0.5)).toEqual({ value: 5, resolution: 10 });
    expect(at(0.9)).toEqual({ value: 20, resolution: 10 });
  });

  it('is exact in a bin of one value, and skips empty bins', () => {
    const sample = inside([0, 0, 7]);
    expect(binnedQuantile({ edges: [0, 1, 3], max: 3, sample, probability: 0.5 })).toEqual({
      value: 3,
      resolution: 0,
    });
  });

  it.each([
    { name: 'an empty sample', edges: [0], max: 1, sample: inside([0]) },
    { name: 'no bins', edges: [], max: 1, sample: inside([]) },
    {
      name: 'a sum outside that has overflowed',
      edges: [0],
      max: 1,
      sample: { ...inside([0]), over: 5, overSum: Infinity },
    },
    { name: 'a bin wider than a number can be', edges: [-1e308], max: 1e308, sample: inside([5]) },
  ])('has no value for $name', (input) => expect(binnedQuantile({ ...input, probability: 0.5 })).toBeNull());

  it('refuses what makes no sense', () => {
    expect(() => binnedQuantile({ edges: [0], max: 1, sample: inside([1]), probability: 1.5 })).toThrow(
      RangeError,
    );
    expect(() => binnedQuantile({ edges: [0], max: 1, sample: inside([1, 2]), probability: 0.5 })).toThrow(
      RangeError,
    );
  });

  it('never goes down with the probability and stays within the bins', () => {
    const counts = fc.array(fc.nat(50), { minLength: 1, maxLength: 10 }).filter((c) => c.some((n) => n > 0));
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(counts, unit, unit, (list, p, q) => {
        const edges = list.map((_, i) => i * 2);
        const of = (probability: number) =>
          binnedQuantile({ edges, max: list.length * 2, sample: inside(list), probability })!.value;
        expect(of(Math.min(p, q))).toBeLessThanOrEqual(of(Math.max(p, q)) + 1e-9);
        expect(of(p)).toBeLessThanOrEqual(list.length * 2);
        expect(of(p)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('shifts by as much as the values do', () => {
    const window = inside([0, 50, 50]);
    const input = { edges: [0, 10, 20], max: 30, baseline: inside([50, 50, 0]), window };
    expect(quantileShift({ ...input, probability: 0.3 })).toEqual({ shift: 10, resolution: 20 });
    expect(quantileShift({ ...input, window: inside([0, 0, 0]), probability: 0.3 })).toBeNull();
  });
});
