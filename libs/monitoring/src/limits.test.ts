import { describe, expect, it } from 'vitest';
import type { MetricName, Threshold } from '#libs/contracts';
import { monitorBody } from '../../../tests/fixtures/monitoring/cells.js';
import { limitFor, thresholdOf } from './limits.js';

const history = () => ({ values: [0.1, 0.2, 0.3, 0.4, 0.5], of: '5 parts of the baseline' });
const limit = (metric: MetricName, threshold: Threshold | null, value: number | null = 0) =>
  limitFor({ metric, threshold, value, history });

describe('limitFor', () => {
  it.each<
    [string, MetricName, Threshold | null, number | null, { threshold: number | null; floor: boolean }]
  >([
    ['a number bounds from above', 'psi', 0.2, 0.1, { threshold: 0.2, floor: false }],
    ['where less is worse, from below', 'accuracy', 0.8, 0.9, { threshold: 0.8, floor: true }],
    ['a signed metric both ways', 'mean_shift', 0.5, -0.7, { threshold: -0.5, floor: true }],
    ['a signed metric above', 'mean_shift', 0.5, 0.2, { threshold: 0.5, floor: false }],
    [
      'the upper of two bounds',
      'psi',
      { kind: 'constant', lower: 0.1, upper: 0.9 },
      0.8,
      { threshold: 0.9, floor: false },
    ],
    [
      'the lower of two bounds',
      'psi',
      { kind: 'constant', lower: 0.1, upper: 0.9 },
      0.05,
      { threshold: 0.1, floor: true },
    ],
    ['nothing', 'psi', null, 0.05, { threshold: null, floor: false }],
  ])('%s', (_, metric, threshold, value, expected) => {
    expect(limit(metric, threshold, value)).toMatchObject({ ...expected, how: '', unfitted: '' });
  });

  // numpy: quantile(h, 0.99) = 0.496, quantile(h, 0.9) = 0.46, mean(h) = 0.3, std(h) = 0.1414213562.
  it.each<[MetricName, Threshold, number, boolean, string]>([
    ['psi', 'auto', 0.496, false, '99 % quantile over 5 parts of the baseline'],
    ['psi', { kind: 'auto', quantile: 0.9 }, 0.46, false, '90 % quantile'],
    ['psi', { kind: 'auto', factor: 2 }, 0.3 + 2 * Math.SQRT2 * 0.1, false, 'mean and 2 standard deviations'],
    [
      'psi',
      { kind: 'stddev', factor: 3 },
      0.3 + 3 * Math.SQRT2 * 0.1,
      false,
      'mean and 3 standard deviations',
    ],
    ['accuracy', 'auto', 0.104, true, '99 % quantile'],
  ])('%s fitted by %j', (metric, threshold, expected, floor, how) => {
    const found = limit(metric, threshold);
    expect(found.threshold).toBeCloseTo(expected, 12);
    expect(found.floor).toBe(floor);
    expect(found.how).toContain(how);
  });

  it('says when there is nothing to fit on', () => {
    const found = limitFor({
      metric: 'psi',
      threshold: 'auto',
      value: 1,
      history: () => ({ values: [], of: '' }),
    });
    expect(found.threshold).toBeNull();
    expect(found.unfitted).not.toBe('');
  });
});

describe('thresholdOf', () => {
  const settings = monitorBody({
    thresholds: { psi: 0.1, default: 0.9 },
    featureThresholds: { distance: { psi: 0.2 }, weight: { default: 0.7 } },
    segmentThresholds: { origin: { psi: 0.3 }, 'origin=ATL': { psi: 0.4 } },
  });
  it.each([
    ['fare', 'all', 'in', 'psi', 0.1],
    ['distance', 'all', 'in', 'psi', 0.2],
    ['distance', 'origin', 'ORD', 'psi', 0.3],
    ['distance', 'origin', 'ATL', 'psi', 0.4],
    ['distance', 'all', 'in', 'chi2', 0.9],
    ['weight', 'all', 'in', 'chi2', 0.7],
    ['weight', 'all', 'in', 'psi', 0.1],
    ['constructor', 'toString', 'in', 'psi', 0.1],
  ] as const)('%s in %s = %s: %s is %d', (feature, segment, segmentValue, metric, expected) => {
    expect(thresholdOf({ settings, segment, segmentValue, feature }, metric)).toBe(expected);
  });

  it('gives no default where none is wanted', () => {
    const place = { settings, segment: 'all', segmentValue: 'in', feature: 'fare' };
    expect(thresholdOf(place, 'missing_column', { withDefault: false })).toBeNull();
  });
});
