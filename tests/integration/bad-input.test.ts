import { randomUUID } from 'node:crypto';
import { createAdmin, createProducer } from '#libs/kafka';
import { createLogger } from '#libs/platform';
import { dataQualityMetrics, driftMetrics } from '#libs/contracts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { errorsOf, type Json } from './api-fixture.js';
import { startInProcess, type Running } from './ingest-fixture.js';
import { BASE, openService, type Service } from './service-fixture.js';
import { DAY_MS, HOUR_MS } from './store-fixture.js';
import { until } from './worker-fixture.js';

const ROWS = 600;
/** Fixed while the test runs; windows are the three days before it. */
const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const day = (daysAgo: number): number => TODAY - daysAgo * DAY_MS;
const spread = (row: number): number => (row * 7_919) % 1_000;

/** Each feature of version 1, with its values in the baseline and in the window; `wild` stands in JSON as it is. */
const FEATURES: Record<
  string,
  {
    type?: string;
    before: (row: number) => string | number | boolean | null | undefined;
    now: (row: number) => unknown;
  }
> = {
  usual: { before: spread, now: spread },
  constant: { before: () => 5, now: () => 5 },
  constant_moved: { before: () => 5, now: (row) => 5 + (row % 7) },
  stuck: { before: spread, now: () => 7 },
  never: { before: () => null, now: () => null },
  at_last: { before: () => null, now: spread },
  gone: { before: spread, now: () => null },
  huge: {
    before: (row) => [1e308, -1e308, spread(row)][row % 3],
    now: (row) => [-1e308, -1e308, 1e308][row % 3],
  },
  tiny: { before: (row) => spread(row) * 5e-324, now: (row) => row * 2.5e-308 },
  infinite: { before: spread, now: () => 'wild 1e999' },
  account: {
    before: (row) => 2 ** 53 - spread(row),
    now: (row) => `wild 90071992547410${11 + (row % 7)}`,
  },
  ids: { type: 'identifier', before: (row) => `id-${row}`, now: (row) => 2 ** 53 + 2 * row },
  became_text: { before: spread, now: (row) => `about ${row}` },
  became_number: { type: 'categorical', before: (row) => 'abc'[row % 3], now: spread },
  nested: { before: spread, now: (row) => ({ deep: [row, { er: null }] }) },
  truth: { type: 'boolean', before: (row) => row % 2 === 0, now: () => 'maybe' },
  since: {
    type: 'timestamp',
    before: (row) => new Date(day(40) - row).toISOString(),
    now: () => 'yesterday',
  },
  words: { type: 'text', before: (row) => 'x'.repeat(row % 9), now: () => '\u0000' },
};
const names = Object.keys(FEATURES);
const features = names.map((name) => ({ name, type: FEATURES[name]!.type ?? 'numeric' }));

const training = (count: number): string => {
  const rows = Array.from({ length: count }, (_, row) => {
    const time = new Date(day(40) + Math.floor((row / count) * 10 * DAY_MS)).toISOString();
    return [time, ...names.map((name) => String(FEATURES[name]!.before(row) ?? ''))].join(',');
  });
  return [['time', ...names].join(','), ...rows].join('\n');
};
/** JSON as producers write it, with numbers that JavaScript would round or refuse. */
const event = (row: number, daysAgo: number, version: string): string =>
  JSON.stringify({
    ...{ id: `${version}-${daysAgo}-${row}`, model: 'm', version },
    time: new Date(day(daysAgo) + Math.floor((row / ROWS) * DAY_MS)).toISOString(),
    features: Object.fromEntries(names.map((name) => [name, FEATURES[name]!.now(row)])),
    prediction: { value: row % 2 === 0 ? 1e308 : -1e308 },
  }).replaceAll(/"wild ([^"]+)"/g, '$1');

const KINDS = {
  data_quality: { metrics: [...dataQualityMetrics] },
  drift: { metrics: [...driftMetrics] },
  prediction_drift: { metrics: [...driftMetrics] },
  multivariate_drift: {},
};
/** Rows of the baselines: ten days of them, and one, which is shorter than a window. */
const VERSIONS = { 1: 4_000, 2: 1 };

let at: Service;
let ingest: Running;

const monitorsOf = async (version: string): Promise<void> => {
  for (const [kind, more] of Object.entries(KINDS))
    await at.ok('PUT', `/monitors/${kind}-${version}`, {
      body: {
        ...{ name: kind, kind, model: 'm', version, minRows: 1, window: { settle: 'PT0S' }, ...more },
        thresholds: {
          default: 'auto',
          ...(kind === 'data_quality' && { volume: 'auto', missing_rate: 0.1 }),
        },
      },
    });
};

