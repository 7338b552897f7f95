import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NotifyJob } from '#libs/contracts';
import { Outbound } from '#libs/outbound';
import { createLogger, requireSecretKey } from '#libs/platform';
import { Metrics } from '#libs/service';
import { openRedis, withLock, type JobQueue } from '#libs/queue';
import { createStore, type Store } from '#libs/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noticeLane } from '../../apps/worker/src/notices/lane.js';
import { tickTasks } from '../../apps/worker/src/tick-tasks.js';
import { WorkerMetrics } from '../../apps/worker/src/worker-metrics.js';
import { openWorld, putChannel, type World } from './worker-fixture.js';

/** Stands before ClickHouse, counts what is inserted, and cuts every connection from the k-th insert on. */
class Cut {
  private inserts = 0;
  private at = Infinity;
  private dead = false;
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(target: string): Promise<Cut> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const cut = new Cut(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        const query = new URL(incoming.url ?? '/', target).searchParams.get('query') ?? '';
        const isInsert = /^\s*INSERT/i.test(query) || /^\s*INSERT/i.test(body.toString('latin1', 0, 40));
        const isFatal = cut.counts(isInsert);
        cut.dead ||= isFatal;
        if (cut.dead) {
          incoming.socket.destroy();
          return;
        }
        const { method = 'GET', headers, url = '/' } = incoming;
        const forwarded = request(`${target}${url}`, { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        });
        forwarded.on('error', () => incoming.socket.destroy());
        forwarded.end(body);
      });
    });
    return cut;
  }

  /** Strikes instead of the insert of this number, as a kill between the one before and this one does. */
  arm(at: number): void {
    Object.assign(this, { inserts: 0, at, dead: false });
  }

  get hasStruck(): boolean {
    return this.dead;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private counts(isInsert: boolean): boolean {
    if (isInsert) this.inserts += 1;
    return isInsert && this.inserts === this.at;
  }
}

let world: World;
let cut: Cut;
const logger = createLogger({ logLevel: 'silent' }, 'test');
const always = new AbortController().signal;

/** One life of a worker, without a clock: each tick in turn and every job that was queued, until nothing is left to do or it dies. */
async function live(store: Store): Promise<void> {
  const jobs = new Map<string, NotifyJob>();
  const queue = {
    add: (job: NotifyJob, { id }: { id: string }) => Promise.resolve(void jobs.set(id, job)),
  } as unknown as JobQueue<NotifyJob>;
  const { config } = world;
  const redis = openRedis(config, logger);
  const outbound = new Outbound(config.outbound);
  const common = { store, config, metrics: new WorkerMetrics(new Metrics('worker')), logger, now: Date.now };
  const lane = noticeLane({ ...common, queue, outbound, redis, secretKey: requireSecretKey(config) });
  const tasks = tickTasks({
    ...common,
    notices: lane,
    secretKey: requireSecretKey(config),
    lock: (name, act) => withLock(redis, name, { ttlMs: 30_000 }, act),
    idleMs: 30_000,
  });
  const context = { id: 'job', attempt: 1, isLastAttempt: false, signal: always };
  try {
    for (const kind of ['link-labels', 'profile', 'evaluate', 'reconcile-notices'] as const)
      await tasks[kind](always);
    for (const job of jobs.values()) await lane.handle(job, context);
  } finally {
    redis.disconnect();
    await outbound.close();
  }
}

const life = async (): Promise<void> => {
  const store = createStore({ ...world.config.clickhouse, url: cut.url });
  await live(store).catch(() => undefined);
  await store.close();
};

const LEFT = ['findings', 'evaluations', 'alert_transitions', 'notifications'];
async function forget(): Promise<void> {
  const command = (sql: string) => world.raw.command({ name: 'forget', sql });
  for (const table of LEFT) await command(`TRUNCATE TABLE ${table}`);
  for (const table of ['profiles', 'profile_runs']) await command(`DELETE FROM ${table} WHERE origin = ''`);
  world.sink.received.splice(0);
}

beforeAll(async () => {
  world = await openWorld(12);
  cut = await Cut.before(world.config.clickhouse.url);
  await putChannel(world, 'hook');
  await world.day(2, { rowsPerHub: 120 });
  await world.day(1, { rowsPerHub: 120, faultyHub: 'ATL' });
});
afterAll(async () => {
  await cut.close();
  await world.close();
});

describe('a worker that dies at any write', () => {
  it('leaves what an undisturbed one leaves, once it lives again', async () => {
    cut.arm(Infinity);
    await life();
    const undisturbed = await world.outcome();
    expect(undisturbed).toMatchObject({ transitions: [{ kind: 'opened' }], notices: [{ outcome: 'sent' }] });
    let at = 1;
    for (; ; at += 1) {
      await forget();
      cut.arm(at);
      await life();
      if (!cut.hasStruck) break;
      cut.arm(Infinity);
      await life();
      expect({ at, ...(await world.outcome()) }).toEqual({ at, ...undisturbed });
      const told = world.sink.received.map(({ body }) => (body as { transitionId: string }).transitionId);
      expect({ at, told: new Set(told).size }).toEqual({ at, told: 1 });
    }
    expect(at).toBeGreaterThan(12);
  }, 900_000);
});
