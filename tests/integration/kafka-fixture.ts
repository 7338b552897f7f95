import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createAdmin,
  createConsumer,
  createProducer,
  type Admin,
  type BatchContext,
  type Consumer,
  type ConsumerEvent,
  type ConsumerOptions,
  type KafkaConnection,
  type Producer,
  type RecordBatch,
} from '#libs/kafka';
import { createLogger, retry } from '#libs/platform';
import kafkajs from 'kafkajs';
import { inject } from 'vitest';
import { isOurs } from '../setup/stack.js';

/** What a consumer under test has handled, in the order in which it did. */
export type Reading = {
  consumer: Consumer;
  events: ConsumerEvent[];
  batches: RecordBatch[];
  /** Offsets of all records handled, with repetitions. */
  offsets: () => number[];
  /** Ranges that could not be read. */
  unreadable: () => string[];
};

export type Handle = (batch: RecordBatch, context: BatchContext) => Promise<void> | void;

/** Topics, groups and clients of one test on one cluster; `close` ends all of them. */
export type KafkaUnderTest = {
  connection: KafkaConnection;
  admin: Admin;
  producer: Producer;
  topic: (partitions?: number, config?: Record<string, string>) => Promise<string>;
  send: (topic: string, count: number, first?: number) => Promise<void>;
  read: (topic: string, options?: Partial<ConsumerOptions> & { handle?: Handle }) => Reading;
  /** A plain client, for what our own port does not offer. */
  plain: () => kafkajs.Kafka;
  close: () => Promise<void>;
};

const FETCH = { minFetchBytes: 1, maxWaitMs: 100 };
/** Expires while a test waits; the local broker allows sessions of a second, others of six. */
const SESSION = {
  sessionTimeoutMs: isOurs('kafka') ? 1_500 : 6_000,
  heartbeatIntervalMs: 200,
  rebalanceTimeoutMs: 6_000,
};

/** Whether the run's broker is a process of this machine, on whose files a test can lay hands, and beside which another can be started. */
export const isLocalProcess = (): boolean =>
  isOurs('kafka') && existsSync(join(inject('stackHome'), 'kafka', 'server.properties'));

const rangeText = (first: bigint, last: bigint, reason: string): string => `${first}–${last} ${reason}`;

export const openKafka = (settings: Omit<KafkaConnection, 'logger' | 'clientId'>): KafkaUnderTest => {
  const logger = createLogger({ logLevel: 'fatal' }, 'test');
  const connection = { ...settings, clientId: 'test', logger };
  const [admin, producer] = [createAdmin(connection), createProducer({ connection })];
  const consumers: Consumer[] = [];

  const read: KafkaUnderTest['read'] = (topic, { handle, ...options } = {}) => {
    const reading: Omit<Reading, 'consumer' | 'offsets' | 'unreadable'> = { events: [], batches: [] };
    const consumer = createConsumer({
      connection,
      groupId: `g-${topic}`,
      topics: [topic],
      ...FETCH,
      ...SESSION,
      handler: async (batch, context) => {
        await handle?.(batch, context);
        reading.batches.push(batch);
      },
      onEvent: (event) => void reading.events.push(event),
      ...options,
    });
    consumers.push(consumer);
    consumer.start();
    return {
      ...reading,
      consumer,
      offsets: () => reading.batches.flatMap(({ records }) => records.map(({ offset }) => Number(offset))),
      unreadable: () =>
        reading.batches.flatMap((batch) =>
          batch.unreadable.map(({ first, last, reason }) => rangeText(first, last, reason)),
        ),
    };
  };

  return {
    connection,
    admin,
    producer,
    read,
    topic: async (partitions = 1, config = {}) => {
      const topic = `k${randomUUID().slice(0, 8)}`;
      await admin.ensureTopics([{ topic, partitions, config }]);
      return topic;
    },
    send: (topic, count, first = 0) =>
      producer.send(
        topic,
        Array.from({ length: count }, (_, index) => ({ key: 'k', value: `v${first + index}` })),
      ),
    plain: () =>
      new kafkajs.Kafka({
        brokers: [...settings.brokers],
        clientId: 'plain',
        logLevel: kafkajs.logLevel.NOTHING,
      }),
    close: async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop({ graceMs: 1_000 })));
      await Promise.all([producer.close(), admin.close()]);
    },
  };
};

type Coordinator = { offsetCommit(request: object): Promise<unknown> };
type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(group: { groupId: string }): Promise<Coordinator>;
};

/** A commit from outside the group, as an operator's tool makes it; kafkajs' own way takes five seconds. */
export const commitOffset = async (kafka: KafkaUnderTest, topic: string, offset: number): Promise<void> => {
  const client = kafka.plain();
  const symbol = Object.getOwnPropertySymbols(client).find((each) => String(each).includes('createCluster'))!;
  const create = (client as unknown as Record<symbol, (options: object) => Cluster>)[symbol]!;
  const cluster = create({ metadataMaxAge: 30_000, allowAutoTopicCreation: false });
  await cluster.connect();
  try {
    const group = { groupId: `g-${topic}`, memberId: '', groupGenerationId: -1 };
    const partitions = [{ partition: 0, offset: String(offset), metadata: '' }];
    const commit = async () => {
      const coordinator = await cluster.findGroupCoordinator(group);
      await coordinator.offsetCommit({ ...group, topics: [{ topic, partitions }] });
    };
    await retry(commit, { attempts: 10 });
  } finally {
    await cluster.disconnect();
  }
};

/** Runs `work` with a connected plain admin client. */
export const withAdmin = async <T>(
  kafka: KafkaUnderTest,
  work: (admin: kafkajs.Admin) => Promise<T>,
): Promise<T> => {
  const admin = kafka.plain().admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};

export const range = (count: number, first = 0): number[] =>
  Array.from({ length: count }, (_, index) => first + index);
