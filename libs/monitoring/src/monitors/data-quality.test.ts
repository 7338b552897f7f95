import { describe, expect, it } from 'vitest';
import {
  dataQualityMetrics,
  type Feature,
  type FeatureBinning,
  type MonitorBody,
  type ProfileCell,
  type Threshold,
} from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  monitorBody,
  numericBinning,
  numericCell,
  range,
  rowsCell,
  where,
} from '../../../../tests/fixtures/monitoring/cells.js';
import { evaluate } from '../evaluate.js';

const age = numericBinning('age', 10, 110, 100);
const state = categoricalBinning('state', ['CA', 'NY', 'TX']);
const plate: FeatureBinning = { feature: 'plate', kind: 'categorical', categories: [], distinct: true };
const features: Feature[] = [
  { name: 'age', type: 'numeric', role: 'input' },
  { name: 'state', type: 'categorical', role: 'input' },
  { name: 'plate', type: 'identifier', role: 'input' },
  { name: 'fare', type: 'numeric', role: 'input' },
];
const plates = (rows: number, distinct: number): ProfileCell => ({
  ...categoricalCell(state, {}),
  ...{ feature: 'plate', rows, counts: [], unseen: rows, distinct },
});
const usual: ProfileCell[] = [
  numericCell(age, range(2_000, 10, 110)),
  categoricalCell(state, { CA: 800, NY: 700, TX: 500 }),
  plates(2_000, 1_990),
  rowsCell(2_000),
];

const run = (
  window: ProfileCell[],
  changes: Partial<MonitorBody>,
  { baseline = usual, chunks = [] }: { baseline?: ProfileCell[]; chunks?: ProfileCell[][] } = {},
) =>
  evaluate({
    baseline: { cells: baseline },
    baselineChunks: chunks.map((cells, day) => ({ startMs: day, cells })),
    window: { cells: window },
    binning: binningOf([age, state, plate]),
    features,
    settings: monitorBody({ kind: 'data_quality', ...changes }),
  });
const only = (window: ProfileCell[], changes: Partial<MonitorBody>, sides?: Parameters<typeof run>[2]) =>
  run(window, changes, sides).filter(({ status }) => status !== 'no_data');

describe('what is asked for', () => {
  it('every metric once for each column that it says something about', () => {
    const findings = run(usual, { metrics: [...dataQualityMetrics] });
    expect(findings.map((f) => `${f.feature} ${f.metric} ${f.status}`)).toEqual([
      ' duplicate_rate no_limit',
      ' volume no_limit',
      'age missing_rate no_limit',
      'age invalid_rate no_limit',
      'age out_of_range_rate no_limit',
      'age negative_rate no_limit',
      'age missing_column ok',
      'age extra_column ok',
      'age constant ok',
      'state missing_rate no_limit',
      'state invalid_rate no_limit',
      'state unseen_rate no_limit',
      'state missing_column ok',
      'state extra_column ok',
      'state constant ok',
      'plate missing_rate no_limit',
      'plate missing_column ok',
      'plate extra_column ok',
      'plate constant ok',
      'plate distinct_rate no_limit',
      'fare missing_rate no_baseline',
      'fare invalid_rate no_baseline',
      'fare out_of_range_rate no_baseline',
      'fare missing_column no_baseline',
      'fare extra_column breached',
      'fare constant no_baseline',
    ]);
  });

  it('a new column is said once, for all rows, and can be muted', () => {
    const south = where('region', 'south');
    const cells = [...usual, numericCell(age, range(500, 10, 110), south)];
    const columns = (changes: Partial<MonitorBody>) =>
      run(cells, { metrics: ['extra_column'], ...changes }, { baseline: cells }).filter(
        (f) => f.feature === 'fare',
      );
    expect(columns({}).map((f) => [f.segment, f.status, f.evidence])).toEqual([['all', 'breached', 'exact']]);
    expect(columns({ thresholds: { extra_column: 1 } })[0]!.status).toBe('ok');
  });
});

