import { describe, expect, it } from 'vitest';
import type { BinningBody, ConfusionCell, MonitorBody, ProfileCell } from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  confusionCell,
  monitorBody,
  numericBinning,
  numericCell,
  range,
  where,
} from '../../../../tests/fixtures/monitoring/cells.js';
import { evaluate } from '../evaluate.js';
import { mergeProfiles } from '../merge.js';
import { qualityWarnings } from './quality.js';

const LABELS = binningOf([categoricalBinning('prediction.label', ['late', 'ontime'])]);
const SCORES = binningOf([numericBinning('prediction.score', 0, 1, 20)]);
const VALUES = binningOf([numericBinning('prediction.value', 0, 1, 20)]);

/** confusionOf: rows by label and predicted class. */
const confusionOf = (counts: ConfusionCell['counts'], unlabelled = 0): ConfusionCell => {
  const labelled = Object.values(counts)
    .flatMap((row) => Object.values(row))
    .reduce((a, b) => a + b, 0);
  return { ...confusionCell(0, 0), rows: labelled + unlabelled, labelled, counts };
};

type Run = {
  window: ProfileCell[];
  baseline?: ProfileCell[];
  chunks?: ProfileCell[][];
  settings?: Partial<MonitorBody>;
  binning?: BinningBody;
};

const run = ({
  window,
  baseline = [confusionCell(8_000, 2_000)],
  chunks = [],
  settings = {},
  binning = LABELS,
}: Run) => {
  const baselineChunks = chunks.map((cells, day) => ({ startMs: day * 86_400_000, cells }));
  const whole = chunks.length > 0 ? mergeProfiles(baselineChunks) : { cells: baseline };
  return evaluate({
    ...{ baseline: whole, baselineChunks, window: { cells: window }, binning, features: [] },
    settings: monitorBody({ kind: 'quality', ...settings }),
  });
};

const find = (given: Run, metric: string, segmentValue = 'in') =>
  run(given).find((finding) => finding.metric === metric && finding.segmentValue === segmentValue);

describe('accuracy', () => {
  it('states both sides, the labelled rows and the Wilson interval of the value', () => {
    const accuracy = find({ window: [confusionCell(300, 200, 100)] }, 'accuracy')!;
    expect(accuracy).toMatchObject({ value: 0.6, baselineValue: 0.8, rows: 500, baselineRows: 10_000 });
    expect(accuracy.interval!.low).toBeCloseTo(0.556454, 6);
    expect(accuracy.interval!.high).toBeCloseTo(0.642021, 6);
    expect(accuracy.note).not.toContain('interval');
  });

  it('leaves rows without a predicted class out', () => {
    const window = [confusionOf({ a: { a: 300, '': 500 }, b: { a: 100, '': 500 } })];
    expect(find({ window, baseline: [confusionOf({ a: { a: 900, b: 100 } })] }, 'accuracy')).toMatchObject({
      ...{ value: 0.75, baselineValue: 0.9, rows: 400, baselineRows: 1_000 },
    });
  });

  it.each<{ name: string; window: ConfusionCell; baseline: ProfileCell[]; note: string }>([
    {
      name: 'no predicted class at all',
      window: confusionOf({ a: { '': 500 } }),
      baseline: [confusionOf({ a: { '': 500 } })],
      note: 'no labelled row has a predicted class',
    },
    {
      name: 'labels that are never predicted, in the baseline',
      window: confusionOf({ True: { 1: 300, 0: 200 }, False: { 1: 300 } }),
      baseline: [confusionOf({ True: { 1: 300, 0: 200 }, False: { 1: 300 } })],
      note: "of the baseline: labels are 'False', 'True' and predictions '0', '1': no class is in both",
    },
    {
      name: 'labels that are never predicted, without a baseline',
      window: confusionOf({ a: { x: 300 } }),
      baseline: [],
      note: "labels are 'a' and predictions 'x': no class is in both",
    },
  ])('has no value with $name', ({ window, baseline, note }) => {
    const settings = { thresholds: { accuracy: 0.5 } };
    const accuracy = find({ window: [window], baseline, settings }, 'accuracy')!;
    expect(accuracy).toMatchObject({ status: 'not_computable', value: null });
    expect(accuracy.note).toContain(note);
  });

  it('is 0 and breaches when live labels are spelled otherwise than in the baseline', () => {
    const window = [confusionOf({ LATE: { late: 300 }, ONTIME: { ontime: 300 } })];
    const settings = { thresholds: { accuracy: 0.5 } };
    expect(find({ window, settings }, 'accuracy')).toMatchObject({ status: 'breached', value: 0 });
  });
});

