import { describe, expect, it } from 'vitest';
import type { Feature, Finding, MetricName, MonitorBody, ProfileCell } from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  confusionCell,
  everywhere,
  monitorBody,
  numericBinning,
  numericCell,
  range,
  where,
} from '../../../tests/fixtures/monitoring/cells.js';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import { evaluate } from './evaluate.js';
import { formatNumber } from './format.js';
import type { MonitorInput } from './pair.js';

const distance = numericBinning('distance', 0, 1_000, 100);
const origin = categoricalBinning('origin', ['ATL', 'ORD', 'DFW', 'DEN']);
const features: Feature[] = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
  { name: 'hour', type: 'numeric', role: 'context' },
];
const even = { ATL: 250, ORD: 250, DFW: 250, DEN: 250 };

const usual: ProfileCell[] = [numericCell(distance, range(1_000, 0, 1_000)), categoricalCell(origin, even)];

const input = (changes: Partial<MonitorInput> & { settings?: MonitorBody } = {}): MonitorInput => ({
  baseline: { cells: usual },
  baselineChunks: [],
  window: { cells: usual },
  binning: binningOf([distance, origin]),
  features,
  settings: monitorBody({ thresholds: { psi: 0.2, jensen_shannon: 0.1 } }),
  ...changes,
});

const find = (
  findings: readonly Finding[],
  feature: string,
  metric: MetricName,
  segmentValue = 'in',
): Finding =>
  findings.find((f) => f.feature === feature && f.metric === metric && f.segmentValue === segmentValue)!;
const brief = (findings: readonly Finding[]) => findings.map((f) => `${f.feature} ${f.metric} ${f.status}`);

