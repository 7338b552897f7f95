import type { Finding } from '#libs/contracts';
import type { LabelRow, PredictionRow } from '#libs/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type ApiUnderTest, type Json } from './api-fixture.js';
import { batch, DAY_MS, HOUR_MS } from './store-fixture.js';

/** A model of scores only, watched by the monitors of its upload; on a live day it predicts no positive, and a hub and a group are gone. */
const base = '/v1/projects/default';
const BASELINE_MS = Date.UTC(2026, 0, 1);
const LIVE_MS = Date.UTC(2026, 3, 1);
const FAR_MS = Date.UTC(2100, 0, 1);
const PER_DAY = 600;

type Case = { timeMs: number; x: number; hub: string; sex: string; outcome: string; score: number };

const cases = (startMs: number, days: number, isLive: boolean): Case[] =>
  Array.from({ length: days * PER_DAY }, (_, i) => {
    const isPositive = i % 20 === 0;
    return {
      timeMs: startMs + Math.floor((i / PER_DAY) * DAY_MS),
      x: (i * 37) % 900,
      hub: !isLive && i % 25 < 2 ? 'SLC' : i % 2 === 0 ? 'ATL' : 'ORD',
      sex: !isLive && i % 3 === 0 ? 'f' : 'm',
      outcome: isPositive ? '1' : '0',
      // At training every fifth positive is missed and every 50th negative is taken for one.
      score: isLive ? 0.3 : isPositive ? (i % 100 === 0 ? 0.3 : 0.8) : i % 50 === 1 ? 0.65 : 0.2,
    };
  });

const atTraining = cases(BASELINE_MS, 10, false);
const live = cases(LIVE_MS, 1, true);

const csv = [
  'ts,x,hub,sex,outcome,score',
  ...atTraining.map(({ timeMs, x, hub, sex, outcome, score }) =>
    [new Date(timeMs).toISOString(), x, hub, sex, outcome, score].join(','),
  ),
].join('\n');

const predictions: PredictionRow[] = live.map(({ timeMs, x, hub, sex, score }, i) => ({
  ...{ model: 'm', version: '1', id: `p${i}`, timeMs, schema: 1 },
  bucketMs: timeMs - (timeMs % HOUR_MS),
  num: [x],
  cat: [hub, sex],
  ...{ label: '', score, value: NaN, scores: {}, attributions: [], tags: {}, invalid: {}, extra: '' },
  brokerTimeMs: timeMs,
  offset: BigInt(i),
  contentHash: BigInt(i),
  expiresMs: FAR_MS,
}));

const labels: LabelRow[] = live.map(({ timeMs, outcome }, i) => ({
  ...{ model: 'm', version: '1', id: `p${i}`, timeMs: timeMs + HOUR_MS },
  ...{ label: outcome, value: NaN, retracted: false, predictedAtMs: timeMs },
  brokerTimeMs: timeMs + HOUR_MS,
  offset: BigInt(i),
  expiresMs: FAR_MS,
}));

let at: ApiUnderTest;
let uploaded: Json;

beforeAll(async () => {
  at = await startTestApi();
  const bias = { facets: [{ name: 'sex', feature: 'sex', disfavoured: ['f'], favoured: ['m'] }] };
  const put = (path: string, body: unknown) => at.call('PUT', `${base}/models/m${path}`, { body });
  const model = { problem: 'binary', positiveLabel: '1', scoreThreshold: 0.6, bias };
  expect((await put('', model)).status).toBe(201);
  await put('/versions/1', {
    status: 'registered',
    features: [
      { name: 'x', type: 'numeric', role: 'input' },
      { name: 'hub', type: 'categorical', role: 'context' },
      { name: 'sex', type: 'categorical', role: 'context' },
    ],
  });
  await put('/segments/hub', { kind: 'dimension', feature: 'hub' });
  const columns = JSON.stringify({ time: 'ts', label: 'outcome', score: 'score' });
  const query = new URLSearchParams({ name: 'january', columns });
  const answer = await at.call('POST', `${base}/models/m/versions/1/baselines?${query}`, {
    raw: csv,
    headers: { 'content-type': 'text/csv' },
  });
  expect(answer.status, answer.text).toBe(201);
  uploaded = answer.body;
  const common = { project: 'default', first: 0n, last: BigInt(PER_DAY) };
  await at.store.intake.write(batch({ ...common, predictions }));
  await at.store.intake.write(batch({ ...common, topic: 'labels', labels }));
  for (;;) if (!(await at.store.labels.link('default', 100_000)).more) break;
}, 120_000);
afterAll(() => at.stop());

async function run(kind: string): Promise<Finding[]> {
  const [start, end] = [LIVE_MS, LIVE_MS + DAY_MS].map((ms) => new Date(ms).toISOString());
  const answer = await at.call('POST', `${base}/monitors/m-1-${kind}/run`, { body: { start, end } });
  expect(answer.status, answer.text).toBe(200);
  return answer.body['findings'] as Finding[];
}
const losses = (findings: readonly Finding[]) =>
  findings
    .filter(({ metric, status }) => metric === 'share_loss' && status === 'breached')
    .map(({ segment, segmentValue, feature, facetValue }) => [segment, segmentValue, feature, facetValue]);

describe('of a model of scores only, the monitors of an upload', () => {
  it('say what counts as the positive class', () => {
    expect(uploaded['warnings']).toEqual([
      "predictions are scores only: 0.6 or more counts as '1', less as '0' (scoreThreshold of the model)",
    ]);
  });

  it('measure accuracy by the threshold of the model, and find the class that is predicted no more', async () => {
    const findings = await run('quality');
    const accuracy = findings.find(({ metric, segment }) => metric === 'accuracy' && segment === 'all');
    const right = atTraining.filter(({ score, outcome }) => (score >= 0.6 ? '1' : '0') === outcome).length;
    expect(accuracy?.baselineValue).toBeCloseTo(right / atTraining.length, 10);
    expect(accuracy?.value).toBeCloseTo(0.95, 10);
    expect(losses(findings).filter(([segment]) => segment === 'all')).toEqual([
      ['all', 'in', 'prediction.label', ''],
    ]);
  });

  it('find the segment value that has no rows any more', async () => {
    expect(losses(await run('data-quality'))).toEqual([['hub', 'SLC', '', '']]);
  });

  it('find the group that is gone', async () => {
    const findings = losses(await run('bias'));
    expect(findings.filter(([segment]) => segment === 'all')).toEqual([['all', 'in', '', 'f']]);
  });
});

describe('a threshold of the model and one of its bias', () => {
  it('are one', async () => {
    const facets = [{ name: 'sex', feature: 'sex', disfavoured: ['f'] }];
    const body = {
      problem: 'binary',
      positiveLabel: '1',
      scoreThreshold: 0.6,
      bias: { facets, scoreThreshold: 0.5 },
    };
    const answer = await at.call('PUT', `${base}/models/other`, { body });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('leave it out here');
  });
});
