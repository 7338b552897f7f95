import { describe, expect, test } from 'vitest';
import type { MetricName } from './metrics.js';
import { metricsOf, monitorKinds, type MonitorKind } from './monitors.js';
import { limitFault, type LimitPlace } from './threshold-rules.js';
import type { Threshold } from './thresholds.js';

const FORMS: Record<string, Threshold> = {
  number: 0.5,
  constant: { kind: 'constant', upper: 0.5, lower: 0.1 },
  auto: 'auto',
  quantile: { kind: 'auto', quantile: 0.9 },
  stddev: { kind: 'stddev', factor: 3 },
};
const PLACES: Record<string, LimitPlace> = {
  monitor: { of: 'monitor' },
  feature: { of: 'feature' },
  segment: { of: 'segment', key: 'origin=ATL' },
};

/** Forms that each kind's main metric is held against, by place; the others are refused. */
const ALL = Object.keys(FORMS);
const MAIN: Record<
  MonitorKind,
  { metric: MetricName; monitor: string[]; feature: string[]; segment: string[]; byDefault: boolean }
> = {
  data_quality: { metric: 'missing_rate', monitor: ALL, feature: ALL, segment: ALL, byDefault: true },
  drift: { metric: 'psi', monitor: ALL, feature: ALL, segment: ALL, byDefault: true },
  prediction_drift: { metric: 'psi', monitor: ALL, feature: ALL, segment: ALL, byDefault: true },
  quality: { metric: 'accuracy', monitor: ALL, feature: [], segment: ALL, byDefault: true },
  bias: { metric: 'dppl', monitor: ['number'], feature: ['number'], segment: ['number'], byDefault: false },
  attribution: {
    ...{ metric: 'attribution_share', monitor: ['number'], feature: ['number'], segment: ['number'] },
    byDefault: false,
  },
  multivariate_drift: {
    ...{ metric: 'pca_reconstruction_error', monitor: ALL, feature: [], segment: ALL, byDefault: true },
  },
};

describe.each(monitorKinds)('%s', (kind) => {
  const { metric, byDefault, ...taken } = MAIN[kind];

  test.each(['monitor', 'feature', 'segment'] as const)('takes the forms it can hold, of a %s', (place) => {
    const fits = ALL.filter(
      (form) => limitFault(kind, { metric, threshold: FORMS[form]!, place: PLACES[place]! }) === null,
    );
    expect(fits).toEqual(taken[place]);
  });

  test(byDefault ? 'takes a default' : 'takes no default', () => {
    const fault = limitFault(kind, { metric: 'default', threshold: 'auto', place: { of: 'monitor' } });
    expect(fault === null).toBe(byDefault);
  });

  test('takes a number for every metric', () => {
    for (const one of metricsOf[kind])
      expect(limitFault(kind, { metric: one, threshold: 0.5, place: { of: 'monitor' } })).toBeNull();
  });
});

test.each<{ kind: MonitorKind; metric: MetricName; threshold: Threshold; place: LimitPlace; says: RegExp }>([
  {
    kind: 'data_quality',
    metric: 'volume',
    threshold: 'auto',
    place: { of: 'feature' },
    says: /rows as a whole/,
  },
  {
    kind: 'data_quality',
    metric: 'constant',
    threshold: 'auto',
    place: { of: 'monitor' },
    says: /nothing can be fitted/,
  },
  { kind: 'attribution', metric: 'ndcg', threshold: 0.9, place: { of: 'feature' }, says: /rows as a whole/ },
  {
    ...{ kind: 'multivariate_drift', metric: 'domain_classifier_auc', threshold: 'auto' },
    ...{ place: { of: 'monitor' }, says: /a sample of rows/ },
  },
  {
    ...{ kind: 'multivariate_drift', metric: 'correlation_drift', threshold: 0.2 },
    ...{ place: { of: 'segment', key: 'origin' }, says: /all rows only/ },
  },
  {
    kind: 'quality',
    metric: 'accuracy',
    threshold: 0.9,
    place: { of: 'feature' },
    says: /looks at rows as a whole/,
  },
])('$kind: $metric of a $place.of says what to do', ({ kind, says, ...limit }) => {
  expect(limitFault(kind, limit)).toMatch(says);
});
