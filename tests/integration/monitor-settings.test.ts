import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer, Json } from './api-fixture.js';
import { BASE, openService, type Service } from './service-fixture.js';
import { DAY_MS, HOUR_MS } from './store-fixture.js';
import { ticksGoBy, type WorkerUnderTest } from './worker-fixture.js';

const DAY = Date.UTC(2026, 5, 10);
const ROWS = 2_400;
const HUBS = ['ATL', 'ORD'];

let at: Service;
let worker: WorkerUnderTest;

const distanceOf = (row: number): number => 100 + ((row * 37) % 900);
const weightOf = (row: number): number => 10 + ((row * 91) % 80);
const training = (): string => {
  const rows = Array.from({ length: 20 * 600 }, (_, row) => {
    const time = new Date(DAY - 20 * DAY_MS + row * 144_000).toISOString();
    return `${time},${distanceOf(row)},${weightOf(row)},${HUBS[row % 2]!}`;
  });
  return ['time,distance,weight,origin', ...rows].join('\n');
};
/** One day on which distances are in kilometres, everywhere. */
const live = Array.from({ length: ROWS }, (_, row) => ({
  timeMs: DAY + Math.floor((row / ROWS) * 24) * HOUR_MS + 1,
  num: [distanceOf(row) * 1.609, weightOf(row)],
  cat: [HUBS[row % 2]!],
}));

const limits = {
  ...{ name: 'limits', kind: 'drift', model: 'm', version: '1', minRows: 100, window: { settle: 'PT0S' } },
  metrics: ['psi', 'kolmogorov_smirnov', 'wasserstein_normalised', 'hellinger', 'chi2'],
  thresholds: {
    psi: 0.2,
    kolmogorov_smirnov: { kind: 'stddev', factor: 4 },
    wasserstein_normalised: { kind: 'auto', quantile: 0.9 },
    default: 'auto',
  },
  featureThresholds: { weight: { psi: { kind: 'constant', upper: 0.5 } } },
  segmentThresholds: { hub: { psi: 0.3 }, 'hub=ATL': { psi: 7 } },
};
const put = (body: object, revision: number): Promise<Answer> =>
  at.call('PUT', `${BASE}/monitors/limits`, { body, headers: { 'if-match': `"${revision}"` } });
const finding = async (metric: string, feature: string, segment: string, value: string): Promise<Json> => {
  const query = new URLSearchParams({ metric, feature, segment, segmentValue: value });
  const [found] = await at.findings(`monitor=limits&${query}`);
  return found!;
};

beforeAll(async () => {
  at = await openService(4);
  await at.ok('PUT', '/models/m', { body: { problem: 'regression' } });
  await at.ok('PUT', '/models/m/versions/1', {
    body: {
      status: 'registered',
      features: [
        { name: 'distance', type: 'numeric' },
        { name: 'weight', type: 'numeric' },
        { name: 'origin', type: 'categorical' },
      ],
    },
  });
  await at.ok('PUT', '/models/m/segments/hub', { body: { kind: 'dimension', feature: 'origin' } });
  await at.baseline('m/1', training());
  await at.ok('PUT', '/monitors/limits', { body: limits });
  await at.write(live);
  worker = await at.worker(() => DAY + 25 * HOUR_MS);
  await at.evaluated('limits', 1);
});
afterAll(() => at.stop());

test('the most specific limit holds: segment value, segment, feature, monitor', async () => {
  const about = { monitorRevision: 1, evidence: 'test' };
  expect(await finding('psi', 'distance', 'all', 'in')).toMatchObject({
    ...{ ...about, threshold: 0.2, status: 'breached', rows: ROWS },
  });
  expect(await finding('psi', 'weight', 'all', 'in')).toMatchObject({ threshold: 0.5, status: 'ok' });
  expect(await finding('psi', 'weight', 'hub', 'ORD')).toMatchObject({ threshold: 0.3, status: 'ok' });
  expect(await finding('psi', 'distance', 'hub', 'ORD')).toMatchObject({
    ...{ threshold: 0.3, status: 'breached', rows: ROWS / 2 },
  });
  const muted = await finding('psi', 'distance', 'hub', 'ATL');
  expect(muted).toMatchObject({ threshold: 7, status: 'ok' });
  expect(muted['value']).toBeGreaterThan(0.3);
});

test('limits are fitted on days of the baseline, by deviation, by quantile and by default', async () => {
  for (const [metric, words] of [
    ['kolmogorov_smirnov', 'mean and 4 standard deviations over 20 parts'],
    ['wasserstein_normalised', '90 % quantile over 20 parts'],
    ['hellinger', '99 % quantile over 20 parts'],
  ] as const) {
    const found = await finding(metric, 'distance', 'all', 'in');
    expect(found).toMatchObject({ status: 'breached', note: expect.stringContaining(words) as string });
    expect(found['threshold']).toBeGreaterThan(0);
    expect(found['threshold']).toBeLessThan(found['value'] as number);
  }
});

test('findings carry the name that SageMaker has for their check, or none', async () => {
  expect(await finding('psi', 'distance', 'all', 'in')).toMatchObject({ check: 'baseline_drift_check' });
  await at.ok('PUT', '/monitors/faults', {
    body: {
      ...{ name: 'faults', kind: 'data_quality', model: 'm', version: '1', minRows: 100 },
      metrics: ['missing_rate', 'invalid_rate', 'unseen_rate', 'missing_column', 'constant'],
    },
  });
  const { findings } = await at.ok('POST', '/monitors/faults/run');
  const checks = (findings as Json[]).map(({ metric, check }) => `${metric as string} ${String(check)}`);
  expect([...new Set(checks)].toSorted()).toEqual([
    'constant null',
    'invalid_rate data_type_check',
    'missing_column missing_column_check',
    'missing_rate completeness_check',
    'unseen_rate categorical_values_check',
  ]);
});

test('a changed limit is a new revision, under which windows are evaluated again', async () => {
  const stricter = { ...limits, segmentThresholds: { ...limits.segmentThresholds, 'hub=ATL': { psi: 0.1 } } };
  expect((await put(stricter, 7)).status).toBe(409);
  expect((await put(stricter, 1)).body).toMatchObject({ revision: 2 });
  expect(await at.evaluated('limits', 1, 2)).toMatchObject([{ revision: 2, monitorRevision: 2 }]);
  expect(await finding('psi', 'distance', 'hub', 'ATL')).toMatchObject({
    ...{ monitorRevision: 2, threshold: 0.1, status: 'breached' },
  });
  expect(await at.ok('GET', '/monitors/limits?revision=1')).toMatchObject({
    ...{ revision: 1, segmentThresholds: { 'hub=ATL': { psi: 7 } } },
  });
  expect((await at.call('GET', `${BASE}/monitors/limits?revision=9`)).status).toBe(404);
});

test('another name decides nothing: findings keep the revision that they were made under', async () => {
  const shown = (await at.ok('GET', '/monitors/limits?revision=2')) as Record<string, unknown>;
  const own = Object.entries(shown).filter(
    ([field]) => !['id', 'revision', 'at', 'author', 'reason'].includes(field),
  );
  const renamed = { ...Object.fromEntries(own), name: 'renamed' };
  expect((await put(renamed, 2)).body).toMatchObject({ revision: 3 });
  await ticksGoBy(worker);
  expect(await at.evaluations('monitor=limits')).toMatchObject([{ revision: 2, monitorRevision: 2 }]);
  expect(await finding('psi', 'distance', 'all', 'in')).toMatchObject({ monitorRevision: 2 });
});