describe('drift', () => {
  it('reports every metric of the input features; without a limit they say so and are never ok', () => {
    const findings = evaluate(input({ settings: monitorBody({ thresholds: { psi: 0.2 } }) }));
    expect(brief(findings)).toEqual([
      'distance psi ok',
      'distance kolmogorov_smirnov no_limit',
      'distance wasserstein_normalised no_limit',
      'origin psi ok',
      'origin jensen_shannon no_limit',
      'origin chi2 no_limit',
    ]);
    expect(find(findings, 'distance', 'psi').threshold).toBe(0.2);
    expect(find(findings, 'distance', 'kolmogorov_smirnov')).toMatchObject({
      threshold: null,
      note: expect.stringMatching(/^no limit is set; rows are taken as independent/) as string,
    });
  });

  it('breaches when effect and evidence both hold, and shares one test between the metrics of a feature', () => {
    const window = {
      cells: [numericCell(distance, range(1_000, 500, 1_500)), categoricalCell(origin, even)],
    };
    const findings = evaluate(input({ window }));
    const moved = find(findings, 'distance', 'psi');
    expect(moved).toMatchObject({ status: 'breached', evidence: 'test', rows: 1_000, baselineRows: 1_000 });
    expect(moved.value).toBeGreaterThan(1);
    expect(moved.pAdjusted).toBeLessThan(1e-6);
    expect(find(findings, 'distance', 'kolmogorov_smirnov')).toMatchObject({
      ...{ status: 'no_limit', p: moved.p },
      note: expect.stringContaining('no limit is set; the difference is more than chance') as string,
    });
    // A uniform distribution moved by half of its width.
    expect(find(findings, 'distance', 'kolmogorov_smirnov').value).toBeCloseTo(0.5, 2);
    expect(find(findings, 'distance', 'wasserstein_normalised').value).toBeCloseTo(
      500 / (1_000 / Math.sqrt(12)),
      1,
    );
    expect(find(findings, 'origin', 'jensen_shannon').status).toBe('ok');
  });

  it.each([
    { name: 'a large effect on few rows is not evidence', scale: 1, status: 'inconclusive' },
    { name: 'the same effect on more rows is', scale: 10, status: 'breached' },
  ])('$name', ({ scale, status }) => {
    const settings = monitorBody({ minRows: 1, thresholds: { psi: 0.05 } });
    const counts = { ATL: 7 * scale, ORD: 5 * scale, DFW: 4 * scale, DEN: 4 * scale };
    const findings = evaluate(input({ settings, window: { cells: [categoricalCell(origin, counts)] } }));
    expect(find(findings, 'origin', 'psi').value).toBeGreaterThan(0.05);
    expect(find(findings, 'origin', 'psi').status).toBe(status);
  });

  it('says why what is beyond its limit is no breach', () => {
    const settings = monitorBody({ minRows: 1, thresholds: { psi: 0.05 } });
    const window = { cells: [categoricalCell(origin, { ATL: 7, ORD: 5, DFW: 4, DEN: 4 })] };
    const { pAdjusted, note } = find(evaluate(input({ settings, window })), 'origin', 'psi');
    expect(pAdjusted).toBeGreaterThan(0.05);
    expect(note).toContain(
      `beyond its limit, but such a difference is not rare among the baseline's own parts (q = ${formatNumber(pAdjusted!)}, at most 0.05 is needed)`,
    );
  });

  it('uses the limit of a feature before that of the monitor', () => {
    const window = { cells: [numericCell(distance, range(1_000, 500, 1_500))] };
    const settings = monitorBody({ thresholds: { psi: 0.2 }, featureThresholds: { distance: { psi: 50 } } });
    expect(find(evaluate(input({ window, settings })), 'distance', 'psi')).toMatchObject({
      status: 'ok',
      threshold: 50,
    });
  });

  it('counts nulls, wrong types and new categories as cells', () => {
    const cells: ProfileCell[] = [
      numericCell(distance, [...range(600, 0, 1_000), ...Array<null>(400).fill(null)]),
      categoricalCell(origin, { ATL: 150, ORD: 150, DFW: 150, DEN: 150, XNA: 400 }),
    ];
    const findings = evaluate(input({ window: { cells } }));
    expect(brief(findings.filter((f) => f.status === 'breached'))).toEqual([
      'distance psi breached',
      'origin psi breached',
      'origin jensen_shannon breached',
    ]);
    // Values themselves have not moved.
    expect(find(findings, 'distance', 'kolmogorov_smirnov').value).toBeLessThan(0.01);
  });

  it.each([
    { name: 'no rows', cells: [], status: 'no_data' },
    { name: 'an empty cell', cells: [numericCell(distance, [])], status: 'no_data' },
    { name: 'too few rows', cells: [numericCell(distance, range(199, 0, 1_000))], status: 'not_enough_data' },
    {
      name: 'no value at all',
      cells: [numericCell(distance, Array<null>(500).fill(null))],
      status: 'not_computable',
    },
    {
      name: 'only wrong types',
      cells: [numericCell(distance, Array<'invalid'>(500).fill('invalid'))],
      status: 'not_computable',
    },
    {
      name: 'another kind of cell',
      cells: [{ ...categoricalCell(origin, even), feature: 'distance' }],
      status: 'not_comparable',
    },
    { name: 'enough rows', cells: [numericCell(distance, range(200, 0, 1_000))], status: 'ok' },
  ])('a window with $name is $status', ({ cells, status }) => {
    const settings = monitorBody({
      features: ['distance'],
      thresholds: { psi: 0.2, kolmogorov_smirnov: 0.1, wasserstein_normalised: 0.1 },
    });
    const findings = evaluate(input({ window: { cells }, settings }));
    expect(findings.map((f) => f.status)).toEqual([status, status, status]);
    if (status !== 'ok') expect(findings[0]!.note).not.toBe('');
  });

  it.each([
    { name: 'no rows of the segment value', cells: [], status: 'no_baseline' },
    { name: 'too few rows', cells: [numericCell(distance, range(20, 0, 1_000))], status: 'not_enough_data' },
  ])('a baseline with $name is $status', ({ cells, status }) => {
    const settings = monitorBody({ features: ['distance'] });
    expect(evaluate(input({ baseline: { cells }, settings }))[0]!.status).toBe(status);
  });

  it('a feature that the baseline does not have is no_baseline', () => {
    const settings = monitorBody({ features: ['fare'] });
    const fare = numericBinning('fare', 0, 10, 5);
    const window = { cells: [numericCell(fare, range(500, 0, 10))] };
    expect(evaluate(input({ window, settings })).map((f) => f.status)).toEqual(Array(3).fill('no_baseline'));
  });

  it('few values among enough rows decide psi only', () => {
    const sparse = [...range(50, 0, 1_000), ...Array<null>(950).fill(null)];
    const cells = [numericCell(distance, sparse)];
    const findings = evaluate(input({ baseline: { cells }, window: { cells } }));
    expect(brief(findings).slice(0, 3)).toEqual([
      'distance psi ok',
      'distance kolmogorov_smirnov not_enough_data',
      'distance wasserstein_normalised not_enough_data',
    ]);
  });

  it.each([
    { name: 'that stays', values: 640, psi: 'ok', wasserstein: { status: 'no_limit', value: 0 } },
    {
      name: 'that moves',
      values: 700,
      psi: 'breached',
      wasserstein: { status: 'not_computable', value: null },
    },
  ])('defines a constant $name', ({ values, psi, wasserstein }) => {
    const constant = { ...distance, edges: [640], max: 640 };
    const cell = (value: number) => ({ cells: [numericCell(constant, Array<number>(500).fill(value))] });
    const binning = binningOf([constant]);
    const findings = evaluate(input({ baseline: cell(640), window: cell(values), binning }));
    expect(find(findings, 'distance', 'psi').status).toBe(psi);
    expect(find(findings, 'distance', 'wasserstein_normalised')).toMatchObject(wasserstein);
  });

  it('defines a column that never had a value', () => {
    const cells = [numericCell(distance, Array<null>(500).fill(null))];
    const [psi, ks] = evaluate(input({ baseline: { cells }, window: { cells } }));
    expect(psi).toMatchObject({ status: 'ok', value: 0 });
    expect(ks).toMatchObject({ status: 'not_enough_data' });
  });

  it.each([
    { name: 'too coarse for the limit', bins: 4, status: 'not_computable' },
    { name: 'fine enough', bins: 100, status: 'ok' },
  ])('bins $name: $status', ({ bins, status }) => {
    const binning = numericBinning('distance', 0, 1_000, bins);
    const cells = [numericCell(binning, range(1_000, 0, 1_000))];
    const settings = monitorBody({ thresholds: { kolmogorov_smirnov: 0.1 } });
    const findings = evaluate(
      input({ baseline: { cells }, window: { cells }, binning: binningOf([binning]), settings }),
    );
    expect(find(findings, 'distance', 'kolmogorov_smirnov').status).toBe(status);
  });

  it('a distance that is beyond the limit for certain breaches however coarse the bins', () => {
    const binning = numericBinning('distance', 0, 1_000, 4);
    const settings = monitorBody({ thresholds: { kolmogorov_smirnov: 0.1 } });
    const findings = evaluate(
      input({
        baseline: { cells: [numericCell(binning, range(1_000, 0, 1_000))] },
        window: { cells: [numericCell(binning, range(1_000, 500, 1_000))] },
        binning: binningOf([binning]),
        settings,
      }),
    );
    expect(find(findings, 'distance', 'kolmogorov_smirnov')).toMatchObject({
      status: 'breached',
      value: 0.5,
    });
  });

  it('one broken feature is one failed finding and leaves the others alone', () => {
    const broken = { ...numericCell(distance, range(500, 0, 1_000)), counts: [1, 2, 3] };
    const findings = evaluate(input({ window: { cells: [broken, categoricalCell(origin, even)] } }));
    expect(brief(findings)).toEqual([
      'distance psi failed',
      'origin psi ok',
      'origin jensen_shannon ok',
      'origin chi2 no_limit',
    ]);
    expect(findings[0]!.note).toContain('3 counts');
  });

  it('compares predictions, and only them, when the kind says so', () => {
    const score = numericBinning('prediction.score', 0, 1, 50);
    const cells = [...usual, numericCell(score, range(500, 0, 1))];
    const settings = monitorBody({ kind: 'prediction_drift', thresholds: { psi: 0.2 } });
    const binning = binningOf([distance, origin, score]);
    const findings = evaluate(input({ baseline: { cells }, window: { cells }, binning, settings }));
    expect(new Set(findings.map((f) => f.feature))).toEqual(new Set(['prediction.score']));
  });
});

