import { createConsumer } from '#libs/kafka';
import { createLogger } from '#libs/platform';
import kafkajs from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { predictionLane } from '../../apps/ingest/src/lanes/predictions.js';
import { Registry } from '../../apps/ingest/src/registry/registry.js';
import { redactionWith } from '../../apps/ingest/src/steps/redact.js';
import {
  isOurs,
  killClickhouse,
  killKafka,
  killRedis,
  restoreStack,
  startClickhouse,
  startKafka,
  startRedis,
} from '../setup/stack.js';
import { event, freshIngest, type IngestUnderTest } from './ingest-fixture.js';

let ingest: IngestUnderTest;
afterEach(async () => {
  await restoreStack();
  await ingest.close();
});

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const events = (prefix: string, count: number) => range(count).map((index) => event(`${prefix}${index}`));
const counts = { quarantined: 0, duplicates: 0, amended: 0, gaps: 0 };
const exactly = (count: number) => ({ ...counts, received: count, accepted: count, current: count });

const kafkaOf = () =>
  new kafkajs.Kafka({
    brokers: ingest.config.kafka.brokers,
    clientId: 'test',
    logLevel: kafkajs.logLevel.NOTHING,
  });

/** A consumer of the same group that stores a batch and then dies before it commits. */
const dieAfterWrite = async (batches: number): Promise<void> => {
  const logger = createLogger(ingest.config, 'test');
  const registry = new Registry({
    documents: ingest.store.documents,
    locks: (_, act) => act(),
    logger,
    defaults: {
      range: { maxAgeMs: 1e9, maxAheadMs: 1e9 },
      maxDrafts: 20,
      times: { bucketMs: 3_600_000, retentionMs: 1e10 },
    },
    schemaChangesPerDay: 20,
    now: Date.now,
  });
  const lane = predictionLane({
    registry,
    maxBytes: 1e6,
    redaction: redactionWith(undefined),
    now: Date.now,
  });
  let written = 0;
  const consumer = createConsumer({
    connection: { ...ingest.config.kafka, logger },
    groupId: `${ingest.config.kafka.topicPrefix}-ingest`,
    topics: [ingest.topics.predictions, ingest.topics.groundTruth],
    maxRecords: 100,
    handler: async (batch, { signal }) => {
      if (written < batches) await ingest.store.intake.write(await lane(batch, 'default'));
      written += 1;
      if (written >= batches)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('died'))));
    },
  });
  consumer.start();
  await expect.poll(() => written, { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(batches);
  await consumer.stop({ graceMs: 0 });
};

type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findControllerBroker(): Promise<{ produce(request: object): Promise<unknown> }>;
};

/** One record batch of many tiny records, as another client can send; the producer of kafkajs takes minutes to build it. */
const produceOneBatch = async (topic: string, records: number): Promise<void> => {
  const kafka = kafkaOf();
  const factory = Object.getOwnPropertySymbols(kafka).find((key) => String(key).includes('createCluster'))!;
  const cluster = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[factory]!({
    metadataMaxAge: 60_000,
  });
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  const messages = range(records).map(() => ({ key: null, value: '1', timestamp: Date.now(), headers: {} }));
  const broker = await cluster.findControllerBroker();
  await broker.produce({
    compression: kafkajs.CompressionTypes.GZIP,
    topicData: [{ topic, partitions: [{ partition: 0, firstSequence: 0, messages }] }],
  });
  await cluster.disconnect();
};

describe('a consumer that dies', () => {
  it('between the write and the commit changes nothing', async () => {
    ingest = await freshIngest({ partitions: 1 });
    await ingest.send(ingest.topics.predictions, events('a', 2_000));
    for (const batches of [1, 2, 3]) await dieAfterWrite(batches);
    await ingest.start();
    const accounts = await ingest.settled();
    expect(accounts[ingest.topics.predictions]).toEqual(exactly(2_000));
    const [rows] = await ingest.rows('SELECT count() AS n, uniqExact(id) AS ids FROM predictions FINAL');
    expect(rows).toEqual({ n: '2000', ids: '2000' });
  });
});

