import { createLogger } from '#libs/platform';
import type { Finding, MetricName, RegistryDocument } from '#libs/contracts';
import { reconstructionError } from '#libs/stats';
import { loadMonitorContext, type PredictionRow } from '#libs/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProjection } from '../../apps/worker/src/profiles/projections.js';
import { generator } from '../fixtures/stats/random.js';
import { startTestApi, type ApiUnderTest } from './api-fixture.js';
import { batch, DAY_MS, prediction } from './store-fixture.js';

const base = '/v1/projects/default';
const DAYS = 10;
const PER_DAY = 800;
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 30 * DAY_MS;
const LIVE_MS = START_MS + DAYS * DAY_MS;
const FEATURES = [
  { name: 'width', type: 'numeric' },
  { name: 'height', type: 'numeric' },
  { name: 'weight', type: 'numeric' },
  { name: 'shape', type: 'categorical' },
  { name: 'plate', type: 'identifier' },
];

type Parcel = { timeMs: number; numbers: [number, number, number]; shape: string | null; region: string };

/** Width and height go together, unless they are torn apart; each by itself looks the same. */
function parcels(
  random: () => number,
  { startMs, count, torn }: { startMs: number; count: number; torn: string },
) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, (_, i): Parcel => {
    const region = random() < 0.5 ? 'north' : 'south';
    const [common, own] = [normal(), normal()];
    const width = 10 + 2 * common;
    const height = 5 + 0.95 * (region === torn ? normal() : common) + Math.sqrt(1 - 0.95 ** 2) * own;
    const weight = random() < 0.02 ? NaN : 3 + normal();
    const shape = random() < 0.03 ? null : random() < 0.6 ? 'box' : random() < 0.7 ? 'tube' : "o'val";
    return { timeMs: startMs + (i * DAY_MS) / PER_DAY, numbers: [width, height, weight], shape, region };
  });
}

const training = parcels(generator(1), { startMs: START_MS, count: DAYS * PER_DAY, torn: '' });
const text = (value: number | string | null) => (value === null || Number.isNaN(value) ? '' : String(value));
const csv = [
  'ts,width,height,weight,shape,plate,region',
  ...training.map(({ timeMs, numbers, shape, region }, i) =>
    [new Date(timeMs).toISOString(), ...numbers.map(text), text(shape), `p${i}`, region].join(','),
  ),
].join('\n');

const rowsOf = (some: readonly Parcel[], first: number): PredictionRow[] =>
  some.map(({ timeMs, numbers, shape, region }, i) =>
    prediction(`r${first + i}`, first + i, {
      ...{ model: 'parcels', timeMs, bucketMs: Math.floor(timeMs / 3_600_000) * 3_600_000 },
      ...{ num: [...numbers], cat: [shape ?? '\0', `q${first + i}`], tags: { region } },
    }),
  );

let at: ApiUnderTest;
const logger = createLogger({ logLevel: 'fatal' }, 'test');
const lock = async (_: string, act: () => Promise<void>) => {
  await act();
  return { acquired: true, value: undefined } as const;
};

beforeAll(async () => {
  at = await startTestApi();
  const ok = async (method: string, path: string, options: object) => {
    const { status, text: answer } = await at.call(method, `${base}${path}`, options);
    expect(status, answer).toBeLessThan(300);
  };
  await ok('PUT', '/models/parcels', { body: { problem: 'regression' } });
  await ok('PUT', '/models/parcels/versions/1', { body: { status: 'registered', features: FEATURES } });
  await ok('PUT', '/models/parcels/segments/region', { body: { kind: 'dimension', tag: 'region' } });
  const columns = JSON.stringify({ time: 'ts', tags: { region: 'region' } });
  await ok(
    'POST',
    `/models/parcels/versions/1/baselines?${new URLSearchParams({ name: 'first', columns })}`,
    {
      raw: csv,
      headers: { 'content-type': 'text/csv' },
    },
  );
  await ok('POST', '/monitors', {
    body: {
      ...{ name: 'together', kind: 'multivariate_drift', model: 'parcels', version: '1' },
      thresholds: {
        pca_reconstruction_error: { kind: 'stddev', factor: 3 },
        domain_classifier_auc: 0.6,
        correlation_drift: 0.2,
      },
    },
  });
  const days = ['', 'south'].flatMap((torn, day) =>
    parcels(generator(7 + day), { startMs: LIVE_MS + day * DAY_MS, count: PER_DAY, torn }),
  );
  await at.store.intake.write(
    batch({ project: 'default', last: BigInt(days.length), predictions: rowsOf(days, 0) }),
  );
}, 120_000);
afterAll(() => at.stop());

