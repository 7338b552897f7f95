import type { Finding } from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import { violationsOf } from './violations.js';

const finding = (own: Partial<Finding>): Finding => ({
  ...{
    segment: 'all',
    segmentValue: 'in',
    feature: '',
    facet: '',
    facetValue: '',
    metric: 'psi',
    variant: '',
  },
  ...{ value: 0.5, baselineValue: null, interval: null, threshold: 0.1, p: null, pAdjusted: null },
  ...{ evidence: 'exact', deff: 1, resolution: null, rows: 1, baselineRows: 1, status: 'breached', note: '' },
  ...own,
});

describe('violationsOf', () => {
  it('names the check of each finding of data, once per feature, and leaves the rest', () => {
    const { file, left } = violationsOf('data_quality', [
      finding({ feature: 'a', metric: 'missing_rate', value: 0.2, threshold: 0.1 }),
      finding({ feature: 'a', metric: 'invalid_rate' }),
      finding({ feature: 'b', metric: 'unseen_rate' }),
      finding({ feature: 'c', metric: 'missing_column' }),
      finding({ feature: 'd', metric: 'extra_column' }),
      finding({ feature: 'e', metric: 'negative_rate' }),
      finding({ feature: 'f', metric: 'missing_rate', status: 'ok' }),
    ]);
    expect(
      file.violations.map((v) => `${v['feature_name'] ?? ''} ${v['constraint_check_type'] ?? ''}`),
    ).toEqual([
      'a completeness_check',
      'a data_type_check',
      'b categorical_values_check',
      'c missing_column_check',
      'd extra_column_check',
    ]);
    expect(file.violations[0]!.description).toBe('Data completeness: 80% is below the required 90%');
    expect(file).not.toHaveProperty('version');
    expect(left).toEqual(['negative_rate of e: SageMaker has no check for it']);
  });

  it('tells one shift once per segment value, however many metrics see it', () => {
    const { file } = violationsOf('drift', [
      finding({ feature: 'a', metric: 'psi' }),
      finding({ feature: 'a', metric: 'l_infinity' }),
      finding({ feature: 'a', segment: 'hub', segmentValue: 'ATL' }),
    ]);
    expect(file.violations).toEqual([
      {
        feature_name: 'a',
        constraint_check_type: 'baseline_drift_check',
        description: 'psi distance: 0.5 exceeds threshold: 0.1',
      },
      {
        feature_name: 'a',
        constraint_check_type: 'baseline_drift_check',
        description: 'psi distance: 0.5 exceeds threshold: 0.1 In segment hub=ATL.',
      },
    ]);
  });

  it('says on which side of its threshold a model metric is', () => {
    const { file } = violationsOf('quality', [finding({ metric: 'accuracy', value: 0.7, threshold: 0.8 })]);
    expect(file.violations).toEqual([
      {
        metric_name: 'accuracy',
        constraint_check_type: 'LessThanThreshold',
        description: 'Metric accuracy with 0.7 was below the threshold 0.8',
      },
    ]);
  });

  it('writes bias and attribution in the shape of Clarify', () => {
    const bias = violationsOf('bias', [finding({ facet: 'sex', facetValue: 'f', metric: 'dcacc' })]);
    expect(bias.file).toMatchObject({
      version: '1.0',
      violations: [
        { facet: 'sex', facet_value: 'f', metric_name: 'DCAcc', constraint_check_type: 'bias_drift_check' },
      ],
    });
    const attribution = violationsOf(
      'attribution',
      [
        finding({ metric: 'ndcg', value: 0.6, threshold: 0.9 }),
        finding({ metric: 'attribution_share', feature: 'a' }),
      ],
      { label: 'label1' },
    );
    expect(attribution.file).toMatchObject({
      version: '1.0',
      violations: [
        { label: 'label1', metric_name: 'shap', constraint_check_type: 'feature_attribution_drift_check' },
      ],
    });
    expect(attribution.left).toHaveLength(1);
  });
});
