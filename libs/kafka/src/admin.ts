import { retry } from '#libs/platform';
import kafkajs from 'kafkajs';

import { createClient, type KafkaConnection } from './client.js';
import { createTopicIds } from './topic-ids.js';

/** TopicSpec: a topic to create where it is absent. `config` holds broker settings such as `max.message.bytes`. */
export type TopicSpec = { topic: string; partitions?: number; config?: Readonly<Record<string, string>> };

/** PartitionOffsets: `start` is the first retained offset, `end` the offset that the next record will get. */
export type PartitionOffsets = { partition: number; start: bigint; end: bigint };

/** CommittedOffset: what a consumer group has done; null offset = never committed; `note` is what was committed with it. */
export type CommittedOffset = { partition: number; offset: bigint | null; note: string };

/** Admin: the few questions asked of a cluster. Every call connects when needed and throws when no broker answers. */
export type Admin = {
  ping(): Promise<void>;
  /** Creates what is absent and returns the names created; existing topics are left as they are. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<string[]>;
  offsets(topic: string): Promise<PartitionOffsets[]>;
  committed(groupId: string, topic: string): Promise<CommittedOffset[]>;
  /** Topic → incarnation: an id that changes when a topic is deleted and created again. Unknown topics are left out. */
  incarnations(topics: readonly string[]): Promise<Map<string, string>>;
  deleteTopics(topics: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

const DEFAULT_PARTITIONS = 4;
const BROKER_DEFAULT_REPLICATION = -1;
const RETRY = { retries: 2, initialRetryTime: 200, maxRetryTime: 2_000 };

const ATTEMPTS = 8;

/** A coordinator that is still loading, or has just moved, answers so for a moment after the first use of a group. */
const isTransient = (error: unknown): boolean => error instanceof kafkajs.KafkaJSError && error.retriable;

const typeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;

const isAlreadyThere = (error: unknown): boolean =>
  error instanceof kafkajs.KafkaJSAggregateError &&
  error.errors.every((each: unknown) => typeOf(each) === 'TOPIC_ALREADY_EXISTS');

const create = async (admin: kafkajs.Admin, specs: readonly TopicSpec[]): Promise<void> => {
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: specs.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions ?? DEFAULT_PARTITIONS,
        replicationFactor: BROKER_DEFAULT_REPLICATION,
        configEntries: Object.entries(config ?? {}).map(([name, value]) => ({ name, value })),
      })),
    });
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
};

/** createAdmin: nothing connects before the first call; a broken connection is opened again by the next one. */
export const createAdmin = (connection: KafkaConnection): Admin => {
  const kafka = createClient(connection);
  const admin = kafka.admin({ retry: RETRY });
  const ids = createTopicIds(kafka);
  const connected = async (): Promise<kafkajs.Admin> => {
    await admin.connect();
    return admin;
  };
  return {
    ping: async () => {
      await (await connected()).describeCluster();
    },
    ensureTopics: async (specs) => {
      const existing = new Set(await (await connected()).listTopics());
      const absent = specs.filter(({ topic }) => !existing.has(topic));
      if (absent.length > 0) await create(admin, absent);
      return absent.map(({ topic }) => topic);
    },
    offsets: async (topic) => {
      const found = await (await connected()).fetchTopicOffsets(topic);
      return found.map(({ partition, low, high }) => ({ partition, start: BigInt(low), end: BigInt(high) }));
    },
    committed: async (groupId, topic) => {
      const ask = async () => (await connected()).fetchOffsets({ groupId, topics: [topic] });
      const [found] = await retry(ask, { attempts: ATTEMPTS, isRetryable: isTransient });
      return (found?.partitions ?? []).map(({ partition, offset, metadata }) => ({
        partition,
        offset: BigInt(offset) < 0n ? null : BigInt(offset),
        note: metadata ?? '',
      }));
    },
    incarnations: (topics) => ids.read(topics),
    deleteTopics: async (topics) => (await connected()).deleteTopics({ topics: [...topics] }),
    close: async () => {
      await Promise.allSettled([admin.disconnect(), ids.close()]);
    },
  };
};
