import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baselineOrigin, type BaselineBody, type Finding } from '#libs/contracts';
import { evaluate } from '#libs/monitoring';
import { loadEvaluationInputs, loadMonitorContext, loadPlan, type PredictionRow } from '#libs/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runExport } from '../../apps/cli/src/sagemaker/export-command.js';
import { runImport } from '../../apps/cli/src/sagemaker/import-command.js';
import { errorsOf, itemsOf, startTestApi, type ApiUnderTest } from './api-fixture.js';

const fixtures = join(import.meta.dirname, '../fixtures/sagemaker');
const base = '/v1/projects/default';
const path = `${base}/models/credit/versions/3`;
const HOUR_MS = 3_600_000;
const DAY = Date.UTC(2026, 3, 1);
const window = { startMs: DAY, endMs: DAY + 24 * HOUR_MS };
const ROWS = 1_200;

let at: ApiUnderTest;
let folder: string;
const flags = () => ({
  ...{ project: 'default', url: at.api.url, keyFile: join(folder, 'key') },
  ...{ model: 'credit', version: '3', baseline: 'sagemaker', score: 'score' },
});

/** A tenth of the plans is unknown, incomes lie far too high; everything else is as at training. */
const row = (i: number): PredictionRow => {
  const timeMs = DAY + Math.floor((i / ROWS) * 24) * HOUR_MS;
  return {
    ...{ model: 'credit', version: '3', bucketMs: timeMs, id: `p${i}`, timeMs, schema: 1 },
    num: [18 + (i % 63), 60_000 + i],
    cat: [i % 5 === 0 ? 'gold' : 'basic', `note ${i}`],
    ...{
      label: i % 3 === 0 ? '0' : '1',
      score: 0.05 + (i % 50) / 100,
      value: NaN,
      scores: {},
      attributions: [],
      tags: {},
    },
    ...{ invalid: {}, extra: '', brokerTimeMs: timeMs, offset: BigInt(i), contentHash: BigInt(i) },
    expiresMs: Date.UTC(2100, 0, 1),
  };
};

beforeAll(async () => {
  at = await startTestApi();
  folder = await mkdtemp(join(tmpdir(), 'plumbline-sagemaker-'));
  await writeFile(join(folder, 'key'), at.adminKey);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
  await at.stop();
});

const importAll = () =>
  runImport({
    ...flags(),
    statistics: join(fixtures, 'statistics.json'),
    constraints: join(fixtures, 'constraints.json'),
    modelQuality: join(fixtures, 'model-quality.json'),
    bias: join(fixtures, 'analysis.json'),
    explainability: join(fixtures, 'analysis.json'),
  });

