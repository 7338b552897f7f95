import { biasMetrics, type MetricName } from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import { findingOf, where } from '../../../../tests/fixtures/monitoring/cells.js';
import { facetPlan } from '../../../../tests/fixtures/monitoring/facets.js';
import { biasSentence, hasBiasWords, namesFor } from './bias-words.js';

const plan = facetPlan({
  facets: [{ name: 'sex', feature: 'sex', disfavoured: ['f'], names: { f: 'women' }, favouredName: 'men' }],
});
const finding = (metric: MetricName, changes: object = {}) =>
  findingOf({
    metric,
    ...{ feature: '', facet: 'sex', facetValue: 'women', rows: 8_210, threshold: 0.14, baselineValue: 0.04 },
    ...{ value: 0.14, interval: { low: 0.11, high: 0.17 } },
    ...changes,
  });
const tell = (metric: MetricName, changes: object = {}) => {
  const one = finding(metric, changes);
  return biasSentence(one, namesFor(plan, one), 'all rows');
};

describe('biasSentence', () => {
  it('says who got what how much less often, with baseline, limit, interval and rows', () => {
    expect(tell('dppl')).toBe(
      "women got 'yes' 14 points less often than men for all rows (baseline 4, limit 14), 95 % interval 11 to 17, 8,210 decisions",
    );
  });

  it('turns with the sign, and the numbers with it', () => {
    expect(tell('dppl', { value: -0.14, threshold: -0.1, interval: { low: -0.17, high: -0.11 } })).toBe(
      "women got 'yes' 14 points more often than men for all rows (baseline -4, limit 10), 95 % interval 11 to 17, 8,210 decisions",
    );
  });

  it('tells a ratio as a ratio', () => {
    const ratio = { value: 0.5, baselineValue: 0.9, threshold: 0.72, interval: { low: 0.4, high: 0.6 } };
    expect(tell('di', ratio)).toBe(
      "women got 'yes' 0.5 times as often as men for all rows (baseline 0.9, limit 0.72), 95 % interval 0.4 to 0.6, 8,210 decisions",
    );
  });

  it.each(biasMetrics)('has words for %s, in both directions', (metric) => {
    expect(hasBiasWords(metric)).toBe(true);
    for (const value of [0.5, -0.5])
      expect(tell(metric, { value })).toMatch(/^[a-z].+ for all rows .+ 8,210 /);
  });

  // Read from the formulas: positive is against the disfavoured group, but where the group is ahead in being right.
  it.each([
    ['rd', /women who should have been accepted were accepted 14 points less often than men/],
    ['sd', /women who should have been rejected were rejected 14 points more often than men/],
    ['dar', /acceptances of women were right 14 points less often/],
    ['drr', /rejections of women were right 14 points more often/],
    ['ad', /decisions about women were right 14 points less often/],
    ['te', /errors about women were more often wrong rejections/],
    ['cddpl', /women are 14 points more of the rejected than of the accepted/],
  ] as const)('%s', (metric, sentence) => expect(tell(metric)).toMatch(sentence));

  it('speaks in general words of facets that the model no longer has', () => {
    const one = finding('dppl', where('region', 'south'));
    expect(biasSentence(one, namesFor(null, one), 'region = south')).toMatch(
      /^women got the favourable outcome 14 points less often than the favoured group for region = south/,
    );
  });
});