describe('segments', () => {
  const cell = (from: number, key: { segment: string; segmentValue: string }) =>
    numericCell(distance, range(400, from, from + 500), key);
  const cells = (from: number) => [
    cell(0, where('haul', 'short')),
    cell(0, where('origin', 'ORD')),
    cell(from, where('origin', 'ATL')),
    numericCell(distance, range(1_000, 0, 1_000)),
  ];

  it('only the segment value that moved is breached; all rows come first', () => {
    const findings = evaluate(input({ baseline: { cells: cells(0) }, window: { cells: cells(500) } }));
    const psi = findings.filter((f) => f.metric === 'psi' && f.feature === 'distance');
    expect(psi.map((f) => [f.segment, f.segmentValue, f.status])).toEqual([
      ['all', 'in', 'ok'],
      ['haul', 'short', 'ok'],
      ['origin', 'ATL', 'breached'],
      ['origin', 'ORD', 'ok'],
    ]);
  });

  it('watches the chosen segments and always all rows', () => {
    const settings = monitorBody({ segments: ['haul'] });
    const findings = evaluate(
      input({ baseline: { cells: cells(0) }, window: { cells: cells(0) }, settings }),
    );
    expect(new Set(findings.map((f) => f.segment))).toEqual(new Set(['all', 'haul']));
  });

  it('tells a segment value that only one side knows', () => {
    const findings = evaluate(
      input({
        baseline: { cells: [...usual, cell(0, where('origin', 'ATL'))] },
        window: { cells: [...usual, cell(0, where('origin', 'DEN'))] },
      }),
    );
    expect(find(findings, 'distance', 'psi', 'ATL').status).toBe('no_data');
    expect(find(findings, 'distance', 'psi', 'DEN').status).toBe('no_baseline');
  });
});

