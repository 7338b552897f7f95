import { z } from 'zod';
import {
  attributionMetrics,
  biasMetrics,
  dataQualityMetrics,
  driftMetrics,
  metricNameSchema,
  multivariateMetrics,
  qualityMetrics,
  shareMetrics,
  type MetricName,
} from './metrics.js';
import { durationSchema, nameSchema, textSchema } from './names.js';
import { thresholdsSchema } from './thresholds.js';

export const monitorKinds = [
  'data_quality',
  'drift',
  'prediction_drift',
  'quality',
  'bias',
  'attribution',
  'multivariate_drift',
] as const;
export type MonitorKind = (typeof monitorKinds)[number];

/** kindTitle: a kind in words, for names and headings. */
export const kindTitle = (kind: MonitorKind): string => kind.replaceAll('_', ' ');

/** What each kind of monitor computes; a limit on anything else would never be looked at. */
export const metricsOf: Readonly<Record<MonitorKind, readonly MetricName[]>> = {
  data_quality: [...dataQualityMetrics, ...shareMetrics],
  drift: [...driftMetrics, ...shareMetrics],
  prediction_drift: [...driftMetrics, ...shareMetrics],
  quality: [...qualityMetrics, ...shareMetrics],
  bias: [...biasMetrics, ...shareMetrics],
  attribution: attributionMetrics,
  multivariate_drift: multivariateMetrics,
};

/** What each kind computes when a monitor does not choose: a few, so that one shift is not told in eighteen ways. */
export const defaultMetricsOf: Readonly<Record<MonitorKind, readonly MetricName[]>> = {
  data_quality: ['missing_rate', 'invalid_rate', 'unseen_rate', 'missing_column', 'share_loss'],
  drift: ['psi', 'kolmogorov_smirnov', 'wasserstein_normalised', 'jensen_shannon', 'chi2'],
  prediction_drift: [
    'psi',
    'kolmogorov_smirnov',
    'wasserstein_normalised',
    'jensen_shannon',
    'chi2',
    'share_loss',
  ],
  quality: [...qualityMetrics, ...shareMetrics],
  bias: [...biasMetrics, ...shareMetrics],
  attribution: attributionMetrics,
  multivariate_drift: multivariateMetrics,
};

export const severities = ['warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** How p-values are adjusted: Benjamini–Hochberg, or Benjamini–Yekutieli, which holds for any dependence and costs power. */
export const corrections = ['bh', 'by'] as const;

/** Of monitors of kind `bias`. A limit is how far a metric may be from its neutral point: 0, or 1 for ratios, whose limit is a ratio (0.8). */
const biasMonitorSchema = z.strictObject({
  /** Null: all facets of the model and their intersections (named `sex × age`). */
  facets: z.array(textSchema).max(30).nullable().default(null),
  /** `baseline`: a limit is how much farther from neutral than the baseline; `fixed`: how far from neutral at all. */
  against: z.enum(['baseline', 'fixed']).default('baseline'),
  /** Rows that each of the two groups must have. */
  minGroupRows: z.int().min(1).default(50),
});
export type BiasMonitorSettings = z.infer<typeof biasMonitorSchema>;

export const attributionAggregates = ['mean_abs', 'median', 'mean_square'] as const;
export type AttributionAggregate = (typeof attributionAggregates)[number];

/** Of monitors of kind `attribution`. */
const attributionMonitorSchema = z.strictObject({
  /** How the importance of a feature is made from the attributions of rows. */
  aggregate: z.enum(attributionAggregates).default('mean_abs'),
  /** Importance per feature at training, where the baseline's rows have no attributions. */
  weights: z.record(textSchema, z.number().min(0)).optional(),
});
export type AttributionMonitorSettings = z.infer<typeof attributionMonitorSchema>;

export const monitorBodySchema = z.strictObject({
  name: z.string().min(1).max(128),
  kind: z.enum(monitorKinds),
  model: nameSchema,
  version: nameSchema,
  enabled: z.boolean().default(true),
  /** Null: the newest baseline of the version. */
  baseline: z.string().nullable().default(null),
  window: z
    .strictObject({
      /** P1D is a day in the model's time zone; otherwise a whole number of buckets that divides a day. */
      every: durationSchema.default('P1D'),
      /** Length of a window when it is longer than the step `every`: then windows overlap. Whole steps; null: as long as the step. */
      size: durationSchema.nullable().default(null),
      /** Instead of by time, a window ends with the first bucket that brings it to this many rows. */
      rows: z.int().min(1).max(1_000_000_000).nullable().default(null),
      /** Waited after the window's end before it is evaluated. */
      settle: durationSchema.default('PT1H'),
      /** Evaluated even though ingest lags behind, after it has lagged this long; the findings say so. */
      maxWait: durationSchema.default('PT6H'),
    })
    .default({ every: 'P1D', size: null, rows: null, settle: 'PT1H', maxWait: 'PT6H' }),
  /** Null: all segments of the model. `all` is always included. */
  segments: z.array(nameSchema).max(50).nullable().default(null),
  /** Null: every monitored feature. */
  features: z.array(textSchema).max(2_000).nullable().default(null),
  /** Null: the default ones of the kind. A metric with a threshold is always computed. */
  metrics: z.array(metricNameSchema).min(1).max(50).nullable().default(null),
  /** Only metrics with a threshold can breach; the others are reported. */
  thresholds: thresholdsSchema.default({}),
  /** Overrides per feature. */
  featureThresholds: z.record(textSchema, thresholdsSchema).default({}),
  /** Overrides per segment (`origin`) or segment value (`origin=ATL`); they come before those of a feature. */
  segmentThresholds: z.record(z.string().min(1).max(400), thresholdsSchema).default({}),
  /** Data quality: values outside of these bounds (both inclusive) are out of range; else those outside of the baseline's. */
  ranges: z
    .record(
      textSchema,
      z
        .strictObject({ from: z.number().optional(), to: z.number().optional() })
        .refine(({ from = -Infinity, to = Infinity }) => from <= to, {
          message: 'from must not be above to',
        }),
    )
    .default({}),
  /** False discovery rate over features × segment values of one evaluation. */
  level: z.number().gt(0).lt(1).default(0.05),
  correction: z.enum(corrections).default('bh'),
  minRows: z.int().min(1).default(200),
  severity: z.enum(severities).default('warning'),
  bias: biasMonitorSchema.optional(),
  attribution: attributionMonitorSchema.optional(),
});
export type MonitorBody = z.infer<typeof monitorBodySchema>;