describe('ranges', () => {
  const old = [...range(1_900, 10, 110), ...range(100, 111, 120)];

  it("values outside of the baseline's are a rate with a test", () => {
    const [finding] = only([numericCell(age, old)], {
      metrics: ['out_of_range_rate'],
      thresholds: { out_of_range_rate: 0.01 },
    });
    expect(finding).toMatchObject({ value: 0.05, baselineValue: 0, status: 'breached', evidence: 'exact' });
  });

  it('a limit on the rate itself is a fact', () => {
    const [finding] = only([numericCell(age, old)], {
      metrics: ['out_of_range_rate'],
      thresholds: { out_of_range_rate: { kind: 'constant', upper: 0.1 } },
    });
    expect(finding).toMatchObject({
      threshold: 0.1,
      status: 'ok',
      evidence: 'exact',
      variant: 'fixed-limit',
    });
  });

  it('bounds that people set count whole bins, and say what a cut bin may hide', () => {
    const bounded = (from: number, to: number) =>
      only(usual, { features: ['age'], metrics: ['out_of_range_rate'], ranges: { age: { from, to } } })[0]!;
    expect(bounded(0, 200)).toMatchObject({ value: 0, resolution: null });
    // Bins of width 1: everything from 61 on is outside for certain, of [60, 61) all but one value may be.
    expect(bounded(10, 60).value).toBeCloseTo(0.49, 10);
    expect(bounded(10, 60).resolution).toBeCloseTo(0.01, 10);
    expect(bounded(10, 60.5).value).toBeCloseTo(0.49, 10);
  });

  it('negative values count where the baseline has none, and only there', () => {
    const some = [...range(980, 10, 110), ...range(10, -5, -1), ...range(10, 1, 5)];
    const [finding] = only([numericCell(age, some)], { features: ['age'], metrics: ['negative_rate'] });
    expect(finding).toMatchObject({ value: 0.01, baselineValue: 0 });
    const withSome = [numericCell(age, some)];
    expect(
      run(withSome, { features: ['age'], metrics: ['negative_rate'] }, { baseline: withSome }),
    ).toMatchObject([
      {
        status: 'not_computable',
        note: 'the baseline has nothing that this monitor looks at',
        feature: '',
      },
    ]);
  });
});

describe('constant', () => {
  it.each<{ name: string; window: ProfileCell; status: string }>([
    {
      name: 'a number that has become one value',
      window: numericCell(age, Array<number>(500).fill(30)),
      status: 'breached',
    },
    {
      name: 'a category that has become the only one',
      window: categoricalCell(state, { CA: 500 }),
      status: 'breached',
    },
    { name: 'a single new value', window: categoricalCell(state, { XX: 500 }), status: 'breached' },
    { name: 'several new values', window: categoricalCell(state, { XX: 250, YY: 250 }), status: 'ok' },
    { name: 'two values', window: categoricalCell(state, { CA: 499, NY: 1 }), status: 'ok' },
  ])('$name: $status', ({ window, status }) => {
    const findings = only([window], { features: [window.feature], metrics: ['constant'] });
    expect(findings.map((f) => f.status)).toEqual([status]);
  });

  it('is nothing new where the baseline was constant, or nearly', () => {
    const cell = (counts: Record<string, number>) => [categoricalCell(state, counts)];
    const settings = { features: ['state'], metrics: ['constant' as const] };
    expect(only(cell({ CA: 500 }), settings, { baseline: cell({ CA: 1_000 }) })[0]!.status).toBe('ok');
    expect(only(cell({ CA: 500 }), settings, { baseline: cell({ CA: 990, NY: 10 }) })[0]!.status).toBe('ok');
  });
});