beforeAll(async () => {
  at = await openService(2, {
    KAFKA_BROKERS: inject('kafkaBrokers'),
    PLUMBLINE_TOPIC_PREFIX: `t${randomUUID().slice(0, 8)}`,
    PLUMBLINE_INGEST_MAX_WAIT_MS: '100',
  });
  await at.ok('PUT', '/models/m', { body: { problem: 'regression' } });
  for (const [version, rows] of Object.entries(VERSIONS)) {
    await at.ok('PUT', `/models/m/versions/${version}`, { body: { status: 'registered', features } });
    await at.baseline(`m/${version}`, training(rows));
    await monitorsOf(version);
  }
  const connection = { ...at.config.kafka, logger: createLogger(at.config, 'test') };
  const [admin, producer] = [createAdmin(connection), createProducer({ connection })];
  const { predictions, groundTruth } = at.config.topics.projects['default']!;
  await admin.ensureTopics([predictions, groundTruth].map((topic) => ({ topic, partitions: 1 })));
  // A full day, one row, and nothing.
  const events = Object.keys(VERSIONS).flatMap((version) => [
    ...Array.from({ length: ROWS }, (_, row) => event(row, 3, version)),
    event(0, 2, version),
  ]);
  await producer.send(
    predictions,
    events.map((text) => ({ key: null, value: Buffer.from(text) })),
  );
  await Promise.all([producer.close(), admin.close()]);
  ingest = await startInProcess(at.config);
  await until(async () => {
    const accounts = await at.store.intake.accounting('default');
    expect(accounts).toMatchObject([{ accepted: events.length, quarantined: 0 }]);
  });
  await at.worker(() => TODAY + HOUR_MS);
  for (const version of Object.keys(VERSIONS))
    for (const kind of Object.keys(KINDS)) await at.evaluated(`${kind}-${version}`, 3);
}, 400_000);
afterAll(async () => {
  await ingest.stop();
  await at.stop();
});

const NUMBERS = ['value', 'baselineValue', 'threshold', 'p', 'pAdjusted', 'deff', 'resolution'];
const ALWAYS = ['deff', 'rows', 'baselineRows'];

/** What must hold of a finding, whatever went in: numbers are finite, and where one is missing the status says that there is none. */
function expectSound(finding: Json): void {
  const where = JSON.stringify(finding);
  for (const name of NUMBERS) expect(finding[name] ?? 0, where).toSatisfy(Number.isFinite);
  for (const name of ALWAYS) expect(finding[name], where).toBeTypeOf('number');
  const { status, value, note, evidence, p, interval } = finding as Record<string, unknown>;
  const isDecided = status === 'ok' || status === 'breached';
  if (isDecided) expect(value, where).toBeTypeOf('number');
  else expect(note, where).not.toBe('');
  if (isDecided && evidence === 'test' && finding['threshold'] !== null && status === 'breached')
    expect(p, where).toBeTypeOf('number');
  if (interval !== null)
    for (const end of Object.values(interval as object)) expect(end).toSatisfy(Number.isFinite);
}

describe.each(Object.keys(VERSIONS))('version %s', (version) => {
  test.each(Object.keys(KINDS))('%s: three windows, every finding sound, none failed', async (kind) => {
    const found = await at.findings(`monitor=${kind}-${version}`);
    const windows = Map.groupBy(found, (each) => each['windowStart']);
    expect(windows.size).toBe(3);
    for (const finding of found) expectSound(finding);
    expect(found.filter(({ status }) => status === 'failed')).toEqual([]);
    const text = (await at.call('GET', `${BASE}/findings?limit=10000&monitor=${kind}-${version}`)).text;
    expect(text).not.toMatch(/:\s*-?(NaN|Infinity)|"-?(NaN|Infinity|nan|inf)"/);
  });
});

const one = async (feature: string, metric: string, kind = 'data_quality'): Promise<Json> => {
  const to = new Date(day(2) - 1).toISOString();
  const query = new URLSearchParams({ feature, metric, monitor: `${kind}-1`, segment: 'all', to });
  const found = await at.findings(String(query));
  expect(found, `${metric} of ${feature}`).toHaveLength(1);
  return found[0]!;
};

