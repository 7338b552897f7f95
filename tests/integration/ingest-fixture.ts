import { randomUUID } from 'node:crypto';
import { createAdmin, createProducer, type Admin, type OutgoingRecord, type Producer } from '#libs/kafka';
import { createLogger, Health, loadConfig, Shutdown, type Config } from '#libs/platform';
import { Metrics } from '#libs/service';
import { createStore, type PartitionAccount, type Store } from '#libs/store';
import kafkajs from 'kafkajs';
import { expect, inject, vi } from 'vitest';
import { createIngest } from '../../apps/ingest/src/ingest.js';
import { freshDatabase, rowsOf } from './store-fixture.js';

/** A running ingest process, except that it shares this process. */
export type Running = { health: Health; metrics: Metrics; stop: () => Promise<boolean> };

/** Ingestion of its own: own database, own topics, the run's services. */
export type IngestUnderTest = {
  config: Config;
  store: Store;
  admin: Admin;
  producer: Producer;
  topics: { predictions: string; groundTruth: string; deadLetter: string };
  start: () => Promise<Running>;
  send: (topic: string, values: (object | string | Buffer | null)[]) => Promise<void>;
  /** Waits until the ledger covers everything in the log, and returns the account of each topic. */
  settled: (timeoutMs?: number) => Promise<Record<string, Account>>;
  /** All that redelivery must not change, as one comparable value. */
  fingerprint: () => Promise<unknown>;
  rows: (sql: string) => Promise<Record<string, unknown>[]>;
  /** Sets the group back, so that the next start reads everything again. */
  rewind: () => Promise<void>;
  close: () => Promise<void>;
};

export type Account = Pick<
  PartitionAccount,
  'received' | 'accepted' | 'quarantined' | 'current' | 'duplicates' | 'amended'
> & { gaps: number };

const FIELDS = ['received', 'accepted', 'quarantined', 'current', 'duplicates', 'amended'] as const;

const configOf = (prefix: string, database: string): Config =>
  loadConfig({
    KAFKA_BROKERS: inject('kafkaBrokers'),
    CLICKHOUSE_URL: inject('clickhouseUrl'),
    CLICKHOUSE_USER: inject('clickhouseUser'),
    CLICKHOUSE_PASSWORD: inject('clickhousePassword'),
    CLICKHOUSE_DATABASE: database,
    REDIS_URL: inject('redisUrl'),
    PLUMBLINE_TOPIC_PREFIX: prefix,
    PLUMBLINE_LOG_LEVEL: 'fatal',
    PLUMBLINE_INGEST_MAX_WAIT_MS: '100',
    PLUMBLINE_INGEST_SESSION_TIMEOUT_MS: '10000',
  });

const bytesOf = (value: object | string | Buffer | null): Buffer | null => {
  if (value === null || Buffer.isBuffer(value)) return value;
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
};

const sumByTopic = (accounts: readonly PartitionAccount[]): Record<string, Account> => {
  const sums: Record<string, Account> = {};
  for (const account of accounts) {
    const sum = (sums[account.topic] ??= {
      received: 0,
      accepted: 0,
      quarantined: 0,
      current: 0,
      duplicates: 0,
      amended: 0,
      gaps: 0,
    });
    for (const field of FIELDS) sum[field] += account[field];
    sum.gaps += account.gaps.length;
  }
  return sums;
};

/** Without the columns that follow the schema: a feature seen for the first time lies in `extra` at first, and in its place when read again. */
const PREDICTIONS = 'bucket, id, time, label, score, value, scores, tags, row_version, expires';

const FINGERPRINTS = {
  predictions: `SELECT count() AS n, groupBitXor(cityHash64(${PREDICTIONS})) AS hash FROM predictions FINAL`,
  labels: 'SELECT count() AS n, groupBitXor(cityHash64(tuple(*))) AS hash FROM labels FINAL WHERE bucket > 0',
  arrivals: 'SELECT count() AS n, groupBitXor(cityHash64(tuple(*))) AS hash FROM arrivals FINAL',
  quarantine:
    'SELECT count() AS n, groupBitXor(cityHash64(tuple(* EXCEPT at))) AS hash FROM quarantine FINAL',
};