describe('evidence', () => {
  const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
  const binnings = names.map((name) => categoricalBinning(name, ['a', 'b', 'c', 'd']));
  const shares = [0.4, 0.3, 0.2, 0.1];
  const cellsOf = (counts: (i: number) => number[]) =>
    binnings.map((binning, i) => {
      const [a = 0, b = 0, c = 0, d = 0] = counts(i);
      return categoricalCell(binning, { a, b, c, d });
    });

  it('adjusts over features × segment values, one p each', () => {
    const random = generator(5);
    const cells = cellsOf(() => draw(random, 300, shares));
    const findings = evaluate(
      input({
        baseline: { cells: cellsOf(() => [4_000, 3_000, 2_000, 1_000]) },
        window: { cells },
        binning: binningOf(binnings),
        settings: monitorBody({ features: names, thresholds: { psi: 0 } }),
      }),
    );
    const psi = findings.filter((f) => f.metric === 'psi');
    const ps = psi.map((f) => f.p!).sort((a, b) => a - b);
    const lowest = Math.min(...ps.map((p, i) => (p * ps.length) / (i + 1)));
    expect(ps).toHaveLength(20);
    expect(psi.find((f) => f.p === ps[0])!.pAdjusted).toBeCloseTo(lowest, 10);
    // The limit of 0 is passed by all, so it is the evidence alone that holds.
    expect(psi.filter((f) => f.status === 'breached')).toHaveLength(0);
  });

  it('raises false alarms in about the promised share of evaluations', () => {
    const random = generator(9);
    const runs = 200;
    let alarmed = 0;
    for (let run = 0; run < runs; run++) {
      const findings = evaluate(
        input({
          baseline: { cells: cellsOf(() => draw(random, 1_500, shares)) },
          window: { cells: cellsOf(() => draw(random, 300, shares)) },
          binning: binningOf(binnings),
          settings: monitorBody({ features: names, thresholds: { psi: 0 }, level: 0.1 }),
        }),
      );
      if (findings.some((f) => f.status === 'breached')) alarmed++;
    }
    expect(alarmed / runs).toBeGreaterThan(0.04);
    expect(alarmed / runs).toBeLessThan(0.1 + 3 * Math.sqrt((0.1 * 0.9) / runs));
  });

  const random = generator(13);
  /** Days that differ by more than chance: the same difference in a window is normal then. */
  const days = Array.from({ length: 12 }, (_, day) => {
    const tilt = (day % 2 === 0 ? 1 : -1) * 0.1;
    const [a = 0, b = 0, c = 0, d = 0] = draw(random, 1_000, [0.25 + tilt, 0.25 - tilt, 0.25, 0.25]);
    return { ATL: a, ORD: b, DFW: c, DEN: d };
  });
  const chunks = days.map((counts, day) => ({ startMs: day, cells: [categoricalCell(origin, counts)] }));
  const tilted = { cells: [categoricalCell(origin, { ATL: 330, ORD: 170, DFW: 250, DEN: 250 })] };
  const settings = monitorBody({ features: ['origin'], thresholds: { psi: 0.01 } });

  it.each([
    {
      name: 'without days it is taken as 1, and said',
      baselineChunks: [],
      status: 'breached',
      note: 'no time stamps',
    },
    {
      name: 'with too few days too',
      baselineChunks: chunks.slice(0, 3),
      status: 'breached',
      note: 'fewer than 5 days',
    },
    {
      name: 'days that differ make a difference normal',
      baselineChunks: chunks,
      status: 'inconclusive',
      note: '',
    },
  ])('design effect: $name', ({ baselineChunks, status, note }) => {
    const psi = find(evaluate(input({ baselineChunks, window: tilted, settings })), 'origin', 'psi');
    expect(psi.status).toBe(status);
    expect(psi.note).toContain(note);
    if (note === '') expect(psi.deff).toBeGreaterThan(10);
    else expect(psi.deff).toBe(1);
  });

  it('borrows the design effect of all rows for a small segment value', () => {
    const key = where('haul', 'short');
    const small = categoricalCell(origin, { ATL: 100, ORD: 100, DFW: 100, DEN: 100 }, key);
    const baseline = { cells: [...usual, small] };
    const window = { cells: [...usual, small] };
    const findings = evaluate(input({ baseline, window, baselineChunks: chunks, settings }));
    expect(find(findings, 'origin', 'psi', 'short').deff).toBe(find(findings, 'origin', 'psi').deff);
    expect(find(findings, 'origin', 'psi', 'short').deff).toBeGreaterThan(10);
  });
});

