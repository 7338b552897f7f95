import { describe, expect, it } from 'vitest';
import reference from '../../../../tests/fixtures/stats/bias.json' with { type: 'json' };
import { deltaInterval } from '../delta-interval.js';
import { newcombeInterval } from '../two-proportions.js';
import { conditionalDisparity, conditionalDisparityInterval } from './conditional-disparity.js';

describe('conditionalDisparity', () => {
  it.each(reference.disparities)('equals the formula: $name', ({ subgroups, value, covered }) => {
    const result = conditionalDisparity(subgroups);
    if (value === null) expect(result.value).toBeNull();
    else expect(result.value).toBeCloseTo(value, 12);
    expect(result.covered).toBeCloseTo(covered, 12);
    expect(conditionalDisparity(subgroups.toReversed()).covered).toBe(result.covered);
  });

  it('says why there is no value', () => {
    const [all, none] = [
      { accepted: 5, rejected: 0 },
      { accepted: 0, rejected: 0 },
    ];
    expect(conditionalDisparity([])).toMatchObject({ value: null, reason: 'no_rows' });
    expect(conditionalDisparity([{ favoured: all, disfavoured: none }])).toMatchObject({ reason: 'no_rows' });
    expect(conditionalDisparity([{ favoured: all, disfavoured: all }])).toMatchObject({
      reason: 'zero_denominator',
    });
  });

  it('sees through a mixture: departments differ, not the sides', () => {
    const department = (accepted: number, rejected: number, share: number) => ({
      favoured: { accepted: accepted * (1 - share), rejected: rejected * (1 - share) },
      disfavoured: { accepted: accepted * share, rejected: rejected * share },
    });
    expect(conditionalDisparity([department(800, 200, 0.1), department(200, 800, 0.6)]).value).toBeCloseTo(
      0,
      12,
    );
  });
});

describe('conditionalDisparityInterval', () => {
  it("is Newcombe's interval for one subgroup: a difference of two shares", () => {
    const subgroup = {
      favoured: { accepted: 680, rejected: 540 },
      disfavoured: { accepted: 320, rejected: 460 },
    };
    const { low, high } = conditionalDisparityInterval([subgroup])!;
    const newcombe = newcombeInterval({
      baseline: { successes: 320, trials: 1_000 },
      window: { successes: 460, trials: 1_000 },
    })!;
    expect(low).toBeCloseTo(newcombe.low, 12);
    expect(high).toBeCloseTo(newcombe.high, 12);
  });

  it('is close to the delta method over all cells for many rows', () => {
    const { subgroups } = reference.disparities.find(({ name }) => name === 'departments')!;
    const cells = subgroups.flatMap(({ favoured: a, disfavoured: d }) =>
      [a.accepted, a.rejected, d.accepted, d.rejected].map((count) => 1_000 * count),
    );
    const gather = (counts: readonly number[]) =>
      subgroups.map((_, i) => {
        const [a = 0, b = 0, c = 0, d = 0] = counts.slice(4 * i, 4 * i + 4);
        return { favoured: { accepted: a, rejected: b }, disfavoured: { accepted: c, rejected: d } };
      });
    const delta = deltaInterval({
      samples: [cells],
      statistic: ([counts = []]) => conditionalDisparity(gather(counts)).value,
    })!;
    const { low, high } = conditionalDisparityInterval(gather(cells))!;
    expect((high - low) / (delta.high - delta.low)).toBeCloseTo(1, 2);
    expect((high + low) / 2).toBeCloseTo((delta.high + delta.low) / 2, 4);
  });

  it('leaves out the same subgroups, and has none without a value', () => {
    const usable = { favoured: { accepted: 40, rejected: 30 }, disfavoured: { accepted: 20, rejected: 35 } };
    const everybody = { favoured: { accepted: 9, rejected: 0 }, disfavoured: { accepted: 9, rejected: 0 } };
    expect(conditionalDisparityInterval([usable, everybody])).toEqual(conditionalDisparityInterval([usable]));
    expect(conditionalDisparityInterval([everybody])).toBeNull();
    expect(conditionalDisparityInterval([])).toBeNull();
  });
});
