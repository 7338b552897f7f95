import { createSecretKey, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelBodySchema } from '#libs/contracts';
import { createConsumer } from '#libs/kafka';
import { createLogger } from '#libs/platform';
import {
  event,
  freshIngest,
  startInProcess,
  truth,
  type IngestUnderTest,
  type Running,
} from './ingest-fixture.js';
import { until } from './worker-fixture.js';

const SECRET = 'Kx7-secret-value';
let ingest: IngestUnderTest;
let running: Running;

beforeAll(async () => {
  ingest = await freshIngest({ partitions: 1 });
  await ingest.store.documents.append({
    ...{
      project: 'default',
      kind: 'model',
      id: 'delay-risk',
      revision: 1,
      deleted: false,
      author: 'test',
      reason: '',
    },
    body: modelBodySchema.parse({
      problem: 'binary',
      privacy: {
        features: {
          ssn: { action: 'drop' },
          zip: { action: 'hash' },
          distance: { action: 'bucket', width: 100 },
        },
        tags: { ip: { action: 'drop' }, subject: { action: 'hash' } },
      },
    }),
    at: new Date().toISOString(),
  });
  running = await startInProcess({ ...ingest.config, secretKey: createSecretKey(randomBytes(32)) });
});
afterAll(async () => {
  await running.stop();
  await ingest.close();
});

/** Everything that any table of the database holds, as text. */
async function everything(): Promise<string> {
  const tables = await ingest.rows(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
  );
  const dumps = await Promise.all(tables.map(({ name }) => ingest.rows(`SELECT * FROM ${String(name)}`)));
  return JSON.stringify(dumps);
}

/** All records of the dead-letter topic, as text. */
async function deadLetters(count: number): Promise<string> {
  const records: unknown[] = [];
  const consumer = createConsumer({
    connection: { ...ingest.config.kafka, logger: createLogger(ingest.config, 'test') },
    groupId: `${ingest.config.kafka.topicPrefix}-reader`,
    topics: [ingest.topics.deadLetter],
    handler: (batch) => {
      for (const { key, value, headers } of batch.records)
        records.push([key?.toString(), value?.toString(), headers]);
      return Promise.resolve();
    },
    maxRecords: 100,
    maxBytes: 1_000_000,
    maxWaitMs: 100,
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 1_000,
    onEvent: () => undefined,
    fetchBytesPerPartition: 1_000_000,
  });
  consumer.start();
  await until(() => expect(records).toHaveLength(count));
  await consumer.stop({ graceMs: 1_000 });
  return JSON.stringify(records);
}

test('what a rule keeps back is in no table and in no dead letter', async () => {
  const private_ = {
    features: { distance: 733, ssn: SECRET, zip: SECRET, origin: 'ATL' },
    attributions: { ssn: 0.5, distance: 0.1 },
    tags: { ip: SECRET, subject: SECRET, region: 'south' },
  };
  const good = event('good', private_);
  await ingest.send(ingest.topics.predictions, [
    good,
    good,
    event('old', { ...private_, time: '2001-01-01T00:00:00Z' }),
    event('shape', { ...private_, attributions: SECRET }),
    event('lost', { ...private_, model: undefined }),
    `{"model":"delay-risk","features":{"ssn":"${SECRET}`,
    event('typed', {
      features: { distance: SECRET, ssn: SECRET },
      attributions: { ssn: SECRET, zip: SECRET },
    }),
  ]);
  await ingest.send(ingest.topics.groundTruth, [truth('good'), event('wrong topic', private_)]);
  const { [ingest.topics.predictions]: account } = await ingest.settled();
  expect(account).toMatchObject({ received: 7, quarantined: 4, current: 2, duplicates: 1, amended: 0 });

  const [row] = await ingest.rows(
    `SELECT tags, length(attributions) AS n, extra FROM predictions FINAL WHERE id = 'good'`,
  );
  expect(row).toMatchObject({
    tags: { region: 'south', subject: expect.stringMatching(/^hmac:[0-9a-f]{32}$/) as string },
  });
  const schema = await ingest.store.documents.get('default', 'version', 'delay-risk/1');
  expect(schema?.body.features.map(({ name }) => name)).not.toContain('ssn');

  expect(await everything()).not.toContain(SECRET);
  expect(await everything()).toContain('withheld');
  const letters = await deadLetters(5);
  expect(letters).not.toContain(SECRET);
  expect(letters).toContain('plumbline-body');
});
