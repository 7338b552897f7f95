import type { AlertTransition, Evaluation, Finding } from '#libs/contracts';
import {
  loadEvaluationInputs,
  loadMonitorContext,
  evaluationInputsId,
  type PredictionRow,
} from '#libs/store';
import { evaluate } from '#libs/monitoring';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorsOf, itemsOf, startTestApi, type ApiUnderTest, type Json } from './api-fixture.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAY = Date.UTC(2026, 3, 1);
const base = '/v1/projects/default';
const ROWS_PER_DAY = 2_400;

let at: ApiUnderTest;

const prediction = (dayMs: number, i: number, distance: number): PredictionRow => {
  const timeMs = dayMs + Math.floor((i / ROWS_PER_DAY) * DAY_MS);
  return {
    model: 'm',
    version: '1',
    bucketMs: timeMs - (timeMs % HOUR_MS),
    id: `live-${timeMs}-${i}`,
    timeMs,
    schema: 1,
    num: [distance],
    cat: [i % 2 === 0 ? 'ATL' : 'ORD'],
    label: 'ok',
    score: 0.5,
    value: NaN,
    scores: {},
    attributions: [],
    tags: {},
    invalid: {},
    extra: '',
    brokerTimeMs: timeMs,
    offset: BigInt(Math.round(timeMs / 1_000) * 10 + (i % 10)),
    contentHash: BigInt(i),
    expiresMs: Date.UTC(2100, 0, 1),
  };
};

/** On the second day the hub ATL sends kilometres. */
const live = (dayMs: number): PredictionRow[] =>
  Array.from({ length: ROWS_PER_DAY }, (_, i) => {
    const miles = 100 + ((i * 37) % 900);
    return prediction(dayMs, i, dayMs > DAY && i % 2 === 0 ? miles * 1.609 : miles);
  });

const baselineCsv = (): string => {
  const rows = Array.from({ length: 12_000 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + i * 10 * 60_000).toISOString();
    return `${time},${100 + ((i * 37) % 900)},${i % 2 === 0 ? 'ATL' : 'ORD'}`;
  });
  return ['time,distance,origin', ...rows].join('\n');
};

const store = async (dayMs: number): Promise<void> => {
  const predictions = live(dayMs).map((row, i) => ({ ...row, offset: BigInt(dayMs + i) }));
  await at.store.intake.write({
    project: 'default',
    topic: 'plumbline.predictions',
    incarnation: 'i1',
    partition: 0,
    first: BigInt(dayMs),
    last: BigInt(dayMs + predictions.length - 1),
    lastBrokerTimeMs: dayMs + DAY_MS,
    received: predictions.length,
    predictions,
    labels: [],
    quarantined: [],
  });
};

beforeAll(async () => {
  at = await startTestApi();
  const put = (path: string, body: unknown) => at.call('PUT', `${base}${path}`, { body });
  await put('/models/m', { problem: 'binary', positiveLabel: 'late' });
  await put('/models/m/versions/1', {
    status: 'registered',
    features: [
      { name: 'distance', type: 'numeric', role: 'input' },
      { name: 'origin', type: 'categorical', role: 'input' },
    ],
  });
  await put('/models/m/segments/hub', { kind: 'dimension', feature: 'origin' });
  const search = new URLSearchParams({ name: 'january', columns: '{"time":"time"}' });
  const uploaded = await at.call('POST', `${base}/models/m/versions/1/baselines?${search}`, {
    raw: baselineCsv(),
    headers: { 'content-type': 'text/csv' },
  });
  expect(uploaded.status, uploaded.text).toBe(201);
});
afterAll(() => at.stop());

const run = (body?: object) =>
  at.call('POST', `${base}/monitors/m-1-drift/run`, body === undefined ? {} : { body });
const findingsOf = (body: Json): Finding[] => body['findings'] as Finding[];

