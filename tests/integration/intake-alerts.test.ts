import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertPagePath, INTAKE_MONITORS } from '#libs/contracts';
import { createLogger, Health, Shutdown } from '#libs/platform';
import { Metrics } from '#libs/service';
import { createWorker } from '../../apps/worker/src/worker.js';
import { batch, prediction } from './store-fixture.js';
import { openWorld, PROJECT, putChannel, until, type World } from './worker-fixture.js';

const REDIS_DATABASE = 7;

let world: World;
let metrics: Metrics;
let stop: () => Promise<boolean>;

beforeAll(async () => {
  world = await openWorld(REDIS_DATABASE);
  await putChannel(world, 'hook');
  const logger = createLogger(world.config, 'worker');
  const shutdown = new Shutdown({ logger, deadlineMs: 20_000 });
  metrics = new Metrics('worker');
  const parts = { config: world.config, logger, metrics, health: new Health(), shutdown };
  await createWorker({ ...parts, intakeEveryMs: 100 }).start();
  stop = () => shutdown.stop();
});
afterAll(async () => {
  await stop();
  await world.close();
});

type Told = { transition: string; headline: string; monitor: { kind: string }; why?: string } & Record<
  string,
  unknown
>;
const told = (kind: string): Told[] =>
  world.sink.received.map(({ body }) => body as Told).filter(({ monitor }) => monitor.kind === kind);
const write = (...offsets: number[]): Promise<void> =>
  world.store.intake.write(
    batch({
      project: PROJECT,
      predictions: offsets.map((offset) =>
        prediction(`g-${offset}`, offset, { timeMs: Date.now() - 60_000, brokerTimeMs: Date.now() }),
      ),
    }),
  );
const gapAlerts = () => world.store.alerts.states(PROJECT, INTAKE_MONITORS.gap, '');

test('a gap is told with its exact range, changes with it, and ends when it is filled or acknowledged', async () => {
  await write(0, 1);
  await write(5, 6);
  await until(() => expect(told('ingestion_gap')).toHaveLength(1));
  const [opened] = told('ingestion_gap');
  expect(opened).toMatchObject({
    transition: 'opened',
    headline: 'predictions, partition 0: 3 records are missing',
    severity: 'critical',
    missing: [{ incarnation: 'i1', from: '2', to: '4', cause: 'skipped' }],
  });
  expect(JSON.stringify(opened?.['links'])).toContain(alertPagePath(PROJECT, String(opened?.['alertId'])));

  await write(9);
  await until(() => expect(told('ingestion_gap').at(-1)).toMatchObject({ transition: 'updated' }));
  await write(2, 3, 4);
  const at = { topic: 'predictions', incarnation: 'i1', partition: 0 };
  const note = { author: 'ann', comment: 'a test', atMs: Date.now() };
  await world.store.intake.acknowledgeGaps(PROJECT, [{ ...at, first: 7n, last: 8n }], note);
  await until(() =>
    expect(told('ingestion_gap').at(-1)).toMatchObject({
      transition: 'resolved',
      why: 'acknowledged by ann: a test',
    }),
  );
  expect(await gapAlerts()).toMatchObject([
    { status: 'resolved', segment: 'predictions', segmentValue: '0' },
  ]);
  await until(async () =>
    expect(await metrics.text()).toMatch(
      /plumbline_ingestion_missing_records\{project="p",acknowledged="true",app="worker"\} 2/,
    ),
  );
});

test('silence is told once ingest is known to be up to date, and ends with the next event', async () => {
  const position = (nextOffset: bigint) => ({
    ...{
      project: PROJECT,
      topic: 'predictions',
      incarnation: 'i1',
      partition: 0,
      nextOffset,
      endOffset: 12n,
    },
    ...{ brokerTimeMs: Date.now(), lastRecordAtMs: Date.now() - 60_000, behindSinceMs: null },
  });
  await world.store.intake.positions([position(11n)]);
  const model = { problem: 'binary', positiveLabel: 'late' };
  await world.put('model', 'm', { ...model, silenceAfter: 'PT1S' });
  const silent = async (): Promise<number> => {
    const series = await metrics.registry.getSingleMetric('plumbline_model_silence_seconds')?.get();
    return series?.values.find(({ labels }) => labels['model'] === 'm')?.value ?? 0;
  };
  await until(async () => expect(await silent()).toBeGreaterThan(2));
  expect(told('ingestion_silence')).toEqual([]);

  await world.store.intake.positions([position(12n)]);
  await until(() => expect(told('ingestion_silence')).toHaveLength(1));
  expect(told('ingestion_silence')[0]).toMatchObject({ transition: 'opened', model: 'm' });
  expect(told('ingestion_silence')[0]?.headline).toMatch(/^m: no prediction events for \d+ seconds?$/);

  await world.put('model', 'm', { ...model, silenceAfter: 'PT6H' });
  await write(10, 11);
  await until(() =>
    expect(told('ingestion_silence').at(-1)).toMatchObject({
      transition: 'resolved',
      why: 'events come again',
    }),
  );
});

test('drafts, and models that say so, are not watched for silence', async () => {
  const before = told('ingestion_silence').length;
  const version = { status: 'draft', features: [] };
  for (const [name, silenceAfter] of [
    ['draft', 'PT1S'],
    ['quiet', 'off'],
  ] as const) {
    await world.put('model', name, { problem: 'regression', silenceAfter });
    await world.put('version', `${name}/1`, {
      ...{ ...version, model: name, version: '1' },
      status: name === 'quiet' ? 'registered' : 'draft',
    });
  }
  await world.store.intake.write(
    batch({
      ...{ project: PROJECT, partition: 1 },
      predictions: ['draft', 'quiet'].map((model, at) =>
        prediction(model, at, { model, timeMs: Date.now() }),
      ),
    }),
  );
  const seen = async () =>
    (await metrics.text()).includes('plumbline_model_silence_seconds{project="p",model="quiet"');
  await until(async () => expect(await seen()).toBe(true));
  const series = await metrics.registry.getSingleMetric('plumbline_model_silence_seconds')?.get();
  expect(series?.values.map(({ labels }) => labels['model']).toSorted()).toEqual(['m', 'quiet']);
  expect(told('ingestion_silence')).toHaveLength(before);
});
