import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { expect, inject, vi } from 'vitest';
import {
  baselineOrigin,
  channelSecretPlace,
  documentId,
  documentSchemas,
  type DocumentBody,
  type DocumentKind,
  type Feature,
} from '#libs/contracts';
import {
  createLogger,
  Health,
  loadConfig,
  requireSecretKey,
  seal,
  Shutdown,
  type Config,
} from '#libs/platform';
import { Metrics } from '#libs/service';
import { openRedis } from '#libs/queue';
import { createStore, loadPlan, migrate, type PredictionRow, type Store } from '#libs/store';
import { createWorker, type WorkerParts } from '../../apps/worker/src/worker.js';
import { createDatabase, type Database } from '../../libs/store/src/client/index.js';
import { batch, FAR_MS, HOUR_MS, rowsOf } from './store-fixture.js';

export const PROJECT = 'p';
export const DAY_MS = 24 * HOUR_MS;
const features: Feature[] = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
];
const HUBS = ['ATL', 'ORD'];
const KM = 1.609;

/** today: the start of the UTC day that is running; windows before it are closed. */
const today = (): number => Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** Deterministic and a little uneven, so that neighbouring days do not look the same. */
const distanceOf = (row: number, day: number): number => 300 + ((row * 7_919 + day * 104_729) % 1_000);

/** Body of one HTTP request, parsed. */
export type Received = { path: string; body: unknown };
/** Sink: stands in for Slack and for webhooks; `answer` decides the status, null never answers. */
export type Sink = {
  url: string;
  hostAndPort: string;
  received: Received[];
  answer: (path: string, count: number) => number | null;
  close: () => Promise<void>;
};

export async function openSink(): Promise<Sink> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      received.push({ path, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown });
      const status = sink.answer(path, received.filter((each) => each.path === path).length);
      if (status !== null) response.writeHead(status).end(status === 200 ? 'ok' : 'no');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sink: Sink = {
    url: `http://127.0.0.1:${port}`,
    hostAndPort: `127.0.0.1:${port}`,
    received,
    answer: () => 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return sink;
}

/** World: one project in a database of its own, with a registered model, a baseline and live rows that a worker has not seen. */
export type World = {
  config: Config;
  environment: Record<string, string>;
  store: Store;
  raw: Database;
  sink: Sink;
  put: (kind: DocumentKind, id: string, body: unknown) => Promise<void>;
  /** Live rows of one day, `daysAgo` before today; in kilometres at the given hub. */
  day: (
    daysAgo: number,
    options?: { faultyHub?: string; rowsPerHub?: number; offset?: number; version?: string },
  ) => Promise<void>;
  /** What all workers together have left, without times of writing. */
  outcome: () => Promise<Record<string, unknown[]>>;
  close: () => Promise<void>;
};

const environmentFor = (sink: Sink, redisDatabase: number): Record<string, string> => ({
  CLICKHOUSE_URL: inject('clickhouseUrl'),
  CLICKHOUSE_USER: inject('clickhouseUser'),
  CLICKHOUSE_PASSWORD: inject('clickhousePassword'),
  CLICKHOUSE_DATABASE: `worker_${randomUUID().replaceAll('-', '')}`,
  REDIS_URL: `${inject('redisUrl').replace(/\/\d*$/, '')}/${redisDatabase}`,
  PLUMBLINE_SECRET_KEY: randomBytes(32).toString('base64'),
  PLUMBLINE_LOG_LEVEL: 'silent',
  PLUMBLINE_TOPICS: JSON.stringify({ [PROJECT]: { predictions: 'predictions', groundTruth: 'truth' } }),
  PLUMBLINE_WORKER_TICK_MS: '250',
  PLUMBLINE_OUTBOUND_ALLOW: sink.hostAndPort,
  PLUMBLINE_PUBLIC_URL: 'https://plumbline.example',
  PORT: '0',
});