describe('running a monitor', () => {
  it('needs data, or a window', async () => {
    expect((await run()).status).toBe(409);
    const asked = await run({ start: '2026-04-01T00:00:00Z', end: '2026-04-02T00:00:00Z' });
    expect(asked.status, asked.text).toBe(200);
    expect(new Set(findingsOf(asked.body).map(({ status }) => status))).toEqual(new Set(['no_data']));
  });

  it('evaluates the newest window and finds the hub that changed, and nobody else', async () => {
    await store(DAY);
    await store(DAY + DAY_MS);
    const answer = await run();
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({
      monitor: 'm-1-drift',
      window: { start: '2026-04-02T00:00:00.000Z', end: '2026-04-03T00:00:00.000Z' },
      rows: ROWS_PER_DAY,
      complete: true,
    });
    const breached = findingsOf(answer.body).filter(({ status }) => status === 'breached');
    const hubs = breached.filter(({ segment }) => segment === 'hub');
    expect(new Set(hubs.map((f) => `${f.feature} ${f.segmentValue}`))).toEqual(new Set(['distance ATL']));
    const before = await run({ start: '2026-04-01T00:00:00Z', end: '2026-04-02T00:00:00Z' });
    expect(findingsOf(before.body).filter(({ status }) => status === 'breached')).toEqual([]);
  });

  it('gives the same every time, records nothing and tells nobody', async () => {
    const [first, second] = [await run(), await run()];
    expect(second.body).toEqual(first.body);
    expect(itemsOf(await at.call('GET', `${base}/evaluations`))).toEqual([]);
    expect(itemsOf(await at.call('GET', `${base}/findings`))).toEqual([]);
    expect(itemsOf(await at.call('GET', `${base}/alerts`))).toEqual([]);
  });

  it.each([
    [{ start: '2026-04-01T00:00:00Z' }, 'end'],
    [{ start: '2026-04-01T00:30:00Z', end: '2026-04-02T00:00:00Z' }, 'start'],
    [{ start: '2026-04-02T00:00:00Z', end: '2026-04-01T00:00:00Z' }, 'end'],
    [{ start: '2020-04-02T00:00:00Z', end: '2026-04-01T00:00:00Z' }, 'end'],
    [{ start: 'noon', end: '2026-04-01T00:00:00Z' }, 'start'],
  ])('refuses the window %j', async (body, field) => {
    const answer = await run(body);
    expect(answer.status, answer.text).toBe(422);
    expect(errorsOf(answer)[0]!.field).toBe(field);
  });
});

describe('inputs of an evaluation', () => {
  const contextOf = async () => {
    const monitor = await at.store.documents.get('default', 'monitor', 'm-1-drift');
    return (await loadMonitorContext(at.store, monitor!))!;
  };
  const window = { startMs: DAY, endMs: DAY + DAY_MS };

  it('have a hash that changes with settings that decide, and with nothing else', async () => {
    const context = await contextOf();
    const idOf = async (change: object) => {
      const monitor = { ...context.monitor, body: { ...context.monitor.body, ...change } };
      return (await evaluationInputsId(at.store, { ...context, monitor }, window)).hash;
    };
    const [same, renamed, stricter] = [
      await idOf({}),
      await idOf({ name: 'x', enabled: false }),
      await idOf({ minRows: 5 }),
    ];
    expect(renamed).toBe(same);
    expect(stricter).not.toBe(same);
  });

  it('hold the chosen segments and `all` only', async () => {
    const context = await contextOf();
    const monitor = { ...context.monitor, body: { ...context.monitor.body, segments: [] } };
    const inputs = await loadEvaluationInputs(at.store, { ...context, monitor }, { window });
    expect(new Set([...inputs.window.cells, ...inputs.baseline.cells].map(({ segment }) => segment))).toEqual(
      new Set(['all']),
    );
    expect(inputs.baselineChunks.length).toBeGreaterThan(80);
  });
});

