import type { BiasPlan, FacetCell, Finding, MetricName, MonitorBody } from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import { binningOf, monitorBody, where } from '../../../../tests/fixtures/monitoring/cells.js';
import { facetCell, facetPlan, type Outcomes } from '../../../../tests/fixtures/monitoring/facets.js';
import { evaluate } from '../evaluate.js';

const SEX = facetPlan({
  facets: [{ name: 'sex', feature: 'sex', disfavoured: ['f'], names: { f: 'women' }, favouredName: 'men' }],
});
const [MEN, WOMEN] = [1, 2];

const cell = (men: Outcomes, women: Outcomes, key?: { segment: string; segmentValue: string }) =>
  facetCell(
    SEX,
    'sex',
    [
      { levels: [MEN], ...men },
      { levels: [WOMEN], ...women },
    ],
    key,
  );

function findings(
  {
    window,
    baseline = [],
    plan = SEX,
  }: { window: FacetCell[]; baseline?: FacetCell[]; plan?: BiasPlan | null },
  settings: Partial<MonitorBody> = {},
): Finding[] {
  return evaluate({
    baseline: { cells: [], facets: baseline },
    baselineChunks: [],
    window: { cells: [], facets: window },
    binning: binningOf([]),
    features: [],
    settings: monitorBody({ kind: 'bias', ...settings }),
    bias: plan,
  });
}

const of = (all: readonly Finding[], metric: MetricName, facetValue = 'women'): Finding => {
  const found = all.find((one) => one.metric === metric && one.facetValue === facetValue);
  if (found === undefined) throw new Error(`no finding of ${metric} for ${facetValue}`);
  return found;
};

/** Decisions of 10,000 men and as many women with these shares of yes. */
const shares = (men: number, women: number): FacetCell =>
  cell({ yes: 10_000 * men, no: 10_000 * (1 - men) }, { yes: 10_000 * women, no: 10_000 * (1 - women) });

describe('values', () => {
  it('are those of the published example', () => {
    // Vector set A: men TN 20 FN 5 FP 10 TP 65, women TN 18 FN 7 FP 5 TP 20, ten times each.
    const window = cell({ tn: 200, fn: 50, fp: 100, tp: 650 }, { tn: 180, fn: 70, fp: 50, tp: 200 });
    const all = findings({ window: [window], baseline: [window] });
    const expected: Partial<Record<MetricName, number>> = {
      ...{ sd: 0.115942, rd: 0.187831, dar: 0.066667, drr: -0.08, ad: 0.09, te: 0.9 },
      ...{ dcacc: -0.146667, dcr: -0.28, dppl: 0.25, di: 2 / 3, dpl: 0.16 },
    };
    for (const [metric, value] of Object.entries(expected))
      expect(of(all, metric as MetricName).value).toBeCloseTo(value, 6);
    expect(all.find(({ metric }) => metric === 'ge')).toMatchObject({ facet: '', facetValue: '' });
    expect(all.find(({ metric }) => metric === 'ge')?.value).toBeCloseTo(0.086313, 6);
  });

  it('come with intervals, counts and the baseline', () => {
    const all = findings({ window: [shares(0.6, 0.46)], baseline: [shares(0.6, 0.56)] });
    const dppl = of(all, 'dppl');
    expect(dppl).toMatchObject({ facet: 'sex', rows: 20_000, baselineRows: 20_000, status: 'no_limit' });
    expect(dppl.value).toBeCloseTo(0.14, 9);
    expect(dppl.baselineValue).toBeCloseTo(0.04, 9);
    expect(dppl.interval?.low).toBeGreaterThan(0.12);
    expect(dppl.interval?.high).toBeLessThan(0.16);
  });

  it('weigh subgroups by rows: what the group variable explains is no disparity', () => {
    const plan = { ...SEX, group: { feature: 'dept' }, groups: ['a', 'b'] };
    // Within each department men and women fare alike, but women apply where few are taken.
    const window = facetCell(plan, 'sex', [
      { levels: [MEN], group: 1, yes: 800, no: 200 },
      { levels: [WOMEN], group: 1, yes: 80, no: 20 },
      { levels: [MEN], group: 2, yes: 20, no: 80 },
      { levels: [WOMEN], group: 2, yes: 200, no: 800 },
    ]);
    const all = findings({ window: [window], baseline: [window], plan });
    expect(of(all, 'cddpl').value).toBeCloseTo(0, 9);
    expect(of(all, 'dppl').value).toBeGreaterThan(0.4);
  });
});

