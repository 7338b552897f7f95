import { describe, expect, it } from 'vitest';
import { generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { bootstrapInterval } from './bootstrap-interval.js';
import { deltaInterval } from './delta-interval.js';
import { moverDifference } from './mover.js';
import { totalVariation } from './total-variation.js';
import { wilson } from './wilson.js';

const share = ([[yes = 0, no = 0] = []]: readonly (readonly number[])[]) =>
  yes + no > 0 ? yes / (yes + no) : null;
const logRatio = ([[a = 0, b = 0] = [], [c = 0, d = 0] = []]: readonly (readonly number[])[]) =>
  a > 0 && c > 0 ? Math.log(a / (a + b) / (c / (c + d))) : null;

describe('deltaInterval', () => {
  it('is the normal interval of a share, and Katz’s of a ratio', () => {
    const z = 1.959963984540054;
    const plain = deltaInterval({ samples: [[30, 70]], statistic: share })!;
    expect((plain.high - plain.low) / 2).toBeCloseTo(z * Math.sqrt((0.3 * 0.7) / 100), 8);
    const ratio = deltaInterval({
      samples: [
        [30, 70],
        [80, 120],
      ],
      statistic: logRatio,
      level: 0.95,
    })!;
    const se = Math.sqrt(1 / 30 - 1 / 100 + 1 / 80 - 1 / 200);
    expect((ratio.high - ratio.low) / 2).toBeCloseTo(z * se, 6);
  });

  it('widens by the root of the design effect, and has none without a value or rows', () => {
    const of = (deff: number) => deltaInterval({ samples: [[30, 70]], statistic: share, deff })!;
    expect(of(4).high - of(4).low).toBeCloseTo(2 * (of(1).high - of(1).low), 10);
    expect(deltaInterval({ samples: [[0, 0]], statistic: share })).toBeNull();
    expect(
      deltaInterval({
        samples: [
          [0, 5],
          [3, 3],
        ],
        statistic: logRatio,
      }),
    ).toBeNull();
    expect(deltaInterval({ samples: [[5, 5], []], statistic: () => 1 })).toBeNull();
  });
});

describe('bootstrapInterval', () => {
  it('is close to the delta interval of a share, and repeats itself for a seed', () => {
    const of = (seed: number) =>
      bootstrapInterval({
        samples: [[3_000, 7_000]],
        statistic: share,
        random: generator(seed),
        times: 2_000,
      })!;
    const delta = deltaInterval({ samples: [[3_000, 7_000]], statistic: share })!;
    expect(of(1).low).toBeCloseTo(delta.low, 2);
    expect(of(1).high).toBeCloseTo(delta.high, 2);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('covers a distance that is clearly there', () => {
    const distance = ([baseline = [], window = []]: readonly (readonly number[])[]) =>
      totalVariation({ baseline, window });
    const random = generator(6);
    const interval = bootstrapInterval({
      samples: [
        [800, 200],
        [300, 200],
      ],
      statistic: distance,
      random,
    })!;
    expect(interval.low).toBeGreaterThan(0.1);
    expect(interval.low).toBeLessThan(0.2);
    expect(interval.high).toBeGreaterThan(0.2);
    expect(interval.high).toBeLessThan(0.3);
  });

  it('has none when the statistic has no value here or in many draws', () => {
    const random = generator(6);
    expect(bootstrapInterval({ samples: [[0, 0]], statistic: share, random })).toBeNull();
    expect(
      bootstrapInterval({
        samples: [
          [1, 99],
          [50, 50],
        ],
        statistic: logRatio,
        random,
      }),
    ).toBeNull();
  });
});

describe('moverDifference', () => {
  it.each(reference.proportions)(
    'with Wilson’s limits is Newcombe’s interval',
    ({ baseline, window, low, high }) => {
      const of = ({ successes, trials }: typeof window) => ({
        value: successes / trials,
        ...wilson(successes / trials, trials, 1.959963984540054),
      });
      const limits = moverDifference(of(window), of(baseline));
      expect(limits.low).toBeCloseTo(low, 9);
      expect(limits.high).toBeCloseTo(high, 9);
    },
  );
});
