import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/reference.json' with { type: 'json' };
import { newcombeInterval, twoProportionTest } from './two-proportions.js';

const name = (c: (typeof reference.proportions)[number]) =>
  `${c.window.successes}/${c.window.trials} against ${c.baseline.successes}/${c.baseline.trials}`;
const cases = reference.proportions.map((c) => ({ ...c, name: name(c) }));

describe('newcombeInterval', () => {
  it.each(cases)('agrees with the reference: $name', ({ baseline, window, low, high }) => {
    const interval = newcombeInterval({ baseline, window })!;
    expect(interval.low).toBeCloseTo(low, 9);
    expect(interval.high).toBeCloseTo(high, 9);
  });

  it('widens with the design effect as with that many fewer rows', () => {
    const of = (scale: number, deff: number) =>
      newcombeInterval({
        baseline: { successes: 80 * scale, trials: 100 * scale },
        window: { successes: 7 * scale, trials: 10 * scale },
        deff,
      })!;
    expect(of(4, 4).low).toBeCloseTo(of(1, 1).low, 12);
    expect(of(4, 4).high).toBeCloseTo(of(1, 1).high, 12);
  });
});

describe('twoProportionTest', () => {
  it.each(cases)('agrees with the reference: $name', ({ baseline, window, z, p }) => {
    expect(twoProportionTest({ baseline, window })!.z).toBeCloseTo(z, 9);
    for (const alternative of ['two-sided', 'less', 'greater'] as const) {
      expect(twoProportionTest({ baseline, window, alternative })!.p).toBeCloseTo(p[alternative], 9);
    }
  });

  it('divides z by the root of the design effect', () => {
    const [{ baseline, window, z }] = cases as [(typeof cases)[number]];
    expect(twoProportionTest({ baseline, window, deff: 4 })!.z).toBeCloseTo(z / 2, 9);
  });
});

describe.each([twoProportionTest, newcombeInterval])('%o', (statistic) => {
  const half = { successes: 5, trials: 10 };
  it('is undefined for an empty sample and refuses impossible counts', () => {
    expect(statistic({ baseline: half, window: { successes: 0, trials: 0 } })).toBeNull();
    expect(() => statistic({ baseline: half, window: { successes: 3, trials: 2 } })).toThrow(RangeError);
  });
});

it('twoProportionTest has nothing to test when nothing varies', () => {
  const every = { successes: 10, trials: 10 };
  expect(twoProportionTest({ baseline: every, window: every })).toBeNull();
});