describe('rows', () => {
  const days = Array.from({ length: 10 }, (_, day) => [rowsCell(100 + day, 95 + day)]);
  const baseline = [...usual.slice(0, 3), rowsCell(1_045, 995)];
  const volume = (rows: number, threshold: Threshold) =>
    only(
      rows === 0 ? [] : [rowsCell(rows)],
      { features: [], thresholds: { volume: threshold } },
      { baseline, chunks: days },
    )[0];

  it.each([
    { rows: 104, threshold: 'auto', status: 'ok' },
    { rows: 80, threshold: 'auto', status: 'breached' },
    { rows: 150, threshold: { kind: 'stddev', factor: 3 }, status: 'breached' },
    { rows: 0, threshold: 'auto', status: 'breached' },
    { rows: 99, threshold: 100, status: 'breached' },
    { rows: 5_000, threshold: 100, status: 'ok' },
    { rows: 5_000, threshold: { kind: 'constant', lower: 10, upper: 1_000 }, status: 'breached' },
  ] as const)('$rows rows under $threshold: $status', ({ rows, threshold, status }) => {
    expect(volume(rows, threshold)).toMatchObject({
      value: rows,
      baselineValue: 104.5,
      status,
      evidence: 'exact',
    });
  });

  it('are compared with what people say when the baseline has no days', () => {
    const [fitted] = only([rowsCell(100)], { features: [], thresholds: { volume: 'auto' } });
    expect(fitted).toMatchObject({ status: 'not_computable', baselineValue: null });
    expect(fitted!.note).toContain('no limit could be fitted');
  });

  it('that repeat are a rate', () => {
    const settings = { features: [], thresholds: { duplicate_rate: 0.05 } };
    const [same] = only([rowsCell(1_000, 940)], settings, { baseline, chunks: days });
    expect(same).toMatchObject({ status: 'ok', value: 0.06 });
    expect(same!.threshold).toBeCloseTo(50 / 1_045 + 0.05, 10);
    expect(only([rowsCell(1_000, 800)], settings, { baseline, chunks: days })[0]!.status).toBe('breached');
  });
});

describe('identifiers', () => {
  it('that repeat are a fact; they have no distribution', () => {
    const settings = {
      features: ['plate'],
      metrics: ['distinct_rate' as const],
      thresholds: { distinct_rate: 0.05 },
    };
    const [finding] = only([plates(1_000, 600)], settings);
    expect(finding).toMatchObject({
      value: 0.6,
      baselineValue: 0.995,
      status: 'breached',
      evidence: 'exact',
    });
    expect(finding!.threshold).toBeCloseTo(0.945, 10);
    expect(run(usual, { kind: 'drift' }).map((f) => f.feature)).not.toContain('plate');
  });
});

describe('a long tail of categories', () => {
  const names = Array.from({ length: 300 }, (_, at) => `c${at}`);
  const city = categoricalBinning('state', names);
  /** 100 cities that everybody knows, 200 that the baseline has once. */
  const tailed = categoricalCell(
    city,
    Object.fromEntries(names.map((name, at) => [name, at < 100 ? 18 : 1])),
  );
  const unseen = (share: number): ProfileCell => {
    const rows = 1_000;
    const known = Math.round((rows * (1 - share)) / 100);
    const cell = categoricalCell(city, Object.fromEntries(names.slice(0, 100).map((name) => [name, known])));
    return { ...cell, ...{ rows, unseen: rows - known * 100 } };
  };
  const rateOf = (share: number) =>
    evaluate({
      baseline: { cells: [tailed] },
      baselineChunks: [],
      window: { cells: [unseen(share)] },
      binning: binningOf([city]),
      features,
      settings: monitorBody({ kind: 'data_quality', thresholds: { unseen_rate: 0.01 } }),
    }).find(({ metric, feature }) => metric === 'unseen_rate' && feature === 'state');

  it('has new values every day: as many as the baseline has once', () => {
    expect(rateOf(0.1)).toMatchObject({ status: 'ok', value: 0.1, baselineValue: 0.1, threshold: 0.11 });
    expect(rateOf(0.2)).toMatchObject({ status: 'breached', value: 0.2 });
  });
});
