import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generator } from '../../../../tests/fixtures/stats/random.js';
import reference from '../../../../tests/fixtures/stats/bias.json' with { type: 'json' };
import { labelDistance, labelDistanceInterval, type LabelDistanceName } from './label-distance.js';

const names = ['kl', 'js', 'lp', 'tvd', 'ks'] as const satisfies LabelDistanceName[];

describe('labelDistance', () => {
  it.each(reference.labels)('equals the formulas: $name', (labels) => {
    for (const name of names) {
      const expected = labels[name];
      if (expected === null) expect(labelDistance(name, labels)).toEqual({ value: null, reason: 'infinite' });
      else expect(labelDistance(name, labels).value).toBeCloseTo(expected, 10);
    }
  });

  it('of two labels is the difference of positives: TVD and KS |DPL|, LP √2·|DPL|', () => {
    const labels = { favoured: [70, 30], disfavoured: [11, 9] };
    const dpl = Math.abs(30 / 100 - 9 / 20);
    expect(labelDistance('tvd', labels).value).toBeCloseTo(dpl, 12);
    expect(labelDistance('ks', labels).value).toBeCloseTo(dpl, 12);
    expect(labelDistance('lp', labels).value).toBeCloseTo(Math.SQRT2 * dpl, 12);
  });

  it.each(names)(
    '%s lies within its bounds, is symmetric but for KL, and blind to the order of labels',
    (name) => {
      const most = { kl: Infinity, js: Math.LN2, lp: Math.SQRT2, tvd: 1, ks: 1 }[name];
      const counts = fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(counts, (cells) => {
          const [favoured, disfavoured] = [cells.map(([a]) => a), cells.map(([, d]) => d)];
          const { value } = labelDistance(name, { favoured, disfavoured });
          if (value === null) return;
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(most + 1e-12);
          const turned = { favoured: favoured.toReversed(), disfavoured: disfavoured.toReversed() };
          expect(labelDistance(name, turned).value).toBeCloseTo(value, 9);
          if (name === 'kl') return;
          expect(labelDistance(name, { favoured: disfavoured, disfavoured: favoured }).value).toBeCloseTo(
            value,
            9,
          );
        }),
      );
    },
  );

  it('has no value for an empty side', () => {
    for (const name of names) {
      expect(labelDistance(name, { favoured: [1, 2], disfavoured: [0, 0] })).toEqual({
        value: null,
        reason: 'no_rows',
      });
    }
  });
});

describe('labelDistanceInterval', () => {
  const random = generator(12);
  it.each(names)('%s: holds the value, narrows with rows, and is none without a value', (name) => {
    const of = (scale: number) => {
      const labels = {
        favoured: [50, 30, 20].map((x) => x * scale),
        disfavoured: [30, 30, 40].map((x) => x * scale),
      };
      return {
        value: labelDistance(name, labels).value!,
        ...labelDistanceInterval(name, labels, { random })!,
      };
    };
    const [few, many] = [of(1), of(20)];
    for (const { low, value, high } of [few, many]) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 2);
    expect(labelDistanceInterval(name, { favoured: [1, 0], disfavoured: [0, 0] }, { random })).toBeNull();
  });

  it('of two labels is the interval of their difference', () => {
    const labels = { favoured: [56, 14], disfavoured: [48, 32] };
    const tvd = labelDistanceInterval('tvd', labels, { random })!;
    // Newcombe 1998, example (a): 0.0524 to 0.3339.
    expect(tvd.low).toBeCloseTo(0.0524, 4);
    expect(tvd.high).toBeCloseTo(0.3339, 4);
    expect(labelDistanceInterval('lp', labels, { random })!.high).toBeCloseTo(Math.SQRT2 * tvd.high, 12);
    const same = { favoured: [50, 50], disfavoured: [50, 50] };
    expect(labelDistanceInterval('ks', same, { random })!.low).toBe(0);
    expect(labelDistanceInterval('js', same, { random })!.low).toBe(0);
  });
});