describe('data quality', () => {
  const settings = monitorBody({
    kind: 'data_quality',
    thresholds: { missing_rate: 0.02, invalid_rate: 0.02, unseen_rate: 0.02 },
  });
  const some = (nulls: number, invalid: number, n = 1_000) =>
    numericCell(distance, [
      ...range(n - nulls - invalid, 0, 1_000),
      ...Array<null>(nulls).fill(null),
      ...Array<'invalid'>(invalid).fill('invalid'),
    ]);
  const withWindow = (
    window: ProfileCell[],
    baseline: ProfileCell[] = usual,
    changes: Partial<MonitorBody> = {},
  ) =>
    evaluate(
      input({
        baseline: { cells: baseline },
        window: { cells: window },
        settings: { ...settings, ...changes },
      }),
    );

  it('reports rates and whether the column is there', () => {
    expect(brief(withWindow(usual))).toEqual([
      'distance missing_rate ok',
      'distance invalid_rate ok',
      'distance missing_column ok',
      'origin missing_rate ok',
      'origin invalid_rate ok',
      'origin unseen_rate ok',
      'origin missing_column ok',
    ]);
  });

  it.each([
    { name: 'missing values', window: some(60, 0), metric: 'missing_rate' },
    { name: 'wrong types', window: some(0, 60), metric: 'invalid_rate' },
    { name: 'new categories', window: categoricalCell(origin, { ...even, XNA: 60 }), metric: 'unseen_rate' },
  ])('breaches for $name', ({ window, metric }) => {
    const breached = withWindow([window]).filter((f) => f.status === 'breached');
    expect(breached.map((f) => f.metric)).toEqual([metric]);
    expect(breached[0]!.value).toBeCloseTo(0.06, 2);
  });

  it('limits the increase over the baseline and states the limit on the rate', () => {
    const [missing] = withWindow([some(310, 0)], [some(300, 0)]);
    expect(missing).toMatchObject({
      status: 'ok',
      value: 0.31,
      baselineValue: 0.3,
      variant: 'baseline-plus-limit',
    });
    expect(missing!.threshold).toBeCloseTo(0.32, 10);
    const [more] = withWindow([some(400, 0)], [some(300, 0)]);
    expect(more!.status).toBe('breached');
    const [fewer] = withWindow([some(100, 0)], [some(300, 0)]);
    expect(fewer!.status).toBe('ok');
  });

  it('an increase that may be chance is no breach', () => {
    const [missing] = withWindow([some(6, 0, 200)], [some(1, 0, 200)]);
    expect(missing!.value).toBeGreaterThan(missing!.threshold!);
    expect(missing!.status).toBe('inconclusive');
  });

  it('a missing column is one exact breach, needs no limit and silences the rates', () => {
    const findings = withWindow([some(500, 0, 500), categoricalCell(origin, even)], usual, {
      thresholds: {},
    });
    expect(brief(findings.slice(0, 3))).toEqual([
      'distance missing_rate not_computable',
      'distance invalid_rate not_computable',
      'distance missing_column breached',
    ]);
    expect(findings[2]).toMatchObject({ evidence: 'exact', p: null, pAdjusted: null, value: 1 });
  });

  it.each([
    { name: 'never had a value', baseline: some(500, 0, 500), status: 'ok' },
    { name: 'is almost always empty', baseline: some(995, 0), status: 'ok' },
    { name: 'is mostly empty', baseline: some(900, 0), status: 'breached' },
  ])('a window without a value of a column that $name: $status', ({ baseline, status }) => {
    const findings = withWindow([some(300, 0, 300)], [baseline]);
    expect(find(findings, 'distance', 'missing_column').status).toBe(status);
  });

  it('can be told to mute missing columns', () => {
    const findings = withWindow([some(500, 0, 500)], usual, { thresholds: { missing_column: 1 } });
    expect(find(findings, 'distance', 'missing_column').status).toBe('ok');
  });
});

