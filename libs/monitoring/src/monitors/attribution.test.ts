import type { AttributionCell, Feature, Finding, MetricName, MonitorBody } from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import { attributionCell, wholeCell } from '../../../../tests/fixtures/monitoring/attributions.js';
import { binningOf, monitorBody, where } from '../../../../tests/fixtures/monitoring/cells.js';
import { evaluate } from '../evaluate.js';
import { seeded } from '../random.js';

const FEATURES: Feature[] = ['a', 'b', 'c'].map((name) => ({ name, type: 'numeric', role: 'input' }));
const LIMITS = { ndcg: 0.9, attribution_share: 0.1, attribution_drift: 0.2, attribution_sign_flip: 0 };

/** Spread evenly over ±magnitude around a middle, so that mean |φ| is about half the magnitude. */
const values = (magnitude: number, rows: number, seed: number, middle = 0): number[] => {
  const random = seeded(seed);
  return Array.from({ length: rows }, () => middle + (random() * 2 - 1) * magnitude);
};

/** Cells of three features whose attributions have these magnitudes. */
const cells = (magnitudes: readonly number[], rows: number, seed: number, key = {}): AttributionCell[] => [
  wholeCell(rows, rows, key),
  ...magnitudes.map((magnitude, i) =>
    attributionCell(FEATURES[i]!.name, values(magnitude, rows, seed + i), key),
  ),
];

function findings(
  { window, baseline = [] }: { window: AttributionCell[]; baseline?: AttributionCell[] },
  settings: Partial<MonitorBody> = {},
): Finding[] {
  return evaluate({
    baseline: { cells: [], attributions: baseline },
    baselineChunks: [],
    window: { cells: [], attributions: window },
    binning: binningOf([]),
    features: FEATURES,
    settings: monitorBody({ kind: 'attribution', thresholds: LIMITS, ...settings }),
  });
}

const of = (all: readonly Finding[], metric: MetricName, feature = ''): Finding => {
  const found = all.find((one) => one.metric === metric && one.feature === feature);
  if (found === undefined) throw new Error(`no finding of ${metric} for '${feature}'`);
  return found;
};

describe('compareAttributions', () => {
  it('finds nothing where nothing moved', () => {
    const all = findings({ window: cells([7, 5, 0.5], 500, 1), baseline: cells([7, 5, 0.5], 2_000, 2) });
    expect(
      all.filter(({ status, threshold }) => status !== (threshold === null ? 'no_limit' : 'ok')),
    ).toEqual([]);
    expect(of(all, 'ndcg')).toMatchObject({ value: 1, baselineValue: 1, threshold: 0.9 });
    expect(of(all, 'attribution_coverage')).toMatchObject({ value: 1, evidence: 'exact' });
  });

  it('breaches when the ranking is turned round, and names who gained and lost', () => {
    const all = findings({ window: cells([1, 2, 7], 500, 1), baseline: cells([7, 5, 0.5], 2_000, 2) });
    const ranking = of(all, 'ndcg');
    expect(ranking.status).toBe('breached');
    // The published example of a full reversal.
    expect(ranking.value).toBeCloseTo(0.688, 2);
    expect(ranking.note).toMatch(/gained: c 69.* instead of 4.*; lost: a 10.* instead of 5\d/);
    expect(of(all, 'attribution_share', 'c')).toMatchObject({ status: 'breached' });
    expect(of(all, 'attribution_share', 'c').threshold).toBeCloseTo(0.14, 2);
    expect(of(all, 'attribution_share', 'a').value).toBeLessThan(
      of(all, 'attribution_share', 'a').threshold!,
    );
    expect(of(all, 'attribution_drift', 'c').status).toBe('breached');
  });

  it('sees magnitudes that keep the order, which NDCG does not', () => {
    const all = findings({ window: cells([20, 5, 0.5], 500, 1), baseline: cells([7, 5, 0.5], 2_000, 2) });
    expect(of(all, 'ndcg')).toMatchObject({ value: 1, status: 'ok' });
    expect(of(all, 'attribution_share', 'a').status).toBe('breached');
    expect(of(all, 'attribution_drift', 'b').status).toBe('ok');
  });

  it('does not breach a ranking that few rows leave open', () => {
    // The order is the baseline's, but so close that 30 rows often show another one.
    const seen = Array.from({ length: 40 }, (_, seed) => {
      const window = cells([5.6, 5, 4.4], 30, seed * 10);
      return of(findings({ window, baseline: cells([9, 5, 1], 2_000, 2) }, { minRows: 30 }), 'ndcg');
    });
    expect(seen.filter(({ value }) => value! < 0.9).length).toBeGreaterThan(3);
    expect(seen.filter(({ status }) => status === 'breached').length).toBeLessThanOrEqual(2);
  });

  it.each(['mean_abs', 'median', 'mean_square'] as const)('agrees on the ranking by %s', (aggregate) => {
    const all = findings(
      { window: cells([1, 2, 7], 500, 1), baseline: cells([7, 5, 0.5], 2_000, 2) },
      { attribution: { aggregate } },
    );
    expect(of(all, 'ndcg').status).toBe('breached');
    expect(of(all, 'attribution_share', 'a').variant).toBe(aggregate);
  });

  it('reports a feature that pushes the other way, and none that is centred', () => {
    const side = (middle: number, seed: number) => [
      wholeCell(500, 500),
      attributionCell('a', values(3, 500, seed, middle)),
      attributionCell('b', values(3, 500, seed + 1)),
    ];
    const all = findings({ window: side(-1, 1), baseline: side(1, 3) });
    expect(of(all, 'attribution_sign_flip', 'a')).toMatchObject({ value: 1, status: 'breached' });
    expect(of(all, 'attribution_sign_flip', 'a').note).toMatch(/mean attribution -.* instead of \d/);
    expect(of(all, 'attribution_sign_flip', 'b')).toMatchObject({ value: 0, status: 'ok' });
  });

  it('takes a list of weights as the baseline', () => {
    const weights = { a: 0.7, b: 0.5, c: 0.05 };
    const settings = { attribution: { aggregate: 'mean_abs', weights } as const };
    expect(of(findings({ window: cells([7, 5, 0.5], 500, 1) }, settings), 'ndcg')).toMatchObject({
      value: 1,
      status: 'ok',
    });
    const turned = findings({ window: cells([1, 2, 7], 500, 1) }, settings);
    expect(of(turned, 'ndcg').status).toBe('breached');
    expect(of(turned, 'attribution_share', 'c').status).toBe('breached');
    expect(of(turned, 'attribution_drift', 'c').status).toBe('no_baseline');
  });

  it('decides per segment value', () => {
    const south = where('region', 'south');
    const all = findings({
      window: [...cells([7, 5, 0.5], 500, 1), ...cells([1, 2, 7], 500, 1, south)],
      baseline: [...cells([7, 5, 0.5], 2_000, 2), ...cells([7, 5, 0.5], 2_000, 2, south)],
    });
    const breached = all.filter(({ status, metric }) => metric === 'ndcg' && status === 'breached');
    expect(breached.map(({ segmentValue }) => segmentValue)).toEqual(['south']);
  });
});

