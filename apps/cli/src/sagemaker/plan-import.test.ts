import { readFileSync } from 'node:fs';
import {
  monitorBodySchema,
  statisticsBaselineSchema,
  modelBodySchema,
  type MonitorKind,
} from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import {
  analysisSchema,
  constraintsSchema,
  qualitySchema,
  statisticsSchema,
  type Statistics,
} from './formats.js';
import { parseDocument } from './json-file.js';
import { planImport, type Files, type ImportTarget } from './plan-import.js';

const folder = new URL('../../../../tests/fixtures/sagemaker/', import.meta.url);
const text = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const statistics = parseDocument(text('statistics.json'), 'statistics.json', statisticsSchema).value;
const constraints = parseDocument(text('constraints.json'), 'constraints.json', constraintsSchema).value;
const quality = parseDocument(text('model-quality.json'), 'model-quality.json', qualitySchema).value;
const analysis = parseDocument(text('analysis.json'), 'analysis.json', analysisSchema).value;

const all: Files = {
  statistics,
  constraints,
  quality,
  bias: analysis,
  explainability: analysis,
  ignored: [],
};
const none: Files = {
  ...all,
  statistics: null,
  constraints: null,
  quality: null,
  bias: null,
  explainability: null,
};
const target: ImportTarget = {
  ...{ model: 'm', version: '1', baseline: 'sagemaker', source: 'statistics.json', known: [] },
  roles: { score: 'score' },
};
const plan = planImport(all, target);
const baseline = plan.baseline!;
const feature = (name: string) => baseline.features.find((each) => each.name === name)!;
const monitor = (kind: MonitorKind, of = plan) => of.monitors.find(({ body }) => body.kind === kind)!.body;
const whys = (of = plan) => of.report.notCarried.map(({ what, why }) => `${what}: ${why}`);
const fileOf = (change: (file: Statistics) => void): Files => {
  const copy = structuredClone(statistics);
  change(copy);
  return { ...none, statistics: copy };
};

describe('the baseline', () => {
  it('is one that the API takes, with every row in one place of each feature', () => {
    expect(statisticsBaselineSchema.parse(baseline)).toEqual(baseline);
    expect(baseline.rows).toBe(4_000);
    expect(baseline.features.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'prediction.score numeric',
      'age numeric',
      'income numeric',
      'plan categorical',
      'note identifier',
    ]);
  });

  it('takes about a hundred bins of equal mass from a sketch, and the ten buckets where there is none', () => {
    const score = feature('prediction.score');
    if (score.kind !== 'numeric') throw new Error('score is numeric');
    expect(score.edges.length).toBeGreaterThan(90);
    expect(Math.max(...score.counts)).toBeLessThan(0.03 * baseline.rows);
    const income = feature('income');
    if (income.kind !== 'numeric') throw new Error('income is numeric');
    const buckets = statistics.features[2]!.numerical_statistics!.distribution!.kll!.buckets!;
    expect(income.edges).toEqual(buckets.map(({ lower_bound }) => lower_bound));
    expect(income.counts).toEqual(buckets.map(({ count }) => count));
  });

  it('keeps ranks of the sketch to within its own steps, and the moments exactly', () => {
    const age = feature('age');
    if (age.kind !== 'numeric') throw new Error('age is numeric');
    const { mean, std_dev: std } = statistics.features[1]!.numerical_statistics!;
    const present = age.counts.reduce((a, b) => a + b, 0);
    expect(age.sum / present).toBeCloseTo(mean!, 9);
    expect(Math.sqrt(age.sumSquares / present - (age.sum / present) ** 2)).toBeCloseTo(std!, 6);
    // Uniform over 63 whole years: below 49 lie 31 of them.
    const below = age.counts.reduce((sum, count, i) => sum + (age.edges[i]! < 49 ? count : 0), 0);
    expect(below / present).toBeCloseTo(31 / 63, 1);
  });

  it('folds buckets with equal bounds: a constant is one bin', () => {
    const constant = fileOf(({ features }) => {
      const numbers = features[2]!.numerical_statistics!;
      Object.assign(numbers, { min: 5, max: 5, mean: 5, sum: 20_000, std_dev: 0 });
      numbers.distribution = {
        kll: {
          buckets: Array.from({ length: 10 }, (_, i) => ({
            lower_bound: 5,
            upper_bound: 5,
            count: i === 9 ? 4_000 : 0,
          })),
        },
      };
    });
    const income = planImport(constant, target).baseline!.features.find(({ name }) => name === 'income')!;
    expect(income).toMatchObject({ edges: [5], max: 5, counts: [4_000], sumSquares: 100_000 });
  });

  it('reads older files: no item count, numbers as texts, ratios of an older sketch', () => {
    const older = fileOf((file) => delete file.dataset);
    expect(planImport(older, target).baseline!.rows).toBe(4_000);
    const asText = parseDocument(
      text('statistics.json').replace('"std_dev": 0', '"std_dev": "NaN", "x": 0'),
      's',
      statisticsSchema,
    );
    expect(asText.ignored).toContain('features[0].numerical_statistics.x');
  });

  it.each<[string, (file: Statistics) => void, string]>([
    [
      'no distribution',
      ({ features }) => delete features[2]!.numerical_statistics!.distribution,
      'no distribution',
    ],
    [
      'buckets out of order',
      ({ features }) => features[2]!.numerical_statistics!.distribution!.kll!.buckets!.reverse(),
      'not in order',
    ],
    ['more values than rows', (file) => (file.dataset!.item_count = 10), '4000 values in 10 rows'],
  ])('leaves a feature with %s out and says why', (_, change, why) => {
    expect(whys(planImport(fileOf(change), target)).join('\n')).toMatch(why);
  });

  it('finds features of the version by the spelling of SageMaker', () => {
    const known = ['Plan', 'Age', 'Inco-me', 'note', 'AGE'];
    const { baseline: found, report } = planImport({ ...none, statistics }, { ...target, known });
    expect(found!.features.map(({ name }) => name)).toEqual(['prediction.score', 'Plan', 'note']);
    expect(report.notCarried.find(({ what }) => what === 'feature age')?.why).toMatch(
      'Age and AGE are spelled alike',
    );
  });
});

