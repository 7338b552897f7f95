import { describe, expect, it } from 'vitest';
import { RECONSTRUCTION_ERROR, type Finding, type MetricName, type RowSample } from '#libs/contracts';
import {
  binningOf,
  monitorBody,
  numericBinning,
  numericCell,
  where,
} from '../../../../tests/fixtures/monitoring/cells.js';
import { generator } from '../../../../tests/fixtures/stats/random.js';
import { evaluate } from '../evaluate.js';
import type { MonitorInput } from '../pair.js';

const binning = numericBinning(RECONSTRUCTION_ERROR, 0, 4, 40);
const random = generator(5);
const errors = (n: number, shift = 0) => Array.from({ length: n }, () => shift + random() + random());
const DAYS = 10;
const days = Array.from({ length: DAYS }, () => errors(400));

/** Two columns that go together, or not. */
function rows(n: number, together: boolean): RowSample {
  const x = Array.from({ length: n }, () => random());
  const y = x.map((value) => (together ? value + 0.1 * random() : random()));
  return {
    columns: [
      { feature: 'x', kind: 'numeric', values: x },
      { feature: 'y', kind: 'numeric', values: y },
      {
        feature: 'kind',
        kind: 'categorical',
        values: x.map((value, i) => (i % 9 === 0 ? null : value > 0.5 ? 'a' : 'b')),
      },
    ],
  };
}

const input = (changes: Partial<MonitorInput> = {}): MonitorInput => ({
  baseline: { cells: [numericCell(binning, days.flat())] },
  baselineChunks: days.map((day, i) => ({ startMs: i * 86_400_000, cells: [numericCell(binning, day)] })),
  window: { cells: [numericCell(binning, errors(400))] },
  binning: binningOf([binning]),
  features: [],
  settings: monitorBody({
    kind: 'multivariate_drift',
    thresholds: {
      pca_reconstruction_error: { kind: 'stddev', factor: 3 },
      domain_classifier_auc: 0.6,
      correlation_drift: 0.2,
    },
  }),
  rows: { baseline: rows(800, true), window: rows(400, true) },
  ...changes,
});
const of = (findings: readonly Finding[], metric: MetricName): Finding => {
  const found = findings.find((finding) => finding.metric === metric);
  if (found === undefined) throw new Error(`no finding of ${metric}`);
  return found;
};
const METRICS = ['pca_reconstruction_error', 'domain_classifier_auc', 'correlation_drift'] as const;

describe('a multivariate monitor', () => {
  it('is quiet where nothing changed', () => {
    const findings = evaluate(input());
    for (const metric of METRICS) expect(of(findings, metric).status).toBe('ok');
    expect(of(findings, 'pca_reconstruction_error').note).toContain('3 standard deviations');
  });

  it('sees rows that left the components, and features that no longer go together', () => {
    const findings = evaluate(
      input({
        window: { cells: [numericCell(binning, errors(400, 0.5))] },
        rows: { baseline: rows(800, true), window: rows(400, false) },
      }),
    );
    for (const metric of METRICS) expect(of(findings, metric).status).toBe('breached');
    expect(of(findings, 'correlation_drift').note).toContain('x and y');
  });

  it('has a test of its own for each metric', () => {
    const ps = METRICS.map((metric) => of(evaluate(input()), metric).p);
    expect(new Set(ps).size).toBe(3);
  });

  it('compares segment values by what was profiled, and samples for all rows only', () => {
    const north = where('region', 'north');
    const findings = evaluate(
      input({
        baseline: { cells: [numericCell(binning, days.flat()), numericCell(binning, errors(2_000), north)] },
        window: { cells: [numericCell(binning, errors(400)), numericCell(binning, errors(300, 1), north)] },
      }),
    );
    const inNorth = findings.filter(({ segmentValue }) => segmentValue === 'north');
    expect(inNorth.map(({ metric }) => metric)).toEqual(['pca_reconstruction_error']);
    expect(inNorth[0]?.value).toBeGreaterThan(1.5);
  });

  const NO_ROWS: RowSample = { columns: [] };
  const cases: [string, Partial<MonitorInput>, MetricName, Finding['status']][] = [
    ['without components', { binning: binningOf([]) }, 'pca_reconstruction_error', 'not_computable'],
    ['without rows in the window', { window: { cells: [] } }, 'pca_reconstruction_error', 'no_data'],
    [
      'without sampled rows',
      { window: { cells: [] }, rows: { baseline: rows(800, true), window: NO_ROWS } },
      'domain_classifier_auc',
      'no_data',
    ],
    [
      'with a handful of rows',
      { rows: { baseline: rows(800, true), window: rows(30, true) } },
      'correlation_drift',
      'not_enough_data',
    ],
    [
      'with one column',
      {
        rows: { baseline: { columns: rows(800, true).columns.slice(0, 1) }, window: rows(400, true) },
      },
      'correlation_drift',
      'not_computable',
    ],
  ];
  it.each(cases)('says what is missing %s', (_, changes, metric, status) => {
    expect(of(evaluate(input(changes)), metric)).toMatchObject({ status, value: null });
  });
});