describe('a service that is away', () => {
  it.skipIf(!isOurs('clickhouse'))(
    'ClickHouse: waits, says so, and goes on without losing anything',
    async () => {
      ingest = await freshIngest();
      await ingest.send(ingest.topics.predictions, events('before', 500));
      const { health } = await ingest.start();
      await ingest.settled();
      await killClickhouse();
      await ingest.send(ingest.topics.predictions, events('during', 500));
      await expect
        .poll(async () => (await health.live()).checks['offsets'], { timeout: 30_000 })
        .toMatchObject({ ok: true, detail: expect.stringContaining('ClickHouse') as string });
      expect((await health.ready()).ok).toBe(false);
      await startClickhouse();
      await ingest.send(ingest.topics.predictions, events('after', 500));
      expect((await ingest.settled())[ingest.topics.predictions]).toEqual(exactly(1_500));
    },
  );

  it.skipIf(!isOurs('kafka'))('Kafka: reads on when the broker is back', async () => {
    ingest = await freshIngest();
    await ingest.send(ingest.topics.predictions, events('before', 500));
    const { health } = await ingest.start();
    await ingest.settled();
    await killKafka();
    await expect.poll(async () => (await health.ready()).ok, { timeout: 60_000 }).toBe(false);
    await startKafka();
    await ingest.send(ingest.topics.predictions, events('after', 500));
    expect((await ingest.settled(90_000))[ingest.topics.predictions]).toMatchObject({
      received: 1_000,
      accepted: 1_000,
      gaps: 0,
    });
    await expect.poll(async () => (await health.ready()).ok, { timeout: 10_000 }).toBe(true);
  });

  it.skipIf(!isOurs('redis'))('Redis: only events that need a new version wait', async () => {
    ingest = await freshIngest({ partitions: 1 });
    await ingest.send(ingest.topics.predictions, events('known', 50));
    const { health } = await ingest.start();
    await ingest.settled();
    await killRedis();
    await ingest.send(ingest.topics.predictions, events('more', 50));
    await ingest.settled();
    await ingest.send(ingest.topics.predictions, [event('new', { version: '2' })]);
    await expect
      .poll(async () => (await health.live()).checks['offsets'], { timeout: 40_000 })
      .toMatchObject({ detail: expect.stringContaining('Redis') as string });
    await startRedis();
    expect((await ingest.settled())[ingest.topics.predictions]).toEqual(exactly(101));
  });

  it.skipIf(!isOurs('clickhouse'))('ClickHouse at start: begins when it is there', async () => {
    ingest = await freshIngest();
    await ingest.send(ingest.topics.predictions, events('a', 100));
    await killClickhouse();
    const starting = ingest.start();
    await startClickhouse();
    await starting;
    expect((await ingest.settled())[ingest.topics.predictions]).toEqual(exactly(100));
  });
});

describe('a log that is not what it was', () => {
  it('reads a topic that was created again from its start, as another incarnation', async () => {
    ingest = await freshIngest({ partitions: 1 });
    const { predictions } = ingest.topics;
    await ingest.send(predictions, events('old', 300));
    const running = await ingest.start();
    await ingest.settled();
    await running.stop();
    await ingest.admin.deleteTopics([predictions]);
    await ingest.admin.ensureTopics([{ topic: predictions, partitions: 1 }]);
    await ingest.send(predictions, events('new', 500));
    await ingest.start();
    expect((await ingest.settled())[predictions]).toEqual(exactly(800));
    const [ledger] = await ingest.rows(
      "SELECT uniqExact(incarnation) AS n FROM range_ledger WHERE endsWith(topic, 'predictions')",
    );
    expect(ledger).toEqual({ n: '2' });
  });

  it('notices records that were deleted before they were read', async () => {
    ingest = await freshIngest({ partitions: 1 });
    const { predictions } = ingest.topics;
    await ingest.send(predictions, events('a', 100));
    const first = await ingest.start();
    await ingest.settled();
    await first.stop();
    await ingest.send(predictions, events('b', 100));
    const admin = kafkaOf().admin();
    await admin.connect();
    await admin.fetchTopicOffsets(predictions);
    await admin.deleteTopicRecords({ topic: predictions, partitions: [{ partition: 0, offset: '150' }] });
    await admin.disconnect();
    const { metrics } = await ingest.start();
    const accounts = await ingest.settled();
    expect(accounts[predictions]).toMatchObject({ received: 150, accepted: 150, gaps: 1 });
    expect(await metrics.text()).toMatch(/ingest_gap_records_total\{[^}]*\} 50/);
  });

  it('takes transactions and their markers for no gap, and leaves out what was aborted', async () => {
    ingest = await freshIngest({ partitions: 1 });
    const { predictions } = ingest.topics;
    const producer = kafkaOf().producer({
      transactionalId: `tx-${predictions}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [turn, ends] of (['commit', 'abort', 'abort', 'commit', 'abort'] as const).entries()) {
      const transaction = await producer.transaction();
      const messages = events(`${turn}-`, 20).map((value) => ({ value: JSON.stringify(value) }));
      await transaction.send({ topic: predictions, messages });
      await transaction[ends]();
    }
    await producer.disconnect();
    await ingest.send(predictions, events('plain', 10));
    await ingest.start();
    expect((await ingest.settled())[predictions]).toEqual(exactly(50));
  });

  it('survives a batch of 130,000 records, and one in zstd', async () => {
    ingest = await freshIngest({ partitions: 1 });
    const { predictions } = ingest.topics;
    await produceOneBatch(predictions, 130_000);
    const producer = kafkaOf().producer();
    await producer.connect();
    await producer.send({
      topic: predictions,
      messages: events('z', 100).map((value) => ({ value: JSON.stringify(value) })),
      compression: kafkajs.CompressionTypes.ZSTD,
    });
    await producer.disconnect();
    await ingest.start();
    expect((await ingest.settled())[predictions]).toMatchObject({
      received: 130_100,
      accepted: 100,
      quarantined: 130_000,
      gaps: 0,
    });
  });
});
