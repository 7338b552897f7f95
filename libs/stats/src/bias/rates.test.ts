import { describe, expect, it } from 'vitest';
import reference from '../../../../tests/fixtures/stats/bias.json' with { type: 'json' };
import { facetCounts } from './facets.js';
import { rateSpread, type SpreadName } from './rate-spread.js';
import { groupRates, type RateName } from './rates.js';

const { groups, spread } = reference.frame;

describe('groupRates', () => {
  it.each(groups)("equal Fairlearn's MetricFrame: group $name", ({ confusion, rates }) => {
    const table = groupRates(facetCounts(confusion));
    for (const [rate, expected] of Object.entries(rates) as [RateName, number][]) {
      const row = table.find((own) => own.rate === rate)!;
      expect(row.value).toBeCloseTo(expected, 12);
      expect(row.low!).toBeLessThanOrEqual(expected + 1e-12);
      expect(row.high!).toBeGreaterThanOrEqual(expected - 1e-12);
    }
  });

  it('has no value where a group has no rows for a rate', () => {
    const table = groupRates(facetCounts({ tp: 0, fp: 3, tn: 4, fn: 0 }));
    expect(table.find(({ rate }) => rate === 'true_positive')).toEqual({
      rate: 'true_positive',
      trials: 0,
      value: null,
      low: null,
      high: null,
    });
    expect(table.find(({ rate }) => rate === 'false_positive')!.value).toBeCloseTo(3 / 7, 12);
  });
});

describe('rateSpread', () => {
  it.each(Object.entries(spread) as [SpreadName, number][])(
    'equals Fairlearn over five groups: %s',
    (name, expected) => {
      const counts = groups.map(({ confusion }) => facetCounts(confusion));
      expect(rateSpread(name, counts).value).toBeCloseTo(expected, 12);
      expect(rateSpread(name, counts.toReversed()).value).toBeCloseTo(expected, 12);
    },
  );

  it('leaves out a group without rows for the rate, and needs two others', () => {
    const [first, second] = [
      facetCounts({ tp: 5, fp: 5, tn: 5, fn: 5 }),
      facetCounts({ tp: 8, fp: 2, tn: 8, fn: 2 }),
    ];
    const unlabelled = facetCounts({ tp: 0, fp: 4, tn: 4, fn: 0 });
    expect(rateSpread('equal_opportunity_difference', [first, second, unlabelled]).value).toBeCloseTo(
      0.3,
      12,
    );
    expect(rateSpread('equal_opportunity_difference', [first, unlabelled])).toEqual({
      value: null,
      reason: 'no_rows',
    });
    expect(rateSpread('equalised_odds_difference', [first, unlabelled]).value).toBeNull();
    expect(rateSpread('demographic_parity_ratio', [])).toEqual({ value: null, reason: 'no_rows' });
  });
});
