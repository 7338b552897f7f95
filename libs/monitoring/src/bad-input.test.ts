import { describe, expect, it } from 'vitest';
import {
  dataQualityMetrics,
  driftMetrics,
  type Feature,
  type FeatureBinning,
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
} from '../../../tests/fixtures/monitoring/cells.js';
import { evaluate } from './evaluate.js';
import type { MonitorInput } from './pair.js';

const kinds: Partial<MonitorBody>[] = [
  { kind: 'drift', metrics: [...driftMetrics] },
  { kind: 'drift', metrics: [...driftMetrics], thresholds: { default: 'auto' } },
  { kind: 'data_quality', metrics: [...dataQualityMetrics] },
  { kind: 'data_quality', metrics: [...dataQualityMetrics], thresholds: { default: 'auto', volume: 'auto' } },
];
const features: Feature[] = [{ name: 'x', type: 'numeric', role: 'input' }];
const plain = numericBinning('x', 0, 100, 50);
const usual = numericCell(plain, range(1_000, 0, 100));

type Sides = {
  baseline: ProfileCell[];
  window: ProfileCell[];
  binning?: FeatureBinning;
  days?: ProfileCell[][];
};
const run = ({ baseline, window, binning = plain, days = [] }: Sides, settings: Partial<MonitorBody>) =>
  evaluate({
    baseline: { cells: baseline },
    baselineChunks: days.map((cells, startMs) => ({ startMs, cells })),
    window: { cells: window },
    binning: binningOf([binning]),
    features,
    settings: monitorBody({ ...settings, minRows: 1 }),
  });

const constant: FeatureBinning = { feature: 'x', kind: 'numeric', edges: [5], max: 5 };
const huge: FeatureBinning = { feature: 'x', kind: 'numeric', edges: [-1e308, -1, 0, 1], max: 1e308 };
const ids: FeatureBinning = {
  feature: 'x',
  kind: 'numeric',
  edges: [2 ** 53 - 4, 2 ** 53 - 2],
  max: 2 ** 53,
};
const nothing: FeatureBinning = { feature: 'x', kind: 'numeric', edges: [0], max: 0 };
const never = Array<null>(500).fill(null);
const wrong = Array<'invalid'>(500).fill('invalid');
const text = { ...categoricalCell(categoricalBinning('x', ['a']), { a: 500 }), feature: 'x' };

/** What a batch sends that runs by the clock. */
const schedule = {
  baseline: [numericCell(plain, Array.from({ length: 10 }, () => range(1_000, 0, 100)).flat())],
  days: Array.from({ length: 10 }, () => [usual]),
};

const cases: Record<string, Sides> = {
  'a constant column': {
    binning: constant,
    baseline: [numericCell(constant, Array<number>(500).fill(5))],
    window: [numericCell(constant, Array<number>(500).fill(5))],
  },
  'a constant that moved': {
    binning: constant,
    baseline: [numericCell(constant, Array<number>(500).fill(5))],
    window: [numericCell(constant, range(500, 0, 10))],
  },
  'a column that has become constant': {
    baseline: [usual],
    window: [numericCell(plain, Array<number>(500).fill(7))],
  },
  'a column that never had a value': {
    binning: nothing,
    baseline: [numericCell(nothing, never)],
    window: [numericCell(nothing, never)],
  },
  'a column that has values at last': {
    binning: nothing,
    baseline: [numericCell(nothing, never)],
    window: [numericCell(nothing, range(500, -5, 5))],
  },
  'a column without a value': { baseline: [usual], window: [numericCell(plain, never)] },
  'infinities, which arrive as wrong': { baseline: [usual], window: [numericCell(plain, wrong)] },
  'one row': { baseline: [usual], window: [numericCell(plain, [5])] },
  'one row on each side': { baseline: [numericCell(plain, [5])], window: [numericCell(plain, [7])] },
  'an empty window': { baseline: [usual], window: [] },
  'an empty cell': { baseline: [usual], window: [numericCell(plain, [])] },
  'no baseline': { baseline: [], window: [usual] },
  'the ends of doubles': {
    binning: huge,
    baseline: [numericCell(huge, [...range(500, -1, 1), 1e308, -1e308, 1e308])],
    window: [numericCell(huge, [...range(500, -1, 1), -1e308, -1e308])],
  },
  'only the ends of doubles': {
    binning: huge,
    baseline: [numericCell(huge, Array<number>(300).fill(1e308))],
    window: [numericCell(huge, Array<number>(300).fill(-1e308))],
  },
  'identifiers of 2^53': {
    binning: ids,
    baseline: [numericCell(ids, range(500, 2 ** 53 - 4, 2 ** 53))],
    window: [numericCell(ids, range(500, 2 ** 53 - 4, 2 ** 53))],
  },
  'a number that became a text': { baseline: [usual], window: [text] },
  'a baseline shorter than a window': { baseline: [usual], window: [usual], days: [[usual]] },
  'days that are all the same': { ...schedule, window: [usual] },
  'days that are all the same, and one that is not': {
    ...schedule,
    window: [numericCell(plain, range(1_000, 20, 120))],
  },
  'counts of another binning': { baseline: [usual], window: [{ ...usual, counts: [1, 2] }] },
  'sums that overflowed': { baseline: [usual], window: [{ ...usual, sum: Infinity, sumSquares: Infinity }] },
};