const findingsOf = async (id: string): Promise<Finding[]> => {
  const answer = await at.call('POST', `${base}/monitors/${id}/run`, {
    body: { start: '2026-04-01T00:00:00Z', end: '2026-04-02T00:00:00Z' },
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.body['findings'] as Finding[];
};

const breachedOf = async (id: string): Promise<string[]> =>
  (await findingsOf(id))
    .filter(({ status }) => status === 'breached')
    .map(({ feature, metric }) => `${feature} ${metric}`)
    .toSorted();

describe('SageMaker files', () => {
  it('become a model, a baseline without rows and six monitors; doing it again changes nothing', async () => {
    await importAll();
    const baseline = await at.call('GET', `${path}/baselines/sagemaker`);
    expect(baseline.body).toMatchObject({ rows: 4_000, withoutRows: true, source: { format: 'statistics' } });
    const { cannotServe } = baseline.body as unknown as BaselineBody;
    expect(cannotServe.map(({ kind }) => kind)).toEqual([
      ...['segments', 'multivariate_drift', 'quality', 'bias', 'attribution', 'day_to_day'],
    ]);
    const monitors = itemsOf(await at.call('GET', `${base}/monitors`));
    expect(new Set(monitors.map(({ kind }) => kind))).toEqual(
      new Set(['attribution', 'bias', 'data_quality', 'drift', 'prediction_drift', 'quality']),
    );
    expect(monitors).toHaveLength(6);
    await importAll();
    expect(itemsOf(await at.call('GET', `${base}/monitors`))).toEqual(monitors);
  });

  it('are compared with a live day under their own bins', async () => {
    await at.store.intake.write({
      ...{ project: 'default', topic: 'plumbline.predictions', incarnation: 'i', partition: 0 },
      ...{ first: 0n, last: BigInt(ROWS - 1), lastBrokerTimeMs: window.endMs, received: ROWS },
      predictions: Array.from({ length: ROWS }, (_, i) => row(i)),
      ...{ labels: [], quarantined: [] },
    });
    expect(await breachedOf('credit-3-sagemaker-drift')).toEqual([
      'income l_infinity_robust',
      'plan l_infinity_robust',
    ]);
    expect(await breachedOf('credit-3-sagemaker-data-quality')).toEqual(['plan unseen_rate']);
    const quality = await findingsOf('credit-3-sagemaker-quality');
    expect(new Set(quality.map(({ status }) => status))).toEqual(new Set(['waiting']));
    const bias = await findingsOf('credit-3-sagemaker-bias');
    expect(bias.find(({ metric, facet }) => metric === 'dppl' && facet === 'age')?.status).toBe(
      // Beyond the constraint, on rows that decide nothing.
      'inconclusive',
    );
  });

  it('keep their counts when the plan changes: a new segment has no baseline, `all` has', async () => {
    const segment = await at.call('PUT', `${base}/models/credit/segments/old`, {
      body: { kind: 'predicate', where: { all: [{ feature: 'age', from: 50 }] } },
    });
    expect(segment.status, segment.text).toBe(201);
    const name = { project: 'default', model: 'credit', version: '3' };
    const plan = (await loadPlan(at.store, { ...name, origin: baselineOrigin('sagemaker') }))!;
    expect(await at.store.profiles.inputsHash(plan, 'all')).toMatchObject({ rows: 4_000, complete: true });
    expect(await at.store.profiles.computeBaseline(plan)).toEqual({ rows: 0 });
    const { cells } = await at.store.profiles.read(plan, 'all');
    expect(cells.map(({ segment: of, feature, rows }) => `${of} ${feature} ${rows}`)).toEqual([
      ...['all note 4000', 'all plan 4000', 'all age 4000', 'all income 4000', 'all prediction.score 4000'],
    ]);
    expect(await breachedOf('credit-3-sagemaker-drift')).toContain('income l_infinity_robust');
  });

  it('come back as violations with the same check names', async () => {
    const monitor = 'credit-3-sagemaker-data-quality';
    const document = (await at.store.documents.get('default', 'monitor', monitor))!;
    const context = (await loadMonitorContext(at.store, document))!;
    const findings = evaluate(await loadEvaluationInputs(at.store, context, { window }));
    await at.store.evaluations.record(
      {
        ...{ project: 'default', model: 'credit', version: '3', monitor, monitorKind: 'data_quality' },
        ...{ window, inputs: 'x', findings, waitExceeded: false, monitorRevision: 1, method: 1 },
      },
      { revision: 1, durationMs: 1 },
    );
    const out = join(folder, 'constraint_violations.json');
    await runExport({ ...flags(), monitor, out, window: '2026-04-01T00:00:00Z' });
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({
      violations: [{ feature_name: 'plan', constraint_check_type: 'categorical_values_check' }],
    });
    await expect(runExport({ ...flags(), monitor, out, window: '2026-05-01T00:00:00Z' })).rejects.toThrow(
      /has evaluated no window that begins at 2026-05-01/,
    );
  });
});

describe('captured lines', () => {
  const lines = (count: number, make: (i: number) => object) =>
    Array.from({ length: count }, (_, i) => `${JSON.stringify(make(i))}\n`).join('');
  const captured = (i: number) => ({
    captureData: {
      endpointInput: {
        observedContentType: 'text/csv',
        mode: 'INPUT',
        data: `${20 + (i % 50)},${1000 + i},basic,n${i},x`,
        encoding: 'CSV',
      },
      endpointOutput: {
        observedContentType: 'text/csv',
        mode: 'OUTPUT',
        data: `0.${10 + (i % 80)}`,
        encoding: 'CSV',
      },
    },
    eventMetadata: { eventId: `e${i}`, inferenceTime: new Date(DAY + i * 60_000).toISOString() },
    eventVersion: '0',
  });
  const truth = (i: number) => ({
    groundTruthData: { data: String(i % 2), encoding: 'CSV' },
    eventMetadata: { eventId: `e${i}` },
    eventVersion: '0',
  });

  it('become events for a producer and a baseline with rows and labels, under bins of its own', async () => {
    const [capture, groundTruth] = [join(folder, 'capture.jsonl'), join(folder, 'truth.jsonl')];
    await writeFile(capture, lines(300, captured) + '{"captureData":');
    await writeFile(groundTruth, lines(200, truth));
    await runImport({
      ...flags(),
      ...{
        capture: [capture],
        groundTruth: [groundTruth],
        events: join(folder, 'events'),
        asBaseline: 'captured',
      },
      ...{ columns: 'age,income,plan,note,when', positiveLabel: '1', negativeLabel: '0' },
    });
    const written = await readFile(join(folder, 'events', 'predictions.jsonl'), 'utf8');
    const events = written.trimEnd().split('\n');
    expect(events).toHaveLength(300);
    expect(JSON.parse(events[0]!)).toMatchObject({
      ...{ id: 'e0', model: 'credit', version: '3', time: '2026-04-01T00:00:00.000Z' },
      ...{
        features: { age: 20, income: 1000, plan: 'basic', note: 'n0' },
        prediction: { score: 0.1, label: '0' },
      },
    });
    const truths = await readFile(join(folder, 'events', 'ground-truth.jsonl'), 'utf8');
    expect(truths.trimEnd().split('\n')).toHaveLength(200);
    const { body } = await at.call('GET', `${path}/baselines/captured`);
    expect(body).toMatchObject({ rows: 300, hasLabels: true, hasTime: true });
    const given = await at.call('GET', `${path}/baselines/sagemaker`);
    expect(body['binning']).not.toBe(given.body['binning']);
    expect(body).not.toHaveProperty('withoutRows');
  });
});

describe('statistics given to the API', () => {
  const body = {
    name: 'given',
    rows: 10,
    features: [{ name: 'plan', kind: 'categorical', categories: ['a'], counts: [10], nulls: 0 }],
  };
  const give = (change: object) =>
    at.call('POST', `${path}/baselines/statistics`, { body: { ...body, ...change } });

  it.each([
    [{ rows: 11 }, 'features.0.counts', /add up to 10 rows/],
    [{ features: [{ ...body.features[0], name: 'plam' }] }, 'features.0.name', /did you mean 'plan'/],
    [
      {
        features: [
          {
            name: 'plan',
            kind: 'numeric',
            edges: [0, 1],
            min: 0,
            max: 2,
            counts: [5, 5],
            nulls: 0,
            sum: 1,
            sumSquares: 1,
          },
        ],
      },
      'features.0.kind',
      /is categorical/,
    ],
    [
      {
        features: [
          {
            name: 'age',
            kind: 'numeric',
            edges: [1, 1],
            min: 1,
            max: 2,
            counts: [5, 5],
            nulls: 0,
            sum: 1,
            sumSquares: 1,
          },
        ],
      },
      'features.0.edges',
      /must ascend/,
    ],
  ])('are refused where they do not fit: %j', async (change, field, message) => {
    const answer = await give(change);
    expect(answer.status, answer.text).toBe(422);
    expect(errorsOf(answer)[0]).toMatchObject({ field, message: expect.stringMatching(message) as string });
  });

  it('are not taken over a baseline of other content, nor past a privacy rule', async () => {
    expect((await give({ name: 'sagemaker' })).status).toBe(409);
    const model = await at.call('GET', `${base}/models/credit`);
    const changed = await at.call('PUT', `${base}/models/credit`, {
      body: { ...model.body, privacy: { features: { plan: { action: 'hash' } }, tags: {} } },
      headers: { 'if-match': model.headers.get('etag')! },
    });
    expect(changed.status, changed.text).toBe(200);
    expect(errorsOf(await give({}))[0]?.message).toMatch(/has a privacy rule/);
  });
});
