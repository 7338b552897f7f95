import { describe, expect, test } from 'vitest';
import type { Finding, FindingStatus, NumericCell } from '#libs/contracts';
import { BLANK } from '../draft.js';
import { originOf, type Origin } from './origin.js';
import { originSentence } from './words.js';

const binning = { feature: 'amount', kind: 'numeric' as const, edges: [0, 1, 2, 3], max: 4 };
const cell = (segment: string, segmentValue: string, counts: number[]): NumericCell => ({
  ...{ kind: 'numeric', segment, segmentValue, feature: 'amount' },
  ...{ rows: counts.reduce((a, b) => a + b, 0), nulls: 0, invalid: 0, counts },
  ...{ under: 0, underSum: 0, over: 0, overSum: 0, min: 0, max: 4, sum: 0, sumSquares: 0 },
});
type Values = Record<string, number[]>;
const profile = (values: Values) => {
  const all = [0, 1, 2, 3].map((bin) => Object.values(values).reduce((sum, own) => sum + (own[bin] ?? 0), 0));
  return {
    cells: [
      cell('all', 'in', all),
      ...Object.entries(values).map(([value, own]) => cell('region', value, own)),
    ],
  };
};
const finding = (segmentValue: string, status: FindingStatus): Finding => ({
  ...BLANK,
  ...(segmentValue === 'all' ? { segment: 'all', segmentValue: 'in' } : { segment: 'region', segmentValue }),
  ...{
    feature: 'amount',
    metric: 'psi',
    value: 1,
    threshold: 0.2,
    pAdjusted: 0,
    status,
    rows: 100,
    baselineRows: 100,
  },
});
const origin = (
  before: Values,
  now: Values,
  statuses: Record<string, FindingStatus>,
  of = 'all',
): Origin | null => {
  const findings = Object.entries(statuses).map(([value, status]) => finding(value, status));
  const about = findings.find(({ segmentValue }) => segmentValue === (of === 'all' ? 'in' : of));
  if (about === undefined) throw new Error(`no finding of ${of}`);
  return originOf({
    ...{ baseline: profile(before), window: profile(now), binnings: [binning], findings },
    dimensions: [{ segment: 'region', feature: 'region' }],
  })(about);
};
const said = (found: Origin | null): string | null =>
  found === null ? null : originSentence(found, { feature: 'amount' });

const even = [25, 25, 25, 25];
const four: Values = { north: even, south: even, east: even, west: even };

describe('where a change comes from', () => {
  test('one value carries it', () => {
    const found = origin(
      four,
      { ...four, south: [0, 0, 0, 100] },
      { all: 'breached', south: 'breached', north: 'ok' },
    );
    expect(said(found)).toBe('all of the change comes from region=south (25% of the rows)');
    expect(found?.parts.reduce((sum, { within, mix }) => sum + within + mix, 0)).toBeCloseTo(1, 9);
  });

  test('all values show it alike', () => {
    const now = Object.fromEntries(Object.keys(four).map((value) => [value, [5, 15, 30, 50]]));
    const all = Object.fromEntries(
      ['all', ...Object.keys(four)].map((value) => [value, 'breached' as const]),
    );
    expect(said(origin(four, now, all))).toBe('in all 4 values of region alike');
  });

  test('the mix of the values changed, and nothing within them', () => {
    const found = origin(
      { north: [400, 200, 100, 100], south: [10, 10, 40, 140] },
      { north: [200, 100, 50, 50], south: [30, 30, 120, 420] },
      { all: 'breached', north: 'ok', south: 'ok' },
    );
    expect(said(found)).toBe(
      'the mix of region changed (north 80% → 40%, south 20% → 60%); within its values amount did not change',
    );
  });

  test('only a value shows it', () => {
    const found = origin(
      four,
      { ...four, south: [0, 0, 0, 100] },
      { all: 'ok', south: 'breached', north: 'ok' },
      'south',
    );
    expect(said(found)).toBe('only region=south (50% of the rows), not all rows together');
  });

  test('a value that holds nearly all rows carries nothing worth saying', () => {
    const before = { main: [250, 250, 250, 250], rest: [5, 5, 5, 5] };
    const found = origin(
      before,
      { ...before, main: [50, 150, 300, 500] },
      { all: 'breached', main: 'breached' },
    );
    expect(found).toBeNull();
  });

  test('a column explains nothing about itself', () => {
    const found = originOf({
      ...{
        baseline: profile(four),
        window: profile({ ...four, south: [0, 0, 0, 100] }),
        binnings: [binning],
      },
      ...{ dimensions: [{ segment: 'region', feature: 'amount' }], findings: [] },
    })(finding('all', 'breached'));
    expect(found).toBeNull();
  });
});
