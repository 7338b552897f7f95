import type { Finding, MetricName } from '#libs/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordEvaluation } from '../../apps/worker/src/evaluate/record-evaluation.js';
import { createDatabase, type Database } from '../../libs/store/src/client/index.js';
import { expand, panelQueries } from '../e2e/panels.js';
import { errorsOf, itemsOf, startTestApi, type ApiUnderTest, type Json } from './api-fixture.js';
import {
  atTraining,
  COLUMNS,
  csvOf,
  FEATURES,
  labelsOf,
  LIVE_MS,
  MODEL,
  people,
  predictionsOf,
} from './bias-fixture.js';
import { batch, DAY_MS } from './store-fixture.js';
import { z } from 'zod';

const base = '/v1/projects/default';
const fair = { north: 0.56, south: 0.56 };
const PER_DAY = 2_400;
const [FAIR_DAY, UNFAIR_DAY, UNLABELLED_DAY] = [0, 1, 2].map((day) => LIVE_MS + day * DAY_MS) as [
  number,
  number,
  number,
];

let at: ApiUnderTest;
let registered: Json;

async function send(): Promise<void> {
  const common = { days: 1, perDay: PER_DAY };
  const days = [
    people({ ...common, seed: 2, startMs: FAIR_DAY, women: fair, phi: [0.9, 0.5, 0.1] }),
    people({
      ...common,
      seed: 3,
      startMs: UNFAIR_DAY,
      women: { north: 0.56, south: 0.3 },
      phi: [0.1, 0.3, 1],
    }),
    people({ ...common, seed: 4, startMs: UNLABELLED_DAY, women: fair, phi: [0.9, 0.5, 0.1] }),
  ];
  for (const [day, rows] of days.entries()) {
    const first = day * PER_DAY;
    const labels = day < 2 ? labelsOf(rows, first) : [];
    await at.store.intake.write(
      batch({
        ...{ project: 'default', first: BigInt(first), last: BigInt(first + PER_DAY) },
        predictions: predictionsOf(rows, first),
      }),
    );
    if (labels.length > 0)
      await at.store.intake.write(
        batch({
          ...{ project: 'default', topic: 'labels', first: BigInt(first), last: BigInt(first + PER_DAY) },
          labels,
        }),
      );
  }
  for (;;) if (!(await at.store.labels.link('default', 100_000)).more) break;
}

beforeAll(async () => {
  at = await startTestApi();
  await at.call('PUT', `${base}/models/loans`, { body: MODEL });
  await at.call('PUT', `${base}/models/loans/versions/1`, {
    body: { status: 'registered', features: FEATURES },
  });
  await at.call('PUT', `${base}/models/loans/segments/region`, {
    body: { kind: 'dimension', tag: 'region' },
  });
  const query = new URLSearchParams({ name: 'january', columns: JSON.stringify(COLUMNS) });
  const answer = await at.call('POST', `${base}/models/loans/versions/1/baselines?${query}`, {
    raw: csvOf(atTraining),
    headers: { 'content-type': 'text/csv' },
  });
  expect(answer.status).toBe(201);
  registered = answer.body;
  await send();
}, 120_000);
afterAll(() => at.stop());

async function run(monitor: string, startMs: number): Promise<Finding[]> {
  const [start, end] = [startMs, startMs + DAY_MS].map((ms) => new Date(ms).toISOString());
  const answer = await at.call('POST', `${base}/monitors/${monitor}/run`, { body: { start, end } });
  expect(answer.status).toBe(200);
  expect(answer.body['complete']).toBe(true);
  return answer.body['findings'] as Finding[];
}

type About = { segmentValue?: string; facetValue?: string; feature?: string };
const of = (
  all: readonly Finding[],
  metric: MetricName,
  { segmentValue = 'in', facetValue = '', feature = '' }: About = {},
) => {
  const found = all.find(
    (one) =>
      one.metric === metric &&
      one.segmentValue === segmentValue &&
      one.facetValue === facetValue &&
      one.feature === feature,
  );
  if (found === undefined) throw new Error(`no finding of ${metric} for ${segmentValue} ${facetValue}`);
  return found;
};