describe('drift from the own neutral point', () => {
  const limits = { thresholds: { di: 0.8, dppl: 0.1 } };

  it.each([
    { name: 'a ratio that falls away from 1', before: [0.6, 0.54], now: [0.6, 0.3], status: 'breached' },
    { name: 'a ratio that comes back to 1', before: [0.6, 0.3], now: [0.6, 0.54], status: 'ok' },
    { name: 'a ratio that rises as far above 1', before: [0.54, 0.6], now: [0.3, 0.6], status: 'breached' },
    { name: 'a change of sides of equal size', before: [0.6, 0.54], now: [0.54, 0.6], status: 'ok' },
  ])('$name: $status', ({ before, now, status }) => {
    const all = findings(
      { window: [shares(now[0]!, now[1]!)], baseline: [shares(before[0]!, before[1]!)] },
      limits,
    );
    expect(of(all, 'di').status).toBe(status);
    expect(of(all, 'dppl').status).toBe(status);
  });

  it('says the limit in units of the metric, on the side where the value is', () => {
    const all = findings({ window: [shares(0.6, 0.3)], baseline: [shares(0.6, 0.54)] }, limits);
    expect(of(all, 'di').threshold).toBeCloseTo(0.9 * 0.8, 9);
    expect(of(all, 'dppl').threshold).toBeCloseTo(0.16, 9);
    const other = findings({ window: [shares(0.3, 0.6)], baseline: [shares(0.54, 0.6)] }, limits);
    expect(of(other, 'di').threshold).toBeCloseTo(1 / 0.9 / 0.8, 9);
    expect(of(other, 'dppl').threshold).toBeCloseTo(-0.16, 9);
  });

  it('needs evidence: the same shares of few people are no alert', () => {
    const few = (men: number, women: number) =>
      cell({ yes: 100 * men, no: 100 * (1 - men) }, { yes: 100 * women, no: 100 * (1 - women) });
    const all = findings(
      { window: [few(0.6, 0.44)], baseline: [few(0.6, 0.58)] },
      { thresholds: { dppl: 0.1 } },
    );
    expect(of(all, 'dppl').status).toBe('inconclusive');
    expect(of(all, 'dppl').pAdjusted).toBeGreaterThan(0.05);
  });

  it('takes fixed limits without a baseline', () => {
    const bias = { facets: null, against: 'fixed', minGroupRows: 50 } as const;
    const all = findings({ window: [shares(0.6, 0.45)] }, { thresholds: { di: 0.8, dppl: 0.2 }, bias });
    expect(of(all, 'di')).toMatchObject({ status: 'breached', threshold: 0.8 });
    expect(of(all, 'dppl')).toMatchObject({ status: 'ok', threshold: 0.2 });
  });

  it('lets a facet have limits of its own', () => {
    const own = { ...limits, featureThresholds: { sex: { di: 0.5 } } };
    const all = findings({ window: [shares(0.6, 0.3)], baseline: [shares(0.6, 0.54)] }, own);
    expect(of(all, 'di').status).toBe('ok');
    expect(of(all, 'dppl').status).toBe('breached');
  });
});

describe('a family of tests', () => {
  it('is facets × segment values × metrics with a limit', () => {
    const values = Array.from({ length: 20 }, (_, i) => where('region', `r${i}`));
    const quiet = values.map((key) => cell({ yes: 600, no: 400 }, { yes: 580, no: 420 }, key));
    const window = [cell({ yes: 600, no: 400 }, { yes: 500, no: 500 }), ...quiet];
    const all = findings({ window, baseline: [shares(0.6, 0.58), ...quiet] }, { thresholds: { dppl: 0.05 } });
    const [first] = all.filter(({ metric }) => metric === 'dppl');
    expect(first?.segment).toBe('all');
    expect(first!.pAdjusted! / first!.p!).toBeCloseTo(21, 6);
    expect(all.filter(({ metric, p }) => metric !== 'dppl' && p !== null)).toEqual([]);
  });
});

describe('intersections', () => {
  const plan = facetPlan({
    facets: [
      { name: 'sex', feature: 'sex', disfavoured: ['f'], names: { f: 'women' }, favouredName: 'men' },
      { name: 'age', feature: 'age', above: 40 },
    ],
    intersections: [['sex', 'age']],
  });
  const half = { yes: 500, no: 500 };
  const window = facetCell(plan, 'sex × age', [
    { levels: [1, 1], ...half },
    { levels: [1, 2], ...half },
    { levels: [2, 1], ...half },
    { levels: [2, 2], yes: 100, no: 900 },
    { levels: [0, 2], yes: 9_999 },
  ]);

  it('compare each combination with those that are favoured in every facet', () => {
    const all = findings({ window: [window], baseline: [window], plan }).filter(
      ({ facet, metric }) => facet === 'sex × age' && metric === 'dppl',
    );
    expect(all.map(({ facetValue, value }) => [facetValue, value])).toEqual([
      ['men × above 40', 0],
      ['women × at most 40', 0],
      ['women × above 40', 0.4],
    ]);
  });

  it('are chosen by name', () => {
    const bias: MonitorBody['bias'] = { facets: ['sex × age'], against: 'baseline', minGroupRows: 50 };
    const all = findings({ window: [window], baseline: [window], plan }, { bias });
    expect(new Set(all.map(({ facet }) => facet))).toEqual(new Set(['sex × age', '']));
  });
});

