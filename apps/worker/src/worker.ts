import type { KeyObject } from 'node:crypto';
import { notifyJobSchema, QUEUES, tickJobSchema, type NotifyJob, type TickJob } from '#libs/contracts';
import { Outbound } from '#libs/outbound';
import { probe, requireSecretKey, waitFor, type Config } from '#libs/platform';
import type { ProcessParts } from '#libs/service';
import { JobQueue, JobWorker, openRedis, pingRedis, withLock, type QueueDefinition } from '#libs/queue';
import { createStore, type Store } from '#libs/store';
import { TICK_KINDS, TickBell } from './bell/tick-bell.js';
import { TickRunner } from './bell/tick-runner.js';
import { noticeLane } from './notices/lane.js';
import { tickTasks } from './tick-tasks.js';
import { WorkerMetrics } from './worker-metrics.js';

export type WorkerParts = ProcessParts & {
  /** For tests: another store, or another clock. */
  openStore?: (config: Config['clickhouse']) => Store;
  now?: () => number;
  /** A partition without records for this long, and with none waiting, is idle. */
  idleMs?: number;
  /** How often ingestion is looked at for gaps and silence. */
  intakeEveryMs?: number;
};

/** Worker: `start` returns once jobs are taken, after waiting for what is away; `shutdown` ends it in order. */
export type Worker = { start(): Promise<void> };

/** A remote side that is away for half a day is told so late, or never; the pages have it meanwhile. */
const NOTICE_ATTEMPTS = 300;
const TICK_QUEUE: QueueDefinition<TickJob> = { name: QUEUES.tick, payload: tickJobSchema };
const NOTICE_QUEUE: QueueDefinition<NotifyJob> = {
  name: QUEUES.notify,
  payload: notifyJobSchema,
  attempts: NOTICE_ATTEMPTS,
};
const IDLE_MS = 30_000;
const JOBS_STOP_MS = 10_000;

type Clients = {
  store: Store;
  redis: ReturnType<typeof openRedis>;
  ticks: JobQueue<TickJob>;
  notices: JobQueue<NotifyJob>;
  outbound: Outbound;
};

/** Opened here and closed by `shutdown` in reverse: jobs first, then the queues, Redis, the store. */
const openClients = ({ config, logger, shutdown, openStore = createStore }: WorkerParts): Clients => {
  const store = openStore(config.clickhouse);
  shutdown.add('clickhouse', () => store.close());
  const redis = openRedis(config, logger);
  shutdown.add('redis', () => redis.disconnect());
  const outbound = new Outbound(config.outbound);
  shutdown.add('outbound', () => outbound.close());
  const ticks = new JobQueue(TICK_QUEUE, { config, logger });
  const notices = new JobQueue(NOTICE_QUEUE, { config, logger });
  shutdown.add('queues', async () => {
    await Promise.all([ticks.close(), notices.close()]);
  });
  return { store, redis, ticks, notices, outbound };
};

/** Waits for as long as it takes; a dependency that goes away later is met by retries. */
const waitForDependencies = async (
  { config, logger, shutdown }: WorkerParts,
  { store }: Clients,
): Promise<void> => {
  const { signal } = shutdown;
  await waitFor({ name: 'Redis', check: () => pingRedis(config), logger, signal });
  await waitFor({
    name: 'ClickHouse with migrated tables',
    check: () => store.documents.projects(),
    logger,
    signal,
  });
};

const startJobs = async (parts: WorkerParts, clients: Clients, secretKey: KeyObject): Promise<void> => {
  const { config, logger, shutdown, now = Date.now } = parts;
  const { store, redis, ticks, notices, outbound } = clients;
  const metrics = new WorkerMetrics(parts.metrics);
  const lockOptions = { ttlMs: config.worker.lockTtlMs, logger };
  const lane = noticeLane({
    store,
    queue: notices,
    outbound,
    redis,
    secretKey,
    config,
    metrics,
    logger,
    now,
  });
  const lock = <T>(name: string, act: (lost: AbortSignal) => Promise<T>) =>
    withLock(redis, name, lockOptions, act);
  const tasks = tickTasks({
    ...{ store, notices: lane, lock, secretKey, config, metrics, logger, now },
    idleMs: parts.idleMs ?? IDLE_MS,
    intakeEveryMs: parts.intakeEveryMs,
  });
  const runner = new TickRunner({
    tasks,
    lock,
    metrics,
    logger,
  });
  const common = { config, logger };
  const bell = new TickBell({ queue: ticks, everyMs: config.worker.tickMs, logger });
  const workers = [
    new JobWorker(TICK_QUEUE, { ...common, handle: runner.handle, concurrency: TICK_KINDS.length }),
    new JobWorker(NOTICE_QUEUE, { ...common, handle: lane.handle, concurrency: config.worker.concurrency }),
  ];
  shutdown.add('jobs', async () => {
    await Promise.all(workers.map((each) => each.close(JOBS_STOP_MS)));
  });
  shutdown.add('bell', () => bell.stop());
  await bell.start();
};

/** createWorker: the composition of this app: clients, lanes, bell, probes. Nothing runs before `start`. */
export const createWorker = (parts: WorkerParts): Worker => {
  const { config, health, logger } = parts;
  const secretKey = requireSecretKey(config);
  const clients = openClients(parts);
  health.addReady(
    'clickhouse',
    probe(() => clients.store.ping()),
  );
  health.addReady(
    'redis',
    probe(() => clients.redis.ping()),
  );
  return {
    async start() {
      await waitForDependencies(parts, clients);
      await startJobs(parts, clients, secretKey);
      logger.info({ tickMs: config.worker.tickMs }, 'working');
    },
  };
};
