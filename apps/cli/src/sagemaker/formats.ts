import { z } from 'zod';

const must = (what: string) => ({ error: `must be ${what}` });
const text = z.string(must('a text'));
/** Values that could not be computed are written as texts (`"NaN"`) or left out. */
const number = z
  .union([z.number(), z.string(), z.null()], must('a number'))
  .transform((value) => {
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : null;
  })
  .optional();
const count = z.number(must('a number of values')).min(0, must('a number of values'));
const list = <T extends z.ZodType>(item: T) => z.array(item, must('a list'));
const object = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape, must('an object'));
/** zod words unknown keys itself; everything else is worded here. */
const version = z
  .union([z.number(), z.string()])
  .refine((value) => Number(value) === 0, must('0, the only version of this format'))
  .optional();

const common = object({ num_present: count, num_missing: count.optional() });
const kll = object({
  buckets: list(object({ lower_bound: number, upper_bound: number, count })).optional(),
  sketch: object({
    parameters: object({ c: number, k: number }).optional(),
    data: list(list(z.number(must('a number')))),
  }).optional(),
});

/** statisticsSchema: statistics.json. */
export const statisticsSchema = object({
  version,
  dataset: object({ item_count: count }).optional(),
  features: list(
    object({
      name: text,
      inferred_type: text,
      numerical_statistics: object({
        common,
        mean: number,
        sum: number,
        std_dev: number,
        min: number,
        max: number,
        distribution: object({ kll: kll.optional() }).optional(),
      }).optional(),
      string_statistics: object({
        common,
        distinct_count: number,
        distribution: object({
          categorical: object({ buckets: list(object({ value: text, count })) }).optional(),
        }).optional(),
      }).optional(),
    }),
  ),
});
export type Statistics = z.output<typeof statisticsSchema>;
export type StatisticsFeature = Statistics['features'][number];

const onOff = z.enum(['Enabled', 'Disabled'], must(`'Enabled' or 'Disabled'`)).optional();
const share = z.number(must('a share')).min(0, must('a share')).max(1, must('a share')).optional();
const distance = z.number(must('a distance')).min(0, must('a distance')).optional();

const checks = {
  evaluate_constraints: onOff,
  emit_metrics: onOff,
  datatype_check_threshold: share,
  domain_content_threshold: share,
  distribution_constraints: object({
    perform_comparison: onOff,
    comparison_threshold: distance,
    comparison_method: z.enum(['Simple', 'Robust'], must(`'Simple' or 'Robust'`)).optional(),
    categorical_comparison_threshold: distance,
    categorical_drift_method: z
      .enum(['LInfinity', 'ChiSquared'], must(`'LInfinity' or 'ChiSquared'`))
      .optional(),
  }).optional(),
};

/** constraintsSchema: constraints.json of a data-quality monitor. */
export const constraintsSchema = object({
  version,
  features: list(
    object({
      name: text,
      inferred_type: text,
      completeness: share,
      num_constraints: object({ is_non_negative: z.boolean(must('true or false')).optional() }).optional(),
      string_constraints: object({ domains: list(text).optional() }).optional(),
      monitoringConfigOverrides: object(checks).optional(),
    }),
  ),
  monitoring_config: object(checks).optional(),
});
export type Constraints = z.output<typeof constraintsSchema>;
export type CheckSettings = NonNullable<Constraints['monitoring_config']>;

const PROBLEMS = ['regression', 'binary_classification', 'multiclass_classification'] as const;
const qualityMetrics = z
  .record(
    z.string(),
    object({
      threshold: number,
      comparison_operator: z.enum(
        ['LessThanThreshold', 'GreaterThanThreshold'],
        must(`'LessThanThreshold' or 'GreaterThanThreshold'`),
      ),
      additional_properties: z.unknown().optional(),
    }),
  )
  .optional();

/** qualitySchema: constraints.json of a model-quality monitor. */
export const qualitySchema = object({
  version,
  regression_constraints: qualityMetrics,
  binary_classification_constraints: qualityMetrics,
  multiclass_classification_constraints: qualityMetrics,
}).refine((file) => PROBLEMS.some((problem) => file[`${problem}_constraints`] !== undefined), {
  error: `must hold one of ${PROBLEMS.map((problem) => `${problem}_constraints`).join(', ')}`,
});
export type QualityConstraints = z.output<typeof qualitySchema>;

const biasPart = object({
  label: text.optional(),
  label_value_or_threshold: z.union([z.string(), z.number()]).transform(String).optional(),
  facets: z.record(
    z.string(),
    list(
      object({
        value_or_threshold: z.union([z.string(), z.number()]).transform(String),
        metrics: list(
          object({
            name: text,
            description: z.unknown().optional(),
            value: number,
            error: z.unknown().optional(),
          }),
        ),
      }),
    ),
    must('an object of facets'),
  ),
});

const analysisVersion = z
  .union([z.number(), z.string()])
  .refine((value) => Number(value) === 1, must('1.0, the only version of this format'))
  .optional();

/** analysisSchema: analysis.json of Clarify: bias, explanations, or both. */
export const analysisSchema = object({
  version: analysisVersion,
  pre_training_bias_metrics: biasPart.optional(),
  post_training_bias_metrics: biasPart.optional(),
  explanations: object({
    kernel_shap: z
      .record(
        z.string(),
        object({
          global_shap_values: z.record(z.string(), number),
          expected_value: z.unknown().optional(),
        }),
      )
      .optional(),
  }).optional(),
});
export type Analysis = z.output<typeof analysisSchema>;
export type BiasPart = NonNullable<Analysis['pre_training_bias_metrics']>;
