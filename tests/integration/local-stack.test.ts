import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { Redis } from 'ioredis';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { isOurs, killService, restoreStack, startService, stopService } from '../setup/stack.js';

const topic = 'local-stack-test';
const messages = ['one', 'two', 'three'];

const kafka = new Kafka({ brokers: inject('kafkaBrokers').split(','), logLevel: logLevel.NOTHING });
let admin: Admin;
let clickhouse: ClickHouseClient;

const openClickhouse = (
  user = inject('clickhouseUser'),
  password = inject('clickhousePassword'),
): ClickHouseClient =>
  createClient({
    log: { level: ClickHouseLogLevel.OFF },
    url: inject('clickhouseUrl'),
    username: user,
    password,
    keep_alive: { enabled: false },
  });

async function produce(values: readonly string[]): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

async function endOffset(): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

async function rows(): Promise<string[]> {
  const answer = await clickhouse.query({
    query: 'SELECT word FROM local_stack.words ORDER BY word',
    format: 'JSONEachRow',
  });
  return (await answer.json<{ word: string }>()).map(({ word }) => word);
}

async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: 3 });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

beforeAll(async () => {
  admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  clickhouse = openClickhouse();
  await clickhouse.command({ query: 'CREATE DATABASE IF NOT EXISTS local_stack ENGINE = Atomic' });
  await clickhouse.command({
    query: 'CREATE TABLE IF NOT EXISTS local_stack.words (word String) ENGINE = MergeTree ORDER BY word',
  });
});

afterAll(async () => {
  await restoreStack();
  await clickhouse.command({ query: 'DROP DATABASE local_stack' });
  await clickhouse.close();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  await withRedis((redis) => redis.del('local-stack-test'));
});

describe.skipIf(!isOurs('kafka'))('Kafka of the local stack', () => {
  it('keeps acknowledged messages over a crash and over a stop', async () => {
    await produce(messages);
    await killService('kafka');
    await startService('kafka');
    // A broker that answers may still be taking up its partitions.
    await vi.waitFor(async () => expect(await endOffset()).toBe(3), { timeout: 30_000, interval: 200 });
    await produce(['four']);
    await stopService('kafka');
    await startService('kafka');
    await vi.waitFor(async () => expect(await endOffset()).toBe(4), { timeout: 30_000, interval: 200 });
  });

  it('refuses topics that nobody created', async () => {
    const producer = kafka.producer({ allowAutoTopicCreation: true, retry: { retries: 1 } });
    await producer.connect();
    await expect(producer.send({ topic: 'never-created', messages: [{ value: 'x' }] })).rejects.toThrow();
    await producer.disconnect();
    expect(await admin.listTopics()).not.toContain('never-created');
  });
});

describe.skipIf(!isOurs('clickhouse'))('ClickHouse of the local stack', () => {
  it('keeps inserted rows over a crash and over a stop', async () => {
    await clickhouse.insert({
      table: 'local_stack.words',
      values: messages.map((word) => ({ word })),
      format: 'JSONEachRow',
    });
    await killService('clickhouse');
    await startService('clickhouse');
    expect(await rows()).toEqual([...messages].sort());
    await stopService('clickhouse');
    await startService('clickhouse');
    expect(await rows()).toEqual([...messages].sort());
  });

  it.each([
    ['a wrong password', 'plumbline', 'wrong'],
    ['the engine’s own user', 'default', ''],
  ])('refuses %s', async (_name, user, password) => {
    const client = openClickhouse(user, password);
    await expect(client.query({ query: 'SELECT 1' })).rejects.toThrow();
    await client.close();
  });

  it('runs in UTC', async () => {
    const answer = await clickhouse.query({ query: 'SELECT timezone() AS zone', format: 'JSONEachRow' });
    expect(await answer.json()).toEqual([{ zone: 'UTC' }]);
  });
});

describe.skipIf(!isOurs('redis'))('Redis of the local stack', () => {
  it('keeps keys over a stop, and over a crash once they are on disk', async () => {
    await withRedis((redis) => redis.set('local-stack-test', 'kept'));
    await stopService('redis');
    await startService('redis');
    expect(await withRedis((redis) => redis.get('local-stack-test'))).toBe('kept');
    await withRedis((redis) => redis.bgrewriteaof());
    await expect
      .poll(() => withRedis((redis) => redis.info('persistence')), { timeout: 20_000 })
      .toMatch(/aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/);
    await killService('redis');
    await startService('redis');
    expect(await withRedis((redis) => redis.get('local-stack-test'))).toBe('kept');
  });

  it('never evicts', async () => {
    expect(await withRedis((redis) => redis.config('GET', 'maxmemory-policy'))).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
  });
});
