import { describe, expect, it } from 'vitest';
import reference from '../../../../tests/fixtures/stats/bias.json' with { type: 'json' };
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
  it('is the exact delta interval for one subgroup: a difference of two shares', () => {
    const subgroup = {
      favoured: { accepted: 680, rejected: 540 },
      disfavoured: { accepted: 320, rejected: 460 },
    };
    const { low, high } = conditionalDisparityInterval([subgroup])!;
    const se = Math.sqrt((0.46 * 0.54) / 1_000 + (0.32 * 0.68) / 1_000);
    expect((high - low) / 2).toBeCloseTo(1.959964 * se, 5);
    expect((high + low) / 2).toBeCloseTo(0.14, 10);
  });

  it('leaves out the same subgroups, and has none without a value', () => {
    const usable = { favoured: { accepted: 40, rejected: 30 }, disfavoured: { accepted: 20, rejected: 35 } };
    const everybody = { favoured: { accepted: 9, rejected: 0 }, disfavoured: { accepted: 9, rejected: 0 } };
    expect(conditionalDisparityInterval([usable, everybody])).toEqual(conditionalDisparityInterval([usable]));
    expect(conditionalDisparityInterval([everybody])).toBeNull();
    expect(conditionalDisparityInterval([])).toBeNull();
  });
});