describe('quality', () => {
  const settings = monitorBody({
    kind: 'quality',
    metrics: ['accuracy', 'label_coverage'],
    thresholds: { accuracy: 0.75, label_coverage: 0.5 },
  });
  const run = (window: ProfileCell[], baseline: ProfileCell[] = [confusionCell(8_000, 2_000)]) =>
    evaluate(input({ baseline: { cells: baseline }, window: { cells: window }, settings })).map((f) => [
      f.metric,
      f.status,
      f.evidence,
    ]);

  it.each<{
    name: string;
    window: ProfileCell[];
    baseline?: ProfileCell[];
    accuracy: string[];
    coverage: string[];
  }>([
    {
      name: 'as before',
      window: [confusionCell(400, 100)],
      accuracy: ['ok', 'test'],
      coverage: ['ok', 'exact'],
    },
    {
      name: 'worse',
      window: [confusionCell(300, 200)],
      accuracy: ['breached', 'test'],
      coverage: ['ok', 'exact'],
    },
    {
      name: 'below the limit by chance',
      window: [confusionCell(148, 52)],
      baseline: [confusionCell(160, 52)],
      accuracy: ['inconclusive', 'test'],
      coverage: ['ok', 'exact'],
    },
    {
      name: 'below the limit but better than the baseline',
      window: [confusionCell(300, 200)],
      baseline: [confusionCell(400, 600)],
      accuracy: ['inconclusive', 'test'],
      coverage: ['ok', 'exact'],
    },
    {
      name: 'below the limit, no labels in the baseline',
      window: [confusionCell(300, 200)],
      baseline: [],
      accuracy: ['breached', 'exact'],
      coverage: ['ok', 'exact'],
    },
    {
      name: 'few labels',
      window: [confusionCell(80, 20, 400)],
      accuracy: ['not_enough_data', 'none'],
      coverage: ['breached', 'exact'],
    },
    {
      name: 'no labels yet',
      window: [confusionCell(0, 0, 500)],
      accuracy: ['waiting', 'none'],
      coverage: ['waiting', 'none'],
    },
    {
      name: 'few rows',
      window: [confusionCell(50, 10)],
      accuracy: ['not_enough_data', 'none'],
      coverage: ['not_enough_data', 'none'],
    },
    { name: 'no rows', window: [], accuracy: ['no_data', 'none'], coverage: ['no_data', 'none'] },
  ])('$name', ({ window, baseline, accuracy, coverage }) => {
    expect(run(window, baseline ?? [confusionCell(8_000, 2_000)])).toEqual(
      window.length === 0 && baseline?.length === 0
        ? []
        : [
            ['accuracy', ...accuracy],
            ['label_coverage', ...coverage],
          ],
    );
  });

  it('compares each segment value with itself', () => {
    const at = where('origin', 'ATL');
    const baseline = [confusionCell(8_000, 2_000), confusionCell(700, 300, 0, at)];
    const window = [confusionCell(800, 200), confusionCell(690, 310, 0, at)];
    const findings = evaluate(input({ baseline: { cells: baseline }, window: { cells: window }, settings }));
    expect(findings.map((f) => [f.segmentValue, f.metric, f.status])).toEqual([
      [everywhere.segmentValue, 'accuracy', 'ok'],
      [everywhere.segmentValue, 'label_coverage', 'ok'],
      ['ATL', 'accuracy', 'inconclusive'],
      ['ATL', 'label_coverage', 'ok'],
    ]);
  });
});

