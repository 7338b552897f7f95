import { describe, expect, it } from 'vitest';
import { driftMetrics, metricNames } from './metrics.js';
import { sageMakerCheckOf, sageMakerChecks } from './sagemaker.js';

describe('sageMakerCheckOf', () => {
  it('reaches every check', () => {
    const reached = new Set(metricNames.map(sageMakerCheckOf).filter((check) => check !== null));
    expect([...reached].toSorted()).toEqual([...sageMakerChecks].toSorted());
  });

  it('calls every distance of a whole distribution drift, and nothing else', () => {
    const drift = metricNames.filter((metric) => sageMakerCheckOf(metric) === 'baseline_drift_check');
    const statistics = ['mean_shift', 'std_shift', 'quantile_shift'];
    expect(drift).toEqual(driftMetrics.filter((metric) => !statistics.includes(metric)));
  });
});