/** Ten days of training data, 400 rows each. */
function baselineCsv(): string {
  const lines = ['time,distance,origin'];
  for (let day = 0; day < 10; day += 1)
    for (let row = 0; row < 400; row += 1) {
      const time = new Date(today() - (40 - day) * DAY_MS + (row % 24) * HOUR_MS).toISOString();
      lines.push(`${time},${distanceOf(row, day)},${HUBS[row % 2] ?? ''}`);
    }
  return `${lines.join('\n')}\n`;
}

function liveRows(
  daysAgo: number,
  { faultyHub = '', rowsPerHub = 200, offset = daysAgo * 100_000, version = '1' } = {},
): PredictionRow[] {
  const startMs = today() - daysAgo * DAY_MS;
  return Array.from({ length: rowsPerHub * 2 }, (_, row) => {
    const origin = HUBS[row % 2] ?? '';
    const timeMs = startMs + (row % 24) * HOUR_MS + row;
    const distance = distanceOf(row, 100 + daysAgo) * (origin === faultyHub ? KM : 1);
    return {
      ...{ model: 'm', version, bucketMs: timeMs - (timeMs % HOUR_MS), id: `${daysAgo}-${row}`, timeMs },
      ...{ schema: 1, num: [distance], cat: [origin], label: '', score: NaN, value: NaN, scores: {} },
      ...{ attributions: [], tags: {}, invalid: {}, extra: '', brokerTimeMs: timeMs },
      ...{ offset: BigInt(offset + row), contentHash: BigInt(row), expiresMs: FAR_MS },
    };
  });
}

/** Registers model, version, segment, baseline and the drift monitor, as the API does. */
async function register({ store, put }: Pick<World, 'store' | 'put'>): Promise<void> {
  await put('project', PROJECT, {});
  await put('model', 'm', { problem: 'binary', positiveLabel: 'late' });
  await put('version', documentId('m', '1'), { model: 'm', version: '1', status: 'registered', features });
  await put('segment', documentId('m', 'hub'), {
    kind: 'dimension',
    model: 'm',
    feature: 'origin',
    values: HUBS,
  });
  const origin = baselineOrigin('first');
  const inserted = await store.baselines.insert({
    ...{
      project: PROJECT,
      model: 'm',
      version: '1',
      origin,
      features,
      schema: 1,
      format: 'csv',
      bucketMs: HOUR_MS,
    },
    columns: { time: 'time', tags: {} },
    fileColumns: ['time', 'distance', 'origin'],
    file: () => Readable.from(baselineCsv()),
  });
  if (!inserted.ok) throw new Error(inserted.message);
  const binning = await store.baselines.createBinning(PROJECT, 'm', '1', origin, features);
  await put('binning', documentId('m', '1', binning.hash), { model: 'm', version: '1', ...binning });
  await put('baseline', documentId('m', '1', 'first'), {
    ...{
      model: 'm',
      version: '1',
      origin,
      binning: binning.hash,
      rows: inserted.rows,
      contentHash: 'c'.repeat(64),
    },
    ...{
      source: { format: 'csv', name: 'first.csv', bytes: 1 },
      hasTime: true,
      hasLabels: false,
      cannotServe: [],
    },
  });
  const plan = await loadPlan(store, { project: PROJECT, model: 'm', version: '1', origin });
  if (plan === null) throw new Error('the baseline has no plan');
  await store.profiles.computeBaseline(plan);
  await put('monitor', 'm-drift', {
    ...{ name: 'm drift', kind: 'drift', model: 'm', version: '1', thresholds: { psi: 0.6 }, minRows: 100 },
    window: { every: 'P1D', settle: 'PT0S', maxWait: 'PT6H' },
  });
}

const QUERIES = {
  findings: 'SELECT * EXCEPT at FROM findings FINAL ORDER BY ALL',
  evaluations: 'SELECT * EXCEPT (at, duration_ms) FROM evaluations FINAL ORDER BY ALL',
  transitions: 'SELECT * EXCEPT at FROM alert_transitions FINAL ORDER BY ALL',
  notices: 'SELECT transition_id, channel, outcome FROM notifications FINAL ORDER BY ALL',
};