it('suggests monitors of bias and of attribution, with limits of their own', () => {
  const monitors = registered['monitors'] as { id: string; kind: string; thresholds: object }[];
  expect(monitors.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['bias', 'attribution']));
  expect(monitors.find(({ kind }) => kind === 'bias')?.thresholds).toEqual({
    ...{ dppl: 0.1, rd: 0.1 },
    share_loss: 0.9,
  });
  expect(monitors.find(({ kind }) => kind === 'attribution')?.thresholds).toMatchObject({
    ndcg: 0.9,
    attribution_share: 0.1,
  });
  expect(registered['hasAttributions']).toBe(true);
});

describe('a bias monitor', () => {
  it('says nothing of a day that is as fair as training', async () => {
    const all = await run('loans-1-bias', FAIR_DAY);
    expect(all.filter(({ status }) => status === 'breached')).toEqual([]);
    expect(of(all, 'dppl', { facetValue: 'women' })).toMatchObject({ facet: 'sex', status: 'ok' });
    expect(of(all, 'rd', { facetValue: 'women' }).status).toBe('ok');
    expect(of(all, 'cddpl', { facetValue: 'women' }).value).not.toBeNull();
  });

  it('names the segment value and the group that are treated differently, and no other', async () => {
    const all = await run('loans-1-bias', UNFAIR_DAY);
    const south = of(all, 'dppl', { segmentValue: 'south', facetValue: 'women' });
    expect(south.status).toBe('breached');
    expect(south.value).toBeGreaterThan(0.2);
    expect(south.interval!.low).toBeGreaterThan(south.baselineValue!);
    const breached = all.filter(({ status }) => status === 'breached');
    expect(new Set(breached.map(({ segmentValue }) => segmentValue))).toEqual(new Set(['south', 'in']));
    expect(new Set(breached.map(({ facetValue }) => facetValue))).toEqual(
      new Set(['women', 'women × at most 40', 'women × above 40']),
    );
    expect(of(all, 'dppl', { segmentValue: 'north', facetValue: 'women' }).status).toBe('ok');
    expect(of(all, 'dppl', { segmentValue: 'south', facetValue: 'above 40' }).status).toBe('ok');
  });

  it('waits for labels where it needs them', async () => {
    const all = await run('loans-1-bias', UNLABELLED_DAY);
    expect(of(all, 'dppl', { facetValue: 'women' }).status).toBe('ok');
    expect(of(all, 'rd', { facetValue: 'women' }).status).toBe('waiting');
    expect(of(all, 'ge').status).toBe('waiting');
  });

  it('makes the flip test on the same sample of rows every time, where it has a limit', async () => {
    const monitor = {
      name: 'flips',
      kind: 'bias',
      model: 'loans',
      version: '1',
      metrics: ['ft'],
      thresholds: { ft: 0.1 },
    };
    expect((await at.call('POST', `${base}/monitors`, { body: monitor })).status).toBe(201);
    const [first, again] = [await run('flips', UNFAIR_DAY), await run('flips', UNFAIR_DAY)];
    expect(first).toEqual(again);
    const women = of(first, 'ft', { facetValue: 'women' });
    expect(women.rows).toBeGreaterThan(900);
    expect(women.value).toBeGreaterThan(women.baselineValue!);
    // Where nobody was treated differently the sample says so; the rows of both regions are those of all.
    const [north, south] = ['north', 'south'].map((segmentValue) =>
      of(first, 'ft', { segmentValue, facetValue: 'women' }),
    ) as [Finding, Finding];
    expect(south.value).toBeGreaterThan(north.value!);
    expect(south.status).toBe('breached');
    expect(north.status).toBe('ok');
    expect(north.rows + south.rows).toBe(women.rows);
    const young = of(first, 'ft', { facetValue: 'women × at most 40' });
    expect(young.rows).toBeGreaterThan(0);
    expect(young.rows).toBeLessThan(women.rows);
  });
});