describe('segments that a version cannot be cut by', () => {
  it('say so once for each of their values, beside all that can be compared', () => {
    const uncounted = [{ segment: 'region', values: ['EU', 'US'], missing: ['region', 'plan'] }];
    const findings = evaluate(input({ uncounted }));
    expect(findings.filter(({ segment }) => segment === 'region')).toMatchObject(
      ['EU', 'US'].map((segmentValue) => ({
        ...{ segmentValue, metric: 'psi', feature: '', status: 'not_computable', value: null },
        note: "the segment looks at 'region', 'plan', which this version does not have",
      })),
    );
    expect(findings.filter(({ segment }) => segment !== 'region')).toEqual(evaluate(input()));
  });
});

describe('an evaluation without anything to compare says so', () => {
  const empty = { cells: [] };
  it.each([
    { name: 'no baseline and no rows', changes: { baseline: empty, window: empty }, status: 'no_baseline' },
    {
      name: 'a baseline without predictions',
      changes: { settings: monitorBody({ kind: 'prediction_drift' }) },
      status: 'not_computable',
    },
    {
      name: 'a window without rows, and no predictions',
      changes: { window: empty, settings: monitorBody({ kind: 'prediction_drift' }) },
      status: 'no_data',
    },
  ])('$name: $status', ({ changes, status }) => {
    expect(evaluate(input(changes))).toMatchObject([{ ...everywhere, metric: 'psi', status, value: null }]);
  });
});