describe('bad input is a status with a reason', () => {
  const baseline = cells([7, 5, 0.5], 2_000, 2);

  it('few explained rows: says how many, and the coverage', () => {
    const window = [wholeCell(10_000, 20), attributionCell('a', values(1, 20, 1), { unexplained: 9_980 })];
    const all = findings({ window, baseline });
    expect(of(all, 'ndcg')).toMatchObject({
      status: 'not_enough_data',
      note: '20 explained rows in this window (0.2% of all), 200 are needed',
    });
    expect(of(all, 'attribution_coverage')).toMatchObject({ value: 0.002, status: 'no_limit' });
  });

  it('a single explained row decides no direction', () => {
    const window = [wholeCell(1, 1), attributionCell('a', [-1])];
    const all = findings({ window, baseline }, { minRows: 1 });
    expect(of(all, 'attribution_sign_flip', 'a').status).toBe('not_enough_data');
    expect(of(all, 'ndcg').value).not.toBeNull();
    expect(all.flatMap(({ value, p }) => [value, p]).filter(Number.isNaN)).toEqual([]);
  });

  it('attributions of unknown features are told with the coverage', () => {
    const window = [wholeCell(500, 500, { unknown: { zz: 40 } }), ...cells([7, 5, 0.5], 500, 1).slice(1)];
    const { status, note } = of(findings({ window, baseline }), 'attribution_coverage');
    expect(status).toBe('no_limit');
    expect(note).toBe('no limit is set; 40 rows explain features that the schema does not know (zz)');
  });

  it('NaN and infinities are left out of importance and seen by drift', () => {
    const broken = values(7, 500, 1).map((x, i) => (i % 2 === 0 ? Infinity : i % 5 === 0 ? NaN : x));
    const window = [
      wholeCell(500, 500),
      attributionCell('a', broken),
      ...cells([7, 5, 0.5], 500, 1).slice(2),
    ];
    const all = findings({ window, baseline });
    expect(of(all, 'attribution_share', 'a').status).toBe('ok');
    expect(of(all, 'attribution_drift', 'a').status).toBe('breached');
  });

  it.each([
    { name: 'no rows', window: [], status: 'no_data' },
    { name: 'no explanation at training', window: cells([7, 5, 0.5], 500, 1), status: 'no_baseline' },
  ])('$name', ({ window, status }) => {
    expect(of(findings({ window }), 'ndcg').status).toBe(status);
  });

  it('attributions that are all 0 at training give no ranking', () => {
    const zero = cells([0, 0, 0], 500, 1);
    const all = findings({ window: cells([7, 5, 0.5], 500, 1), baseline: zero });
    expect(of(all, 'ndcg').status).toBe('not_computable');
    expect(of(all, 'attribution_share', 'a').status).toBe('not_computable');
  });
});