describe('an attribution monitor', () => {
  it('says nothing while the model relies on the same features', async () => {
    const all = await run('loans-1-attribution', FAIR_DAY);
    expect(all.filter(({ status }) => status === 'breached')).toEqual([]);
    expect(of(all, 'ndcg').value).toBe(1);
    expect(of(all, 'attribution_coverage').value).toBe(1);
  });

  it('names the features that gained and lost', async () => {
    const all = await run('loans-1-attribution', UNFAIR_DAY);
    expect(of(all, 'ndcg').status).toBe('breached');
    expect(of(all, 'ndcg').note).toMatch(/gained: job .*; lost: income /);
    expect(of(all, 'attribution_share', { feature: 'job' }).status).toBe('breached');
  });
});

describe('what people see', () => {
  const from = new Date(UNFAIR_DAY).toISOString();
  let alerts: Json[];
  let database: Database;
  const choice = {
    values: {
      ...{ project: ['default'], model: ['loans'], version: ['1'], segment: ['region'] },
      ...{ segment_value: ['north', 'south'], facet: ['', 'sex', 'age', 'sex × age'], bias_metric: ['dppl'] },
    },
    fromMs: FAIR_DAY,
    toMs: Date.now() + 365 * DAY_MS,
  };

  /** Both days, as the worker would record them. */
  beforeAll(async () => {
    database = createDatabase(at.config.clickhouse);
    for (const [monitor, monitorKind] of [
      ['loans-1-bias', 'bias'],
      ['loans-1-attribution', 'attribution'],
    ] as const)
      for (const [index, startMs] of [FAIR_DAY, UNFAIR_DAY].entries()) {
        const window = { startMs, endMs: startMs + DAY_MS };
        const findings = await run(monitor, startMs);
        await recordEvaluation(at.store, {
          evaluation: {
            ...{ project: 'default', model: 'loans', version: '1', monitor, monitorKind, window, findings },
            ...{ inputs: `inputs-${index}`, waitExceeded: false, monitorRevision: 1, method: 1 },
          },
          meta: { revision: 1, durationMs: 1 },
          severity: 'warning',
          former: null,
          newestWindowEndMs: null,
        });
      }
    alerts = itemsOf(await at.call('GET', `${base}/alerts?model=loans`));
  }, 120_000);
  afterAll(() => database.close());

  const alertOf = (monitor: string, segmentValue: string, facetValue: string): Json => {
    const found = alerts.find(
      (one) =>
        one['monitor'] === monitor &&
        one['segmentValue'] === segmentValue &&
        one['facetValue'] === facetValue,
    );
    if (found === undefined) throw new Error(`no alert of ${monitor} for ${segmentValue} ${facetValue}`);
    return found;
  };
  const page = async (path: string) =>
    (await fetch(`${at.api.url}${path}`, { headers: { cookie: await cookie() } })).text();
  const cookie = async (): Promise<string> => {
    const answer = await fetch(`${at.api.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ key: at.adminKey, next: '/' }),
    });
    return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  };

  it('is an alert per group and segment value, whose contents are metrics', () => {
    expect(alertOf('loans-1-bias', 'south', 'women')).toMatchObject({
      ...{ status: 'open', facet: 'sex' },
      features: expect.arrayContaining(['dppl']) as unknown,
    });
    expect(
      alerts.filter((one) => one['segmentValue'] === 'north' && one['monitor'] === 'loans-1-bias'),
    ).toEqual([]);
  });

  it('is a page in plain words', async () => {
    const bias = await page(
      `/alerts/default/${String(alertOf('loans-1-bias', 'south', 'women')['alertId'])}`,
    );
    expect(bias).toMatch(
      /women got .{1,10}approved.{1,10} \d+(\.\d)? points less often than men for region = south \(baseline/,
    );
    const moved = await page(
      `/alerts/default/${String(alertOf('loans-1-attribution', 'south', '')['alertId'])}`,
    );
    expect(moved).toMatch(/the model ranks its features differently than at training for region = south/);
    expect(moved).toMatch(/gained: job/);
  });

  it('is part of the page of the model: groups over time and now, the ranking then and now', async () => {
    const model = await page('/models/default/loans');
    expect(model).toMatch(/sex: favourable decisions compared with the favoured group/);
    expect(model).toMatch(/women × above 40/);
    expect(model).toMatch(/Which features decide/);
    expect(model.match(/<svg/g)?.length).toBeGreaterThan(5);
    expect(model).not.toMatch(/NaN/);
  });

  it.each(panelQueries().filter(({ dashboard }) => ['bias.json', 'attribution.json'].includes(dashboard)))(
    'is rows on the dashboard $dashboard, $title',
    async ({ sql, isTimeSeries }) => {
      const rows = await database.query({
        ...{ name: 'panel', sql: expand(sql, choice), params: {} },
        row: z.record(z.string(), z.unknown()),
      });
      expect(rows.length).toBeGreaterThan(0);
      const times = rows.map(({ time }) => String(time));
      if (isTimeSeries) expect(times).toEqual(times.toSorted());
    },
  );

  it('is findings by metric and group in the API', async () => {
    const query = new URLSearchParams({
      from,
      metric: 'dppl',
      facet: 'sex',
      facetValue: 'women',
      segment: 'region',
    });
    const items = itemsOf(await at.call('GET', `${base}/findings?${query}`));
    expect(new Set(items.map((one) => one['segmentValue']))).toEqual(new Set(['north', 'south']));
    expect(new Set(items.map((one) => one['metric']))).toEqual(new Set(['dppl']));
  });
});

describe('what is refused', () => {
  it.each([
    {
      name: 'an unknown facet',
      body: { bias: { facets: ['sexx'] } },
      message: /no facet 'sexx'; did you mean 'sex'/,
    },
    { name: 'a limit of another kind', body: { thresholds: { psi: 0.2 } }, message: /does not compute this/ },
    { name: 'a fitted limit', body: { thresholds: { dppl: 'auto' } }, message: /must be a number/ },
    { name: 'a ratio below 0', body: { thresholds: { di: -0.2 } }, message: /a ratio above 0/ },
    {
      name: 'weights of a bias monitor',
      body: { attribution: { weights: {} } },
      message: /kind 'attribution'/,
    },
  ])('$name', async ({ body, message }) => {
    const monitor = { name: 'x', kind: 'bias', model: 'loans', version: '1', ...body };
    const answer = await at.call('POST', `${base}/monitors`, { body: monitor });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)[0]?.message).toMatch(message);
  });

  it('a prefix that finds no attribution', async () => {
    const columns = { ...COLUMNS, attributions: 'shap_' };
    const query = new URLSearchParams({ name: 'other', columns: JSON.stringify(columns) });
    const answer = await at.call('POST', `${base}/models/loans/versions/1/baselines?${query}`, {
      raw: csvOf(atTraining.slice(0, 10)),
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)[0]?.message).toMatch(
      /no column is called 'shap_' followed by the name of a feature/,
    );
  });

  it('a model whose facets cannot be counted', async () => {
    const [sex] = MODEL.bias.facets;
    const many = Array.from({ length: 8 }, (_, i) => ({
      ...{ ...sex, name: `sex${i}`, favoured: undefined },
      disfavoured: Array.from({ length: 20 }, (__, value) => `v${value}`),
    }));
    const bias = { facets: many, intersections: [['sex0', 'sex1', 'sex2']] };
    const answer = await at.call('PUT', `${base}/models/other`, { body: { ...MODEL, bias } });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)[0]?.message).toMatch(/would keep \d+ counts per segment value/);
  });
});

it('counts a facet that is added later, in live rows and in the baseline', async () => {
  const bias = {
    ...MODEL.bias,
    facets: [...MODEL.bias.facets, { name: 'trade', feature: 'job', disfavoured: ['cook'] }],
  };
  const { revision } = (await at.call('GET', `${base}/models/loans`)).body;
  const headers = { 'if-match': `"${String(revision)}"` };
  const answer = await at.call('PUT', `${base}/models/loans`, { body: { ...MODEL, bias }, headers });
  expect(answer.status).toBe(200);
  const cooks = of(await run('loans-1-bias', FAIR_DAY), 'dppl', { facetValue: 'cook' });
  expect(cooks).toMatchObject({ facet: 'trade', status: 'ok' });
  expect(cooks.baselineValue).not.toBeNull();
});