describe('bad input is a status with a reason', () => {
  const baseline = [cell({ tp: 300, fp: 100, fn: 100, tn: 500 }, { tp: 300, fp: 100, fn: 100, tn: 500 })];
  const cases: { name: string; window: FacetCell[]; metric: MetricName; status: string; note: RegExp }[] = [
    {
      name: 'the column is missing',
      window: [facetCell(SEX, 'sex', [{ levels: [0], yes: 500, no: 500 }])],
      ...{ metric: 'dppl', status: 'not_computable', note: /no row of this window has a value of 'sex'/ },
    },
    {
      name: 'the column is constant',
      window: [cell({}, { yes: 500, no: 500 })],
      ...{ metric: 'dppl', status: 'no_data', note: /no rows of 'men' in this window/ },
    },
    {
      name: 'the disfavoured group is gone',
      window: [cell({ yes: 500, no: 500 }, {})],
      ...{ metric: 'dppl', status: 'no_data', note: /no rows of 'women' in this window/ },
    },
    {
      name: 'no label has arrived',
      window: [shares(0.6, 0.5)],
      ...{ metric: 'rd', status: 'waiting', note: /no label/ },
    },
    {
      name: 'a group is small',
      window: [cell({ yes: 500, no: 500 }, { yes: 20, no: 10 })],
      ...{ metric: 'dppl', status: 'not_enough_data', note: /30 decisions of 'women' in this window, 50/ },
    },
    {
      name: 'all labels are of one class',
      window: [cell({ tp: 300, fn: 200 }, { tp: 300, fn: 200 })],
      ...{ metric: 'rd', status: 'not_computable', note: /all labels are favourable/ },
    },
    {
      name: 'an outcome is too rare for an interval',
      window: [cell({ tp: 500, fp: 2, fn: 100, tn: 2 }, { tp: 500, fp: 2, fn: 100, tn: 2 })],
      ...{ metric: 'sd', status: 'not_enough_data', note: /expected .* times, 10 are needed/ },
    },
    { name: 'no rows', window: [], metric: 'dppl', status: 'no_data', note: /no rows/ },
  ];

  it.each(cases)('$name', ({ window, metric, status, note }) => {
    const found = of(findings({ window, baseline }), metric);
    expect(found).toMatchObject({ status, value: null });
    expect(found.note).toMatch(note);
  });

  it('a value that was never seen', () => {
    const plan = facetPlan({ facets: [{ name: 'sex', feature: 'sex', disfavoured: ['x'] }] });
    const only = [facetCell(plan, 'sex', [{ levels: [1], yes: 500, no: 500 }])];
    const found = of(findings({ window: only, baseline: only, plan }), 'dppl', 'x');
    expect(found).toMatchObject({ status: 'not_computable' });
    expect(found.note).toMatch(/'x' was never seen/);
  });

  it('metrics of predictions do not wait for labels, nor for labels in the baseline', () => {
    const all = findings({ window: [shares(0.6, 0.5)], baseline: [shares(0.6, 0.5)] });
    expect(of(all, 'dppl').status).toBe('no_limit');
    const labelled = cell({ tp: 300, fp: 100, fn: 100, tn: 500 }, { tp: 300, fp: 100, fn: 100, tn: 500 });
    const late = findings({ window: [labelled], baseline: [shares(0.6, 0.5)] });
    expect(of(late, 'rd').status).toBe('no_baseline');
    expect(of(late, 'rd').note).toMatch(/no labels/);
  });

  it('cells that were counted under other facets are as good as none', () => {
    const other = { ...shares(0.6, 0.5), counts: [1, 2, 3] };
    expect(of(findings({ window: [other], baseline }), 'dppl').status).toBe('no_data');
  });

  it('a model without facets', () => {
    const [only, ...rest] = findings({ window: [], plan: null });
    expect(rest).toEqual([]);
    expect(only?.status).toBe('not_computable');
    expect(only?.note).toMatch(/names no facets/);
  });
});
