import { describe, expect, it } from 'vitest';
import {
  driftMetrics,
  type Feature,
  type Finding,
  type MetricName,
  type MonitorBody,
  type ProfileCell,
} from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  monitorBody,
  numericBinning,
  numericCell,
  range,
  where,
} from '../../../../tests/fixtures/monitoring/cells.js';
import { generator } from '../../../../tests/fixtures/stats/random.js';
import { evaluate } from '../evaluate.js';
import { mergeProfiles } from '../merge.js';

const distance = numericBinning('distance', 0, 1_000, 100);
const origin = categoricalBinning('origin', ['ATL', 'ORD', 'DFW', 'DEN']);
const features: Feature[] = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
];
const usual: ProfileCell[] = [
  numericCell(distance, range(2_000, 0, 1_000)),
  categoricalCell(origin, { ATL: 500, ORD: 500, DFW: 500, DEN: 500 }),
];
const everything = monitorBody({ metrics: [...driftMetrics] });

const run = (
  window: ProfileCell[],
  settings: MonitorBody = everything,
  baseline = usual,
  chunks: ProfileCell[][] = [],
) =>
  evaluate({
    baseline: { cells: baseline },
    baselineChunks: chunks.map((cells, day) => ({ startMs: day, cells })),
    window: { cells: window },
    binning: binningOf([distance, origin]),
    features,
    settings,
  });
const valuesOf = (findings: readonly Finding[], feature: string) =>
  Object.fromEntries(findings.filter((f) => f.feature === feature).map((f) => [f.metric, f.value]));
const one = (findings: readonly Finding[], feature: string, metric: MetricName) =>
  findings.find((f) => f.feature === feature && f.metric === metric)!;

describe('every distance', () => {
  it('is 0 (or its neutral value) without a difference, by the type of the feature', () => {
    const findings = run(usual);
    expect(valuesOf(findings, 'distance')).toEqual({
      psi: 0,
      kullback_leibler: 0,
      jensen_shannon: 0,
      hellinger: 0,
      l_infinity: 0,
      l_infinity_robust: 0,
      kolmogorov_smirnov: 0,
      wasserstein: 0,
      wasserstein_normalised: 0,
      cramer_von_mises: 0,
      anderson_darling: 0,
      mean_shift: 0,
      std_shift: 0,
      quantile_shift: 0,
    });
    expect(valuesOf(findings, 'origin')).toEqual({
      psi: 0,
      kullback_leibler: 0,
      jensen_shannon: 0,
      hellinger: 0,
      total_variation: 0,
      l_infinity: 0,
      l_infinity_robust: 0,
      chi2: 0,
      chi2_per_df: 0,
      g_test: 0,
      g_test_per_df: 0,
      cramers_v: 0,
    });
    expect(findings.every((f) => f.status === 'no_limit' && f.variant !== '')).toBe(true);
  });

  it('of a uniform distribution moved by a quarter of its width', () => {
    const findings = run([numericCell(distance, range(2_000, 250, 1_250))]);
    const values = valuesOf(findings, 'distance');
    const std = 1_000 / Math.sqrt(12);
    expect(values['kolmogorov_smirnov']).toBeCloseTo(0.25, 2);
    expect(values['l_infinity']).toBe(values['kolmogorov_smirnov']);
    // Simple less 1.8·√((n + m) / (n·m)), as SageMaker's robust method.
    expect(values['l_infinity_robust']).toBeCloseTo(values['l_infinity']! - 1.8 * Math.sqrt(2 / 2_000), 10);
    expect(values['wasserstein']).toBeCloseTo(250, -1);
    expect(values['wasserstein_normalised']).toBeCloseTo(250 / std, 1);
    expect(values['mean_shift']).toBeCloseTo(250 / std, 2);
    expect(values['quantile_shift']).toBeCloseTo(250 / std, 1);
    expect(values['std_shift']).toBeCloseTo(0, 6);
    const mean = one(findings, 'distance', 'mean_shift');
    expect(mean.interval!.low).toBeCloseTo(250 / std - 1.96 * Math.sqrt(2 / 2_000), 3);
    expect(mean.interval!.high).toBeCloseTo(250 / std + 1.96 * Math.sqrt(2 / 2_000), 3);
  });

  it('of categories whose shares moved by the vector that other tools give', () => {
    const [b, w] = [
      { ATL: 2_500, ORD: 2_500, DFW: 2_500, DEN: 2_500 },
      { ATL: 1_000, ORD: 2_000, DFW: 3_000, DEN: 4_000 },
    ];
    const values = valuesOf(
      run([categoricalCell(origin, w)], everything, [categoricalCell(origin, b)]),
      'origin',
    );
    expect(values['psi']).toBeCloseTo(0.228217, 5);
    expect(values['kullback_leibler']).toBeCloseTo(0.121777, 5);
    expect(values['jensen_shannon']).toBeCloseTo(0.200503, 5);
    expect(values['hellinger']).toBeCloseTo(0.1679, 4);
    expect(values['l_infinity']).toBeCloseTo(0.15, 10);
    expect(values['total_variation']).toBeCloseTo(0.2, 10);
  });

  it('a spread that halves is ln ½; one that vanishes is not computable', () => {
    const half = one(run([numericCell(distance, range(2_000, 250, 750))]), 'distance', 'std_shift');
    expect(half.value).toBeCloseTo(Math.log(0.5), 3);
    const none = one(run([numericCell(distance, Array<number>(500).fill(5))]), 'distance', 'std_shift');
    expect(none).toMatchObject({ status: 'not_computable', value: null });
  });
});

