import { describe, expect, it } from 'vitest';
import { METRICS_REVISION, withMetricNow, withMetricsNow } from './former-metrics.js';
import { monitorBodySchema } from './monitors.js';

const body = {
  name: 'drift',
  kind: 'drift',
  model: 'm',
  version: '1',
  metrics: ['chi2', 'psi', 'g_test'],
  thresholds: { chi2: 2, psi: 0.2, default: 'auto' },
  featureThresholds: { chi2: { chi2: { kind: 'stddev', factor: 3 } } },
  segmentThresholds: { 'origin=ATL': { g_test: 4 } },
};

describe('withMetricsNow', () => {
  it('gives limits of the former version the names that their meaning has now, wherever they stand', () => {
    const now = withMetricsNow(body, 1);
    expect(now).toMatchObject({
      metrics: ['chi2_per_df', 'psi', 'g_test_per_df'],
      thresholds: { chi2_per_df: 2, psi: 0.2, default: 'auto' },
      featureThresholds: { chi2: { chi2_per_df: { kind: 'stddev', factor: 3 } } },
      segmentThresholds: { 'origin=ATL': { g_test_per_df: 4 } },
    });
    expect(Object.keys((now as typeof body).thresholds)).not.toContain('chi2');
    expect(monitorBodySchema.safeParse(now).success).toBe(true);
  });

  it('leaves what is written today, and what chooses nothing', () => {
    expect(withMetricsNow(body, METRICS_REVISION)).toBe(body);
    const plain = { name: 'drift', kind: 'drift', model: 'm', version: '1', metrics: null };
    expect(withMetricsNow(plain, 1)).toEqual(plain);
  });

  it.each([null, 7, 'text', [], { thresholds: 7, metrics: 'chi2' }])('lets the schema refuse %j', (wrong) => {
    expect(withMetricsNow(wrong, 1)).toEqual(wrong);
  });
});

it.each([
  { metric: 'chi2', variant: 'two-sample-per-df', now: 'chi2_per_df' },
  { metric: 'g_test', variant: 'two-sample-per-df', now: 'g_test_per_df' },
  { metric: 'chi2', variant: 'two-sample', now: 'chi2' },
  { metric: 'chi2_per_df', variant: 'two-sample-per-df', now: 'chi2_per_df' },
  { metric: 'psi', variant: '10-cells', now: 'psi' },
] as const)('a finding of $metric, $variant, is $now', ({ now, ...finding }) => {
  expect(withMetricNow(finding)).toEqual({ ...finding, metric: now });
});