test.each([
  ['usual', 'drift', 'psi', { status: 'ok' }],
  ['constant', 'drift', 'psi', { status: 'ok', value: 0 }],
  ['constant', 'drift', 'mean_shift', { status: 'ok', value: 0 }],
  ['constant_moved', 'drift', 'psi', { status: 'breached' }],
  ['constant_moved', 'drift', 'wasserstein_normalised', { status: 'not_computable', value: null }],
  ['stuck', 'data_quality', 'constant', { status: 'breached', value: 1, evidence: 'exact' }],
  ['stuck', 'drift', 'std_shift', { status: 'not_computable', value: null }],
  ['never', 'data_quality', 'missing_column', { status: 'ok', value: 0 }],
  ['never', 'drift', 'kolmogorov_smirnov', { status: 'not_enough_data', value: null }],
  ['at_last', 'drift', 'psi', { status: 'breached' }],
  ['gone', 'data_quality', 'missing_column', { status: 'breached', value: 1 }],
  ['gone', 'drift', 'psi', { status: 'not_computable', value: null }],
  ['huge', 'drift', 'psi', { status: 'breached' }],
  ['huge', 'drift', 'mean_shift', { status: 'not_computable', value: null }],
  ['infinite', 'data_quality', 'invalid_rate', { status: 'breached', value: 1 }],
  ['became_text', 'data_quality', 'invalid_rate', { status: 'breached', value: 1 }],
  ['became_text', 'drift', 'psi', { status: 'not_computable', value: null }],
  ['became_number', 'data_quality', 'unseen_rate', { status: 'breached', value: 1 }],
  ['nested', 'data_quality', 'invalid_rate', { status: 'breached', value: 1 }],
  ['truth', 'data_quality', 'invalid_rate', { status: 'breached', value: 1 }],
  ['since', 'data_quality', 'invalid_rate', { status: 'breached', value: 1 }],
  ['ids', 'data_quality', 'distinct_rate', { value: 1 }],
])('%s: %s tells %s', async (feature, kind, metric, expected) => {
  expect(await one(feature, metric, kind)).toMatchObject(expected);
});

test('an empty window and one row are not healthy', async () => {
  const statusesOf = async (from: number, to: number) => {
    const span = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
    const found = await at.findings(`monitor=drift-1&${span}`);
    return [...new Set(found.map(({ status }) => status as string))].toSorted();
  };
  expect(await statusesOf(day(1), day(0) - 1)).toEqual(['no_data']);
  const oneRow = await statusesOf(day(2), day(1) - 1);
  expect(oneRow).not.toContain('breached');
});

test('columns without a usable spread are left out of the principal components, and spoil nothing', async () => {
  const projection = await at.store.documents.get('default', 'projection', 'm/1/first');
  const used = projection!.body.columns.map(({ feature }) => feature);
  expect(used).toContain('usual');
  for (const name of ['constant', 'never', 'huge', 'tiny']) expect(used).not.toContain(name);
  const [finding] = await at.findings('monitor=multivariate_drift-1&metric=pca_reconstruction_error');
  expect(finding).toMatchObject({ note: expect.not.stringContaining('not made yet') as string });
});

test('numbers that JavaScript would round keep their place', async () => {
  const finding = await one('account', 'kolmogorov_smirnov', 'drift');
  expect(finding).toMatchObject({ status: 'breached', value: 1 });
});

const wide = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `f${i}`, type: 'numeric' as const }));

test('more features than a version holds are refused with the number', async () => {
  const put = await at.call('PUT', `${BASE}/models/m/versions/wide`, {
    body: { status: 'registered', features: wide(5_000) },
  });
  expect(put.status).toBe(422);
  expect(errorsOf(put)).toMatchObject([{ field: 'features' }]);
  expect(put.text).toContain('2000');
});

test('a version whose statements are longer than an address is evaluated whole', async () => {
  const list = wide(300);
  await at.ok('PUT', '/models/wide', { body: { problem: 'regression' } });
  await at.ok('PUT', '/models/wide/versions/1', { body: { status: 'registered', features: list } });
  const lines = Array.from({ length: 300 }, (_, row) =>
    [new Date(day(40) + row * HOUR_MS).toISOString(), ...list.map((_, i) => spread(row + i))].join(','),
  );
  await at.baseline('wide/1', [['time', ...list.map(({ name }) => name)].join(','), ...lines].join('\n'));
  await at.ok('PUT', '/monitors/wide', {
    body: {
      ...{ name: 'wide', kind: 'drift', model: 'wide', version: '1', minRows: 50, metrics: ['psi'] },
      ...{ thresholds: { psi: 'auto' }, window: { settle: 'PT0S' } },
    },
  });
  await at.write(
    Array.from({ length: 200 }, (_, row) => ({
      ...{ model: 'wide', timeMs: day(1) + row * 60_000, cat: [], label: '', value: 1 },
      num: list.map((_, i) => (i === 7 ? 'x' : spread(row + i))).map(Number),
    })),
  );
  await at.evaluated('wide', 1);
  const found = await at.findings('monitor=wide');
  expect(found).toHaveLength(list.length);
  for (const finding of found) expectSound(finding);
  const odd = found.filter(({ status }) => status !== 'ok').map(({ feature }) => feature);
  expect(odd).toEqual(['f7']);
}, 240_000);
