import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdmin, type Admin } from '#libs/kafka';
import { createLogger, loadConfig, type Config } from '#libs/platform';
import { createStore, migrate, type Store } from '#libs/store';
import { z } from 'zod';
import { createDatabase, type Database } from '../../libs/store/src/client/index.js';
import { BUCKETS, HOUR_MS, MODEL, VERSION, type Events } from './events.js';
import { FaultProxy } from './fault-proxy.js';
import { IngestProcess } from './ingest-process.js';
import { AckLog } from './log.js';
import { Load } from './producer.js';
import { planOf } from './recount.js';
import { randomFrom, until, type Site } from './site.js';

const PARTITIONS = 4;
/** Longer than any session, back-off or restart. */
const STILL_MS = 120_000;
/** Buckets that are profiled in one turn of the tick, and its pace: a worker's work while the faults go on. */
const TICK = { buckets: 6, links: 50_000, everyMs: 3_000 };

/** Clocks and sizes of the process under attack: short, so that a fault is met, and met again, within seconds. In production pace they are those that it ships with. */
const SHORT_PACE = {
  PLUMBLINE_INGEST_SESSION_TIMEOUT_MS: '1500',
  PLUMBLINE_INGEST_HEARTBEAT_INTERVAL_MS: '300',
  PLUMBLINE_INGEST_STORE_TIMEOUT_MS: '700',
  PLUMBLINE_INGEST_MAX_WAIT_MS: '100',
  PLUMBLINE_INGEST_BATCH_ROWS: '4000',
  PLUMBLINE_INGEST_FETCH_BYTES: '524288',
};

export type RigOptions = {
  site: Site;
  /** Of the checkout, whose `dist` holds the app. */
  root: string;
  home: string;
  suite: string;
  seed: string;
  partitions?: number;
  topicConfig?: Record<string, string>;
  environment?: Record<string, string>;
  /** Sessions, time-outs and sizes as they are shipped. */
  production?: boolean;
};

/** Life: a topic from its creation to its deletion. */
export type Life = { topic: string; life: number; incarnation: string; ends: Map<number, bigint> };

/** Rig: topics, a database, a load and processes of one suite on the site's services. */
export class Rig {
  readonly random: () => number;
  readonly log = new AckLog();
  readonly lives: Life[] = [];
  private readonly processes: IngestProcess[] = [];
  private ticking = new AbortController();
  private tick: Promise<void> = Promise.resolve();

  private constructor(
    readonly options: RigOptions,
    readonly config: Config,
    readonly events: Events,
    readonly raw: Database,
    readonly store: Store,
    readonly admin: Admin,
    readonly proxy: FaultProxy,
    readonly load: Load,
    private readonly environment: Record<string, string>,
    readonly topics: { predictions: string; groundTruth: string },
  ) {
    this.random = randomFrom(`${options.suite} ${options.seed}`);
    load.log = this.log;
  }

  static async open(options: RigOptions): Promise<Rig> {
    const { site, suite, home, partitions = PARTITIONS } = options;
    const name = `chaos_${suite.replaceAll('-', '_')}_${randomBytes(4).toString('hex')}`;
    await mkdir(home, { recursive: true });
    const proxy = new FaultProxy(new URL(site.clickhouse.url));
    const base = {
      PATH: '/usr/bin:/bin',
      KAFKA_BROKERS: site.kafkaBrokers,
      CLICKHOUSE_USER: site.clickhouse.user,
      CLICKHOUSE_PASSWORD: site.clickhouse.password,
      CLICKHOUSE_DATABASE: name,
      REDIS_URL: site.redisUrl,
      PLUMBLINE_TOPIC_PREFIX: name,
      PLUMBLINE_HOME: home,
      PLUMBLINE_LOG_LEVEL: 'info',
      ...(options.production === true ? {} : SHORT_PACE),
      ...options.environment,
    };
    const config = loadConfig({ ...base, CLICKHOUSE_URL: site.clickhouse.url });
    await migrate(config.clickhouse);
    const logger = createLogger({ logLevel: 'fatal' }, 'chaos');
    const admin = createAdmin({ ...config.kafka, logger });
    const { predictions, groundTruth } = config.topics.projects['default']!;
    const topics = { predictions, groundTruth };
    const now = Date.now();
    const events = { run: name.slice(-8), startMs: now - (now % HOUR_MS) - (BUCKETS + 2) * HOUR_MS };
    const rig = new Rig(
      options,
      config,
      events,
      createDatabase(config.clickhouse),
      createStore(config.clickhouse),
      admin,
      proxy,
      new Load({ brokers: [...config.kafka.brokers], logger, events, topics, partitions }),
      { ...base, CLICKHOUSE_URL: await proxy.listen() },
      topics,
    );
    for (const topic of Object.values(topics)) await rig.createTopic(topic);
    return rig;
  }

  /** Milliseconds after which a group gives up a silent member. */
  get sessionMs(): number {
    return this.config.ingest.sessionTimeoutMs;
  }

  /** createTopic: a topic of this load; for one that was deleted its next life. */
  async createTopic(topic: string): Promise<void> {
    const { partitions = PARTITIONS, topicConfig = {} } = this.options;
    await this.admin.ensureTopics([{ topic, partitions, config: topicConfig }]);
    const ids = await this.admin.incarnations([topic]);
    const life = this.lives.filter((each) => each.topic === topic).length;
    this.lives.push({ topic, life, incarnation: ids.get(topic) ?? '', ends: new Map() });
  }

