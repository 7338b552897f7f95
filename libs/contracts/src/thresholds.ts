import { z } from 'zod';
import { metricNames, type MetricName } from './metrics.js';

const FACTOR_MAX = 100;

/** Fixed bounds of a metric's value. */
const constantThreshold = z
  .strictObject({ kind: z.literal('constant'), upper: z.number().optional(), lower: z.number().optional() })
  .refine(({ upper, lower }) => upper !== undefined || lower !== undefined, {
    message: 'give upper, lower or both',
  })
  .refine(({ upper, lower }) => upper === undefined || lower === undefined || lower < upper, {
    path: ['lower'],
    message: 'must be below upper',
  });

/** Mean ± factor × standard deviation of what the metric is between parts of the baseline, each against the rest. */
const deviationThreshold = z.strictObject({
  kind: z.literal('stddev'),
  factor: z.number().positive().max(FACTOR_MAX).default(3),
});

/** The same by a quantile (0.99 unless another is given), or by a factor as above. */
const autoThreshold = z
  .strictObject({
    kind: z.literal('auto'),
    quantile: z.number().min(0.5).lt(1).optional(),
    factor: z.number().positive().max(FACTOR_MAX).optional(),
  })
  .refine(({ quantile, factor }) => quantile === undefined || factor === undefined, {
    path: ['factor'],
    message: 'give quantile or factor, not both',
  });

/**
 * A limit. A number is a constant on the bad side: an upper bound, or a lower one where less is worse; for the rates of data quality it
 * is the increase over the baseline's rate that is allowed. `auto` and `stddev` are fitted on the baseline itself.
 */
export const thresholdSchema = z.union([
  z.number(),
  z.literal('auto'),
  z.discriminatedUnion('kind', [constantThreshold, deviationThreshold, autoThreshold]),
]);
export type Threshold = z.infer<typeof thresholdSchema>;

/** Limits by metric; `default` is for every distance that has none of its own. */
export const thresholdsSchema = z.partialRecord(z.enum([...metricNames, 'default']), thresholdSchema);
export type Thresholds = Partial<Record<MetricName | 'default', Threshold>>;