const monitor = async (): Promise<RegistryDocument<'monitor'>> => {
  const found = await at.store.documents.get('default', 'monitor', 'together');
  if (found === null) throw new Error('the monitor is gone');
  return found;
};

async function run(day: number): Promise<(metric: MetricName, segmentValue?: string) => Finding> {
  const [start, end] = [day, day + 1].map((n) => new Date(LIVE_MS + n * DAY_MS).toISOString());
  const answer = await at.call('POST', `${base}/monitors/together/run`, { body: { start, end } });
  expect(answer.status).toBe(200);
  return (metric, segmentValue = 'in') => {
    const all = answer.body['findings'] as Finding[];
    const found = all.find((one) => one.metric === metric && one.segmentValue === segmentValue);
    if (found === undefined) throw new Error(`no finding of ${metric} for ${segmentValue}`);
    return found;
  };
}

it('says what is missing until the components are made', async () => {
  const finding = await run(0);
  expect(finding('pca_reconstruction_error')).toMatchObject({ status: 'not_computable', value: null });
});

it('makes the components once; rows lie from them as far as the same mathematics says', async () => {
  for (let time = 0; time < 2; time++)
    await makeProjection({ store: at.store, lock, logger }, await monitor());
  // What the worker's profiler does next: the plan of the baseline has changed.
  const context = await loadMonitorContext(at.store, await monitor());
  await at.store.profiles.computeBaseline(context!.baseline!.plan);
  const { body } = (await at.store.documents.get('default', 'projection', 'parcels/1/first'))!;
  expect(body.columns.map(({ feature }) => feature).toSorted()).toEqual([
    'height',
    'shape',
    'weight',
    'width',
  ]);
  const errors = training.map(({ numbers, shape }) => {
    const row = body.columns.map((column) => {
      const value =
        column.kind === 'numeric'
          ? (numbers[['width', 'height', 'weight'].indexOf(column.feature)] ?? NaN)
          : (column.shares.find(([name]) => name === shape)?.[1] ?? NaN);
      return ((Number.isNaN(value) ? column.fill : value) - column.mean) / column.std;
    });
    return reconstructionError(row, body.components);
  });
  const finding = (await run(0))('pca_reconstruction_error');
  expect(finding.baselineValue).toBeCloseTo(errors.reduce((a, b) => a + b, 0) / errors.length, 9);
  expect(finding.baselineRows).toBe(training.length);
});

it('is quiet on a day like training', async () => {
  const finding = await run(0);
  for (const metric of ['pca_reconstruction_error', 'domain_classifier_auc', 'correlation_drift'] as const)
    expect(finding(metric)).toMatchObject({ status: 'ok', rows: PER_DAY });
  expect(finding('pca_reconstruction_error', 'south').status).toBe('ok');
});

it('sees features that no longer go together, and where, though none of them moved by itself', async () => {
  const finding = await run(1);
  expect(finding('pca_reconstruction_error', 'south')).toMatchObject({ status: 'breached' });
  expect(finding('pca_reconstruction_error', 'north').status).toBe('ok');
  expect(finding('domain_classifier_auc').status).toBe('breached');
  expect(finding('correlation_drift')).toMatchObject({ status: 'breached' });
  expect(finding('correlation_drift').note).toContain('width and height');
  const drift = await at.call('POST', `${base}/monitors/parcels-1-drift/run`, {
    body: {
      start: new Date(LIVE_MS + DAY_MS).toISOString(),
      end: new Date(LIVE_MS + 2 * DAY_MS).toISOString(),
    },
  });
  expect((drift.body['findings'] as Finding[]).filter(({ status }) => status === 'breached')).toEqual([]);
});