  /** deleteTopic: with all that is in it; what was acknowledged until then stays in the producer's log. */
  async deleteTopic(topic: string): Promise<void> {
    const life = this.lives.findLast((each) => each.topic === topic);
    for (const { partition, end } of await this.admin.offsets(topic)) life?.ends.set(partition, end);
    await this.admin.deleteTopics([topic]);
    await until(`${topic} to be gone`, async () => !(await this.admin.incarnations([topic])).has(topic));
  }

  /** account: what the accounting says is missing from a partition in one of its topic's lives, and the last offset that was stored. */
  async account({ topic, life }: Pick<Life, 'topic' | 'life'>, partition: number) {
    const incarnation = this.lives.find((each) => each.topic === topic && each.life === life)?.incarnation;
    const accounts = await this.store.intake.accounting('default');
    return accounts.find(
      (each) => each.topic === topic && each.incarnation === incarnation && each.partition === partition,
    );
  }

  ingest(name: string): IngestProcess {
    const { root, home, suite } = this.options;
    const process = new IngestProcess(`${suite}-${name}`, { root, home, environment: this.environment });
    this.processes.push(process);
    return process;
  }

  get groupId(): string {
    return `${this.config.kafka.topicPrefix}-ingest`;
  }

  /** behind: records of the log that are not committed yet; null while the broker does not say. */
  async behind(): Promise<number | null> {
    try {
      let behind = 0n;
      for (const topic of Object.values(this.topics)) {
        const committed = await this.admin.committed(this.groupId, topic);
        /** What was committed in an earlier life of the topic says nothing about this one. */
        const incarnation = this.lives.findLast((each) => each.topic === topic)?.incarnation;
        for (const { partition, start, end } of await this.admin.offsets(topic)) {
          const own = committed.find((each) => each.partition === partition && each.note === incarnation);
          const done = own?.offset ?? start;
          behind += end - (done > start ? done : start);
        }
      }
      return Number(behind);
    } catch {
      return null;
    }
  }

  /** drained: waits until everything in the log has been handled and committed; fails when nothing moves for long. */
  async drained(): Promise<void> {
    let behind: number | null = null;
    let movedMs = Date.now();
    while (behind !== 0) {
      const now = await this.behind();
      if (now !== behind) movedMs = Date.now();
      behind = now ?? behind;
      if (Date.now() - movedMs > STILL_MS)
        throw new Error(
          `nothing was read for ${STILL_MS / 1_000} s, ${behind ?? 'all'} records are left;\n${this.state()}`,
        );
      await sleep(200);
    }
  }

  /** startTick: links labels and profiles dirty buckets all the time, as a worker would, whatever fails. */
  startTick(): void {
    const { signal } = this.ticking;
    const turn = async (): Promise<void> => {
      await this.store.labels.link('default', TICK.links);
      const plan = await this.plan();
      if (plan === null) return;
      const dirty = await this.store.profiles.dirtyBuckets(plan, TICK.buckets);
      await this.store.profiles.compute(plan, dirty);
    };
    this.tick = (async () => {
      while (!signal.aborted) {
        await turn().catch(() => undefined);
        await sleep(TICK.everyMs, undefined, { signal }).catch(() => undefined);
      }
    })();
  }

  async stopTick(): Promise<void> {
    this.ticking.abort();
    await this.tick;
    this.ticking = new AbortController();
  }

  /** plan: how the load is profiled; null before its first event has arrived. */
  async plan(): Promise<ReturnType<typeof planOf> | null> {
    const version = await this.store.documents.get('default', 'version', `${MODEL}/${VERSION}`);
    return version === null ? null : planOf(version.body.features);
  }

  rows(sql: string): Promise<Record<string, unknown>[]> {
    return this.raw.query({ name: 'chaos', sql, row: z.record(z.string(), z.unknown()), timeoutMs: 180_000 });
  }

  get crashes(): number {
    return this.processes.reduce((sum, { crashes }) => sum + crashes, 0);
  }

  get rssMaxMiB(): number {
    return Math.round(Math.max(0, ...this.processes.map(({ rssMaxBytes }) => rssMaxBytes)) / 1024 ** 2);
  }

  /** samplesRss: measures the processes until the signal aborts. */
  async sampleRss(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const each of this.processes) {
        try {
          each.rssBytes();
        } catch {
          // It has just ended.
        }
      }
      await sleep(100, undefined, { signal }).catch(() => undefined);
    }
  }

  private state(): string {
    const lines = this.processes.filter(({ isRunning }) => isRunning).map((each) => each.log().slice(-1_500));
    return lines.join('\n---\n');
  }

  async close({ drop = true } = {}): Promise<void> {
    await this.stopTick();
    for (const each of this.processes) {
      each.signal('SIGCONT');
      await each.end('SIGKILL');
    }
    await this.load.close();
    await this.proxy.close();
    if (drop) {
      await this.raw.command({
        name: 'chaos-drop',
        sql: `DROP DATABASE ${this.raw.name} SYNC`,
        timeoutMs: 60_000,
      });
      await this.admin.deleteTopics(Object.values(this.topics)).catch(() => undefined);
    }
    await Promise.all([this.raw.close(), this.store.close(), this.admin.close()]);
  }
}

export const writeReport = async (path: string, report: unknown): Promise<void> => {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
};