describe('the monitors', () => {
  it('are ones that the API takes', () => {
    for (const { body } of plan.monitors) expect(() => monitorBodySchema.parse(body)).not.toThrow();
    expect(plan.monitors.map(({ id }) => id)).toEqual([
      'm-1-sagemaker-data-quality',
      'm-1-sagemaker-drift',
      'm-1-sagemaker-prediction-drift',
      'm-1-sagemaker-quality',
      'm-1-sagemaker-bias',
      'm-1-sagemaker-attribution',
    ]);
  });

  it('hold completeness, types, domains and signs as fixed limits', () => {
    expect(monitor('data_quality').featureThresholds).toEqual({
      age: {
        missing_rate: { kind: 'constant', upper: 0.03 },
        invalid_rate: { kind: 'constant', upper: 0 },
        negative_rate: { kind: 'constant', upper: 0 },
      },
      income: {
        missing_rate: { kind: 'constant', upper: 0 },
        invalid_rate: { kind: 'constant', upper: 0 },
      },
      plan: {
        missing_rate: { kind: 'constant', upper: 0 },
        invalid_rate: { kind: 'constant', upper: 0 },
        unseen_rate: { kind: 'constant', upper: 0.1 },
      },
      note: {
        missing_rate: { kind: 'constant', upper: 0 },
        invalid_rate: { kind: 'constant', upper: 0 },
      },
    });
  });

  it('compare by the distance, method and threshold of each feature', () => {
    expect(monitor('drift').featureThresholds).toEqual({
      age: { l_infinity_robust: 0.1 },
      income: { l_infinity_robust: 0.2 },
      plan: { l_infinity_robust: 0.15 },
    });
    expect(monitor('prediction_drift').featureThresholds).toEqual({
      'prediction.score': { l_infinity_robust: 0.1 },
    });
    const simple = structuredClone(constraints);
    simple.monitoring_config!.distribution_constraints = {
      comparison_method: 'Simple',
      categorical_drift_method: 'ChiSquared',
    };
    const changed = planImport({ ...all, constraints: simple }, target);
    expect(monitor('drift', changed).featureThresholds).toEqual({
      age: { l_infinity: 0.1 },
      income: { l_infinity: 0.2 },
      plan: { chi2_per_df: 1 },
    });
    expect(changed.report.changed.map(({ what }) => what)).toContain('categorical_drift_method ChiSquared');
  });

  it('are made and not enabled where the file says Disabled; one feature that is off is left out', () => {
    const off = structuredClone(constraints);
    off.monitoring_config!.evaluate_constraints = 'Disabled';
    const { monitors } = planImport({ ...all, constraints: off }, target);
    expect(monitors.slice(0, 3).map(({ body }) => body.enabled)).toEqual([false, false, false]);
    const one = structuredClone(constraints);
    one.features[1]!.monitoringConfigOverrides = { evaluate_constraints: 'Disabled' };
    const without = planImport({ ...all, constraints: one }, target);
    expect(monitor('data_quality', without).features).toEqual(['income', 'plan', 'note']);
    expect(monitor('drift', without).features).toEqual(['income', 'plan']);
  });

  it('hold model quality where there is such a metric', () => {
    expect(monitor('quality').thresholds).toEqual({ accuracy: { kind: 'constant', lower: 0.8 } });
    expect(whys().join('\n')).toMatch(
      'model quality accuracy_best_constant_classifier: there is no such metric',
    );
  });

  it('hold bias as distances from neutral, one facet per disfavoured group', () => {
    expect(() => modelBodySchema.parse({ problem: 'binary', bias: plan.bias })).not.toThrow();
    expect(plan.bias).toMatchObject({
      facets: [
        { name: 'plan', feature: 'plan', disfavoured: ['basic'] },
        { name: 'age', feature: 'age', above: 40 },
      ],
      favourable: ['1'],
    });
    expect(monitor('bias')).toMatchObject({
      featureThresholds: {
        plan: { ci: 0.2, dpl: 0.05, dppl: 0.04, di: 0.8, dcacc: 0.3 },
        age: { dppl: 0.01 },
      },
      bias: { facets: ['plan', 'age'], against: 'fixed' },
    });
    expect(whys().join('\n')).toMatch(/bias TE of age \(40, 80\]: it has no value/);
    expect(whys().join('\n')).toMatch(/bias CDDL of plan basic: the group variable is not in the file/);
  });

  it('hold attributions as weights, of features that there are', () => {
    expect(monitor('attribution')).toMatchObject({
      thresholds: { ndcg: 0.9 },
      attribution: { weights: { age: 0.3, income: 0.6, plan: 0.1 } },
    });
    expect(whys().join('\n')).toMatch('weight of when: the version has no feature of this name');
  });

  it('lose nothing without a word', () => {
    expect(whys().join('\n')).toMatch('feature when: its inferred type is Unknown');
    expect(whys().join('\n')).toMatch('constraints of when: its inferred type is Unknown');
    expect(plan.report.changed.map(({ what, why }) => `${what}: ${why}`)).toContain(
      'monitoring_config.datatype_check_threshold 1: taken for: at most 0 % of the values may differ (the share that must match)',
    );
  });
});