describe('a regression', () => {
  it('says once that its quality is not measured yet', () => {
    const cells = (segment: object): ProfileCell[] => [
      { ...numericCell(VALUES.features[0] as never, range(500, 0, 1)), ...segment },
    ];
    const both = [...cells({}), ...cells(where('origin', 'ATL'))];
    expect(run({ window: both, baseline: both, binning: VALUES })).toMatchObject([
      {
        ...{ segment: 'all', feature: '', metric: 'accuracy', status: 'not_computable', value: null },
        note: 'quality of a regression is not measured yet: no error of predicted values (MAE, RMSE, R²) is computed',
      },
    ]);
  });
});

/** Every form that a limit can have, with what it is for days of 80 % and a window of 60 %, all of whose rows have labels. */
const days = (share: (day: number) => number) =>
  Array.from({ length: 10 }, (_, day) => [
    confusionCell(share(day), 500 - share(day), 500),
    confusionCell(share(day), 500 - share(day), 500, where('origin', 'ATL')),
  ]);
const restless = days((day) => (day % 2 === 0 ? 380 : 420));

describe.each<{ name: string; settings: Partial<MonitorBody>; limit: number | null; how?: string }>([
  { name: 'no limit', settings: {}, limit: null },
  { name: 'a number', settings: { thresholds: { accuracy: 0.7 } }, limit: 0.7 },
  {
    name: 'a lower bound',
    settings: { thresholds: { accuracy: { kind: 'constant', lower: 0.7 } } },
    limit: 0.7,
  },
  {
    name: 'two bounds',
    settings: { thresholds: { accuracy: { kind: 'constant', lower: 0.7, upper: 0.99 } } },
    limit: 0.7,
  },
  { name: 'auto', settings: { thresholds: { accuracy: 'auto' } }, limit: 0.76, how: '99 % quantile' },
  {
    name: 'a quantile',
    settings: { thresholds: { accuracy: { kind: 'auto', quantile: 0.5 } } },
    limit: 0.8,
    how: '50 % quantile',
  },
  {
    name: 'standard deviations',
    settings: { thresholds: { accuracy: { kind: 'stddev', factor: 3 } } },
    limit: 0.8 - 3 * 0.04,
    how: '3 standard deviations',
  },
  { name: 'a default', settings: { thresholds: { default: 'auto' } }, limit: 0.76, how: '99 % quantile' },
  {
    name: 'one of its own',
    settings: { thresholds: { accuracy: 0.1 }, segmentThresholds: { all: { accuracy: 0.7 } } },
    limit: 0.7,
  },
])('with $name as limit', ({ settings, limit, how = '' }) => {
  const window = [confusionCell(600, 400), confusionCell(600, 400, 0, where('origin', 'ATL'))];
  const accuracy = find({ window, chunks: restless, settings }, 'accuracy')!;

  it('accuracy is held against it', () => {
    if (limit === null) expect(accuracy.threshold).toBeNull();
    else expect(accuracy.threshold).toBeCloseTo(limit, 2);
    expect(accuracy.status).toBe(limit === null ? 'no_limit' : 'breached');
    expect(accuracy.note).toContain(how);
  });
});