/** flushQueues: the queues lose everything, as with a Redis that came back empty. */
export async function flushQueues(config: Config): Promise<void> {
  const redis = openRedis(config, createLogger({ logLevel: 'silent' }, 'test'));
  await redis.flushdb();
  redis.disconnect();
}

/** until: polls until `check` no longer throws; the deadline is for a machine that does much else. */
export const until = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: 90_000, interval: 100 });

/** openWorld: `redisDatabase` keeps the queues of test files apart; it is emptied. */
export async function openWorld(redisDatabase: number): Promise<World> {
  const sink = await openSink();
  const environment = environmentFor(sink, redisDatabase);
  const config = loadConfig(environment);
  await migrate(config.clickhouse);
  const store = createStore(config.clickhouse);
  const raw = createDatabase(config.clickhouse);
  const put: World['put'] = async (kind, id, body) => {
    const revision = ((await store.documents.history(PROJECT, kind, id))[0]?.revision ?? 0) + 1;
    const parsed = documentSchemas[kind].parse(body) as DocumentBody<typeof kind>;
    const at = new Date().toISOString();
    await store.documents.append({
      ...{
        project: PROJECT,
        kind,
        id,
        revision,
        body: parsed,
        deleted: false,
        author: 'test',
        reason: '',
        at,
      },
    });
  };
  await register({ store, put });
  await flushQueues(config);
  const world: World = {
    ...{ config, environment, store, raw, sink, put },
    day: (daysAgo, options) =>
      store.intake.write(batch({ project: PROJECT, first: 0n, predictions: liveRows(daysAgo, options) })),
    outcome: async () =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(QUERIES).map(async ([name, sql]) => [name, await rowsOf(raw, sql)] as const),
        ),
      ),
    close: async () => {
      await raw.command({
        name: 'drop-test-database',
        sql: `DROP DATABASE ${config.clickhouse.database} SYNC`,
      });
      await Promise.all([raw.close(), store.close(), sink.close()]);
    },
  };
  return world;
}

/** putChannel: a channel to the sink, at its own path, and a route that leads everything there. */
export async function putChannel(
  world: World,
  id: string,
  kind: 'slack' | 'webhook' = 'webhook',
): Promise<void> {
  const url = `${world.sink.url}/${id}`;
  const secret = JSON.stringify(kind === 'slack' ? { webhookUrl: url } : { url });
  const sealedSecret = seal(requireSecretKey(world.config), channelSecretPlace(PROJECT, id), secret);
  await world.put('channel', id, { kind, settings: {}, sealedSecret, hint: '…' });
  await world.put('route', `to-${id}`, { channels: [id] });
}

export type WorkerUnderTest = { stop: () => Promise<boolean>; metrics: Metrics };

/** startWorker: a whole worker inside this process. */
export async function startWorker(
  { config }: Pick<World, 'config'>,
  others: Pick<WorkerParts, 'now'> = {},
): Promise<WorkerUnderTest> {
  const logger = createLogger(config, 'worker');
  const shutdown = new Shutdown({ logger, deadlineMs: 20_000 });
  const metrics = new Metrics('worker');
  const worker = createWorker({ config, logger, metrics, health: new Health(), shutdown, ...others });
  await worker.start();
  return { stop: () => shutdown.stop(), metrics };
}

const KINDS = ['link-labels', 'profile', 'evaluate', 'reconcile-notices'];

const tickCount = async ({ metrics }: WorkerUnderTest, kind: string): Promise<number> => {
  const line = (await metrics.text())
    .split('\n')
    .find((each) => each.includes('worker_ticks_total') && each.includes(`kind="${kind}",outcome="ran"`));
  return Number(line?.split(' ').at(-1) ?? 0);
};

/** ticksGoBy: waits until every kind of tick has begun and ended after now. */
export const ticksGoBy = async (worker: WorkerUnderTest): Promise<void> => {
  const counts = () => Promise.all(KINDS.map((kind) => tickCount(worker, kind)));
  const before = await counts();
  await until(async () => {
    const now = await counts();
    expect(now.every((count, index) => count > (before[index] ?? 0) + 1)).toBe(true);
  });
};