describe('chosen metrics', () => {
  it('are the only ones, in their order', () => {
    const findings = run(usual, monitorBody({ metrics: ['hellinger', 'chi2', 'mean_shift'] }));
    expect(findings.map((f) => `${f.feature} ${f.metric}`)).toEqual([
      'distance hellinger',
      'distance mean_shift',
      'origin hellinger',
      'origin chi2',
    ]);
  });

  it('a limit on a metric outside of the defaults asks for it', () => {
    const findings = run(usual, monitorBody({ thresholds: { psi: 0.2, hellinger: 0.1 } }));
    expect(findings.filter((f) => f.metric === 'hellinger').map((f) => f.threshold)).toEqual([0.1, 0.1]);
    expect(findings).toHaveLength(8);
  });
});

describe('fitted limits', () => {
  const random = generator(3);
  /** Days whose level wanders, as real days do. */
  const dayOf = (level: number) => [
    numericCell(
      distance,
      Array.from({ length: 400 }, () => 100 + level + 700 * random()),
    ),
  ];
  const days = Array.from({ length: 40 }, () => dayOf(200 * random()));
  const { cells } = mergeProfiles(days.map((day) => ({ cells: day })));
  const fitted = (changes: Partial<MonitorBody>, level: number, chunks = days) =>
    run(
      dayOf(level),
      monitorBody({ metrics: ['psi', 'mean_shift'], features: ['distance'], ...changes }),
      cells,
      chunks,
    );

  it.each([
    { level: 100, status: 'ok' },
    { level: 400, status: 'breached' },
  ])('auto: days as the baseline has them are $status at $level', ({ level, status }) => {
    const [psi, mean] = fitted({ thresholds: { default: 'auto' } }, level);
    expect([psi!.status, mean!.status]).toEqual([status, status]);
    expect(psi!.threshold).toBeGreaterThan(0.05);
    expect(psi!.note).toContain('99 % quantile over 40 parts of the baseline');
  });

  it('hold for a fall as for a rise when the metric has a sign', () => {
    const [, down] = fitted({ thresholds: { default: { kind: 'stddev', factor: 3 } } }, -400);
    expect(down).toMatchObject({ status: 'breached', metric: 'mean_shift' });
    expect(down!.threshold).toBeLessThan(0);
    expect(down!.value).toBeLessThan(down!.threshold!);
  });

  it('are drawn from the bins without time stamps, the same every time, and tighter', () => {
    const settings = { thresholds: { psi: 'auto' } } as const;
    const [drawn] = fitted(settings, 100, []);
    expect(drawn!.note).toContain('200 draws from the baseline');
    expect(fitted(settings, 100, [])[0]!.threshold).toBe(drawn!.threshold);
    // Independent rows: PSI of 400 rows over 10 cells is about 9·(1/400 + 1/8000).
    expect(drawn!.threshold).toBeGreaterThan(0.03);
    expect(drawn!.threshold).toBeLessThan(0.1);
    expect(drawn!.threshold).toBeLessThan(fitted(settings, 100)[0]!.threshold!);
  });

  it('of a segment value come before those of a feature', () => {
    const key = where('haul', 'short');
    const of = (level: number) => dayOf(level).map((cell) => ({ ...cell, ...key }));
    const findings = run(
      of(400),
      monitorBody({
        metrics: ['psi'],
        features: ['distance'],
        featureThresholds: { distance: { psi: 0.01 } },
        segmentThresholds: { 'haul=short': { psi: 50 } },
      }),
      cells.map((cell) => ({ ...cell, ...key })),
    );
    expect(findings.map((f) => [f.threshold, f.status])).toEqual([[50, 'ok']]);
  });
});

describe('correction', () => {
  it('by Benjamini–Yekutieli multiplies by Σ 1/i', () => {
    const window = [
      numericCell(distance, range(400, 20, 1_020)),
      categoricalCell(origin, { ATL: 120, ORD: 100, DFW: 100, DEN: 80 }),
    ];
    const of = (correction: 'bh' | 'by') => run(window, monitorBody({ correction })).map((f) => f.pAdjusted!);
    const [bh, by] = [of('bh'), of('by')];
    by.forEach((p, i) => expect(p).toBeCloseTo(Math.min(1, bh[i]! * 1.5), 12));
  });
});