describe('limits', () => {
  const window = [confusionCell(600, 400), confusionCell(600, 400, 0, where('origin', 'ATL'))];

  it('of a segment value and of a segment hold there and nowhere else', () => {
    const settings = {
      thresholds: { accuracy: 0.5 },
      segmentThresholds: { 'origin=ATL': { accuracy: 0.75 }, origin: { label_coverage: 1.1 } },
    };
    const given = { window, chunks: restless, settings };
    expect(find(given, 'accuracy')).toMatchObject({ threshold: 0.5, status: 'ok' });
    expect(find(given, 'accuracy', 'ATL')).toMatchObject({ threshold: 0.75, status: 'breached' });
    expect(find(given, 'label_coverage')).toMatchObject({ threshold: null, status: 'no_limit' });
    expect(find(given, 'label_coverage', 'ATL')).toMatchObject({ threshold: 1.1, status: 'breached' });
  });

  it('of accuracy are fitted on draws where the baseline has no parts', () => {
    const accuracy = (right: number) =>
      find(
        { window: [confusionCell(right, 1_000 - right)], settings: { thresholds: { accuracy: 'auto' } } },
        'accuracy',
      )!;
    // Binomial: 2.33 · √(0.8 · 0.2 · (1/1,000 + 1/10,000)) below 0.8.
    expect(accuracy(700).threshold).toBeGreaterThan(0.75);
    expect(accuracy(700).threshold).toBeLessThan(0.79);
    expect(accuracy(700)).toMatchObject({ status: 'breached' });
    expect(accuracy(800)).toMatchObject({ status: 'ok' });
    expect(accuracy(700).note).toContain('200 draws');
  });

  it('of label coverage are fitted on what it was on the baseline’s days', () => {
    const coverage = (unlabelled: number) =>
      find(
        {
          window: [confusionCell(400, 100, unlabelled)],
          chunks: days(() => 400).map((cells, day) =>
            cells.map((cell) => ({ ...cell, rows: cell.rows + (day % 2) * 10 })),
          ),
          settings: { thresholds: { label_coverage: { kind: 'stddev', factor: 3 } } },
        },
        'label_coverage',
      )!;
    expect(coverage(500)).toMatchObject({ status: 'ok' });
    expect(coverage(600)).toMatchObject({ status: 'breached' });
  });

  it('above are evidence of a gain', () => {
    const settings = { thresholds: { accuracy: { kind: 'constant' as const, upper: 0.9 } } };
    const of = (right: number) =>
      find({ window: [confusionCell(right, 1_000 - right)], settings }, 'accuracy')!.status;
    expect(of(950)).toBe('breached');
    expect(of(700)).toBe('ok');
  });

  it('of one metric leave the other out where metrics are chosen', () => {
    expect(run({ window, settings: { metrics: ['label_coverage'] } }).map(({ metric }) => metric)).toEqual([
      'label_coverage',
      'label_coverage',
    ]);
  });
});

describe('qualityWarnings', () => {
  it.each<{ name: string; binning?: BinningBody; cell: ConfusionCell | null; says: RegExp | null }>([
    { name: 'a good model', cell: confusionOf({ a: { a: 450, b: 50 }, b: { a: 50, b: 450 } }), says: null },
    { name: 'labels of one class', cell: confusionCell(900, 100), says: null },
    { name: 'no cell', cell: null, says: null },
    { name: 'labels still to come', cell: confusionCell(0, 0, 500), says: null },
    { name: 'a regression', binning: VALUES, cell: null, says: /quality of a regression is not measured/ },
    {
      name: 'scores without a class',
      binning: SCORES,
      cell: confusionOf({ a: { '': 500 } }),
      says: /name the class that a high score speaks for/,
    },
    {
      name: 'two spellings',
      cell: confusionOf({ True: { 1: 300 }, False: { 0: 300 } }),
      says: /labels are 'False', 'True' and predictions '0', '1'/,
    },
    {
      name: 'an inverted model',
      cell: confusionOf({ a: { a: 50, b: 850 }, b: { a: 100 } }),
      // 0.9 · 0.15 + 0.1 · 0.85 = 0.22
      says: /is 5%, less than the 22% of predictions that have nothing to do/,
    },
    {
      name: 'a model that is tuned for the rare class',
      cell: confusionOf({ a: { a: 560, b: 340 }, b: { a: 10, b: 90 } }),
      says: null,
    },
    {
      name: 'a model that is as good as always the same class',
      cell: confusionOf({ a: { a: 895 }, b: { a: 100, b: 5 } }),
      says: null,
    },
  ])('$name', ({ binning = LABELS, cell, says }) => {
    const [warning = ''] = qualityWarnings(binning, cell, true);
    if (says === null) expect(warning).toBe('');
    else expect(warning).toMatch(says);
    expect(qualityWarnings(binning, cell, false)).toEqual([]);
  });
});