describe.each(Object.entries(cases))('%s', (_, sides) => {
  it.each(kinds)('gives findings with finite numbers, or a status that says why: $kind', (settings) => {
    const findings = run(sides, settings);
    for (const finding of findings) {
      const { value, baselineValue, threshold, p, pAdjusted, deff, resolution, interval, status, note } =
        finding;
      const numbers = [
        value,
        baselineValue,
        threshold,
        p,
        pAdjusted,
        deff,
        resolution,
        interval?.low,
        interval?.high,
      ];
      for (const number of numbers) expect(number ?? 0).toSatisfy(Number.isFinite);
      if (!['ok', 'breached'].includes(status)) expect(note).not.toBe('');
    }
    if (findings.length > 0)
      expect(new Set(findings.map((f) => `${f.feature} ${f.metric}`)).size).toBe(findings.length);
  });
});

it('one feature of 5,000 fails alone', () => {
  const names = Array.from({ length: 5_000 }, (_, i) => `f${i}`);
  const small = (feature: string) => numericBinning(feature, 0, 10, 5);
  const one = numericCell(small('f'), range(10, 0, 10));
  const cells = names.map((feature) => ({ ...one, feature }));
  const broken = cells.map((cell, i) => (i === 7 ? { ...cell, counts: [1] } : cell));
  const findings = evaluate({
    baseline: { cells },
    baselineChunks: [],
    window: { cells: broken },
    binning: binningOf(names.map(small)),
    features: names.map((name): Feature => ({ name, type: 'numeric', role: 'input' })),
    settings: monitorBody({ minRows: 1, metrics: ['psi'] }),
  });
  expect(findings).toHaveLength(5_000);
  expect(findings.filter((f) => f.status === 'failed').map((f) => f.feature)).toEqual(['f7']);
});

it('a day unlike others that are all the same is told', () => {
  const of = (from: number) =>
    run(
      { ...schedule, window: [numericCell(plain, range(1_000, from, from + 100))] },
      { metrics: ['psi'], thresholds: { psi: 0.1 } },
    );
  expect(of(0)).toMatchObject([{ status: 'ok', value: 0, p: 1 }]);
  expect(of(20)).toMatchObject([{ status: 'breached' }]);
});

it('a kind that looks at everything at once fails as one finding', () => {
  const broken = { baseline: {}, window: {} } as unknown as NonNullable<MonitorInput['rows']>;
  const findings = evaluate({
    ...{ baseline: { cells: [usual] }, baselineChunks: [], window: { cells: [usual] } },
    ...{ binning: binningOf([plain]), features, settings: monitorBody({ kind: 'multivariate_drift' }) },
    rows: broken,
  });
  expect(findings).toMatchObject([{ status: 'failed', metric: 'pca_reconstruction_error', feature: '' }]);
});