/** startInProcess: the app's own composition, with its own shutdown. */
export const startInProcess = async (config: Config): Promise<Running> => {
  const logger = createLogger(config, 'ingest');
  const shutdown = new Shutdown({ logger, deadlineMs: 20_000 });
  const health = new Health();
  const metrics = new Metrics('ingest');
  await createIngest({ config, logger, metrics, health, shutdown }).start();
  return { health, metrics, stop: () => shutdown.stop() };
};

export const freshIngest = async ({
  partitions = 3,
}: { partitions?: number } = {}): Promise<IngestUnderTest> => {
  const { config: database, raw, drop } = await freshDatabase();
  const prefix = `t${randomUUID().slice(0, 8)}`;
  const config = configOf(prefix, database.database);
  const connection = { ...config.kafka, logger: createLogger(config, 'test') };
  const [admin, producer, store] = [
    createAdmin(connection),
    createProducer({ connection }),
    createStore(database),
  ];
  const { predictions, groundTruth } = config.topics.projects['default']!;
  const topics = { predictions, groundTruth, deadLetter: config.topics.deadLetter };
  const large = { 'max.message.bytes': '20000000' };
  await admin.ensureTopics([predictions, groundTruth].map((topic) => ({ topic, partitions, config: large })));
  const running = new Set<Running>();

  const settled = async (timeoutMs = 60_000) => {
    await vi.waitFor(
      async () => {
        const accounts = await store.intake.accounting('default');
        const ids = await admin.incarnations([predictions, groundTruth]);
        for (const topic of [predictions, groundTruth])
          for (const { partition, end } of await admin.offsets(topic)) {
            const own = accounts.find(
              (each) =>
                each.topic === topic && each.partition === partition && each.incarnation === ids.get(topic),
            );
            expect(own === undefined ? 0n : own.last + 1n, `${topic}/${partition}`).toBe(end);
          }
      },
      { timeout: timeoutMs, interval: 200 },
    );
    return sumByTopic(await store.intake.accounting('default'));
  };

  return {
    config,
    store,
    admin,
    producer,
    topics,
    settled,
    start: async () => {
      const started = await startInProcess(config);
      running.add(started);
      return started;
    },
    send: (topic, values) =>
      producer.send(
        topic,
        values.map((value, index): OutgoingRecord => ({ key: `k${index}`, value: bytesOf(value) })),
      ),
    fingerprint: async () =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(FINGERPRINTS).map(
            async ([table, sql]) => [table, (await rowsOf(raw, sql))[0]] as const,
          ),
        ),
      ),
    rows: (sql) => rowsOf(raw, sql),
    rewind: async () => {
      const client = new kafkajs.Kafka({
        brokers: config.kafka.brokers,
        clientId: 'test',
        logLevel: kafkajs.logLevel.NOTHING,
      }).admin();
      await client.connect();
      for (const topic of [predictions, groundTruth])
        await client.resetOffsets({ groupId: `${prefix}-ingest`, topic, earliest: true });
      await client.disconnect();
    },
    close: async () => {
      await Promise.all(Array.from(running, (each) => each.stop()));
      await producer.close();
      await admin.close();
      await store.close();
      await drop();
    },
  };
};

/** A valid prediction event; `time` is now unless given. */
export const event = (id: string, rest: object = {}): object => ({
  id,
  model: 'delay-risk',
  version: '1',
  time: new Date().toISOString(),
  features: { distance: 733, origin: 'ATL', weekend: true },
  prediction: { label: 'late', score: 0.81 },
  tags: { region: 'south' },
  ...rest,
});

export const truth = (id: string, rest: object = {}): object => ({
  id,
  model: 'delay-risk',
  time: new Date().toISOString(),
  label: 'late',
  ...rest,
});