describe('results', () => {
  const window = { startMs: DAY, endMs: DAY + DAY_MS };

  it('are listed as recorded', async () => {
    const monitor = (await at.store.documents.get('default', 'monitor', 'm-1-drift'))!;
    const context = (await loadMonitorContext(at.store, monitor))!;
    const findings = evaluate(await loadEvaluationInputs(at.store, context, { window }));
    const evaluation: Evaluation = {
      project: 'default',
      model: 'm',
      version: '1',
      monitor: 'm-1-drift',
      monitorKind: 'drift',
      window,
      inputs: 'abc',
      findings,
      waitExceeded: false,
      monitorRevision: 1,
      method: 1,
    };
    await at.store.evaluations.record(evaluation, { revision: 1, durationMs: 5 });
    const [listed] = itemsOf(await at.call('GET', `${base}/evaluations?model=m&monitor=m-1-drift`));
    expect(listed).toMatchObject({
      revision: 1,
      findings: findings.length,
      windowStart: '2026-04-01T00:00:00.000Z',
    });
    const of = async (query: string) => itemsOf(await at.call('GET', `${base}/findings?${query}`));
    expect(await of('limit=10000')).toHaveLength(findings.length);
    expect(await of('segment=hub&segmentValue=ATL&feature=distance')).not.toEqual([]);
    expect(await of('from=2026-04-05T00:00:00Z')).toEqual([]);
    expect(await of('limit=3')).toHaveLength(3);

    // Another window of the same evaluation, then all in pages, each after the last item of the one before.
    const later = { startMs: window.startMs + DAY_MS, endMs: window.endMs + DAY_MS };
    await at.store.evaluations.record(
      { ...evaluation, window: later, inputs: 'def' },
      { revision: 1, durationMs: 5 },
    );
    const whole = await of('limit=10000');
    expect(whole).toHaveLength(2 * findings.length);
    const paged: Json[] = [];
    for (let before = ''; ;) {
      const page = await of(`limit=7${before}`);
      if (page.length === 0) break;
      paged.push(...page);
      before = `&before=${String(page.at(-1)!['cursor'])}`;
    }
    expect(paged).toEqual(whole);
    const bad = await at.call('GET', `${base}/findings?before=x`);
    expect(bad.status).toBe(422);
    expect(errorsOf(bad).map(({ field }) => field)).toEqual(['query.before']);
  });

  it('of alerts come with their history and who was told', async () => {
    const state = {
      project: 'default',
      model: 'm',
      version: '1',
      monitor: 'm-1-drift',
      segment: 'hub',
      segmentValue: 'ATL',
      facet: '',
      facetValue: '',
      alertId: 'a1b2',
      status: 'open' as const,
      severity: 'critical' as const,
      openedAtMs: DAY + DAY_MS,
      windowEndMs: DAY + DAY_MS,
      features: ['distance'],
    };
    const transition: AlertTransition = {
      transitionId: 't1',
      kind: 'opened',
      why: 'it moved',
      state,
      window,
      inputs: 'abc',
      findings: [],
    };
    await at.store.alerts.append([transition], 'default');
    await at.store.notices.log({
      project: 'default',
      transitionId: 't1',
      channel: 'c',
      alertId: 'a1b2',
      outcome: 'sent',
      detail: '',
      attempts: 1,
    });
    const [listed] = itemsOf(await at.call('GET', `${base}/alerts?status=open&model=m`));
    expect(listed).toMatchObject({
      alertId: 'a1b2',
      openedAt: '2026-04-02T00:00:00.000Z',
      features: ['distance'],
    });
    expect(itemsOf(await at.call('GET', `${base}/alerts?status=resolved`))).toEqual([]);
    const one = await at.call('GET', `${base}/alerts/a1b2`);
    expect(one.body).toMatchObject({
      alert: { status: 'open', severity: 'critical' },
      transitions: [{ transitionId: 't1', kind: 'opened', windowEnd: '2026-04-02T00:00:00.000Z' }],
      notices: [{ channel: 'c', outcome: 'sent' }],
    });
    expect((await at.call('GET', `${base}/alerts/none`)).status).toBe(404);
  });

  it('of ingestion add up, and quarantined events are shown', async () => {
    const raw = Buffer.from('{"id": tru');
    await at.store.intake.write({
      project: 'default',
      topic: 'plumbline.predictions',
      incarnation: 'i2',
      partition: 3,
      first: 18_014_398_509_481_985n,
      last: 18_014_398_509_481_985n,
      lastBrokerTimeMs: DAY,
      received: 1,
      predictions: [],
      labels: [],
      quarantined: [
        {
          offset: 18_014_398_509_481_985n,
          brokerTimeMs: DAY,
          reason: 'not_json',
          field: '',
          message: 'is not JSON',
          key: 'k',
          raw,
          rawBytes: raw.length,
          headers: {},
        },
      ],
    });
    const accounts = itemsOf(await at.call('GET', `${base}/ingestion`));
    expect(accounts.find((account) => account['partition'] === 3)).toMatchObject({
      received: 1,
      accepted: 0,
      quarantined: 1,
      first: '18014398509481985',
      gaps: [],
    });
    const [event] = itemsOf(await at.call('GET', `${base}/quarantine?reason=not_json`));
    expect(event).toMatchObject({
      offset: '18014398509481985',
      raw: raw.toString('base64'),
      text: '{"id": tru',
      rawIsWhole: true,
    });
    const next = await at.call(
      'GET',
      `${base}/quarantine?before=${encodeURIComponent(String(event!['cursor']))}`,
    );
    expect(itemsOf(next)).toEqual([]);
  });
});
