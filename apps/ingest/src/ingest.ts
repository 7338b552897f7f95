import {
  createAdmin,
  createConsumer,
  createProducer,
  type Consumer,
  type ConsumerEvent,
  type TopicSpec,
} from '#libs/kafka';
import { probe, waitFor, type Config, type Logger } from '#libs/platform';
import type { ProcessParts } from '#libs/service';
import { openRedis } from '#libs/queue';
import { modelBodySchema } from '#libs/contracts';
import { createStore, type Intake } from '#libs/store';

import { deadLetterSender } from './flow/dead-letters.js';
import { handleBatch, type Stream } from './flow/handle-batch.js';
import { IngestMetrics } from './flow/ingest-metrics.js';
import { Liveness } from './flow/liveness.js';
import { Outages } from './flow/persist.js';
import { Positions } from './flow/positions.js';
import { ValueVariety } from './flow/value-variety.js';
import { groundTruthLane } from './lanes/ground-truth.js';
import { predictionLane } from './lanes/predictions.js';
import { redisLocks } from './registry/redis-locks.js';
import { Registry } from './registry/registry.js';
import { ReplayRunner } from './replay/replay-runner.js';
import { timesOf } from './registry/view.js';
import { redactionWith } from './steps/redact.js';

/** Ingest: `start` returns once reading has begun, after waiting for what is away; `shutdown` ends it in order. */
export type Ingest = { start(): Promise<void> };

const BATCH_ROWS_MAX = 100_000;
const DAY_MS = 86_400_000;
const DEAD_LETTER_PARTITIONS = 1;
const CHECK_TIMEOUT_MS = 15_000;
const STOP_GRACE_MS = 8_000;
/** Headers, key and the frame of a dead letter beside the event itself. */
const DEAD_LETTER_OVERHEAD_BYTES = 256 * 1024;

const registryDefaults = ({ ingest, limits }: Config) => ({
  range: { maxAgeMs: ingest.eventPastMaxDays * DAY_MS, maxAheadMs: ingest.eventFutureMaxMs },
  maxDrafts: limits.draftVersionsPerModel,
  times: timesOf(modelBodySchema.parse({ problem: 'binary' })),
});

const topicSpecs = ({ topics, limits }: Config): TopicSpec[] => [
  ...Object.values(topics.projects).flatMap(({ predictions, groundTruth }) => [
    { topic: predictions },
    { topic: groundTruth },
  ]),
  {
    topic: topics.deadLetter,
    partitions: DEAD_LETTER_PARTITIONS,
    config: { 'max.message.bytes': String(limits.eventBytes + DEAD_LETTER_OVERHEAD_BYTES) },
  },
];

/** What a lane asks of the registry; for a dry run it answers without a change. */
type LaneRegistry = Pick<Registry, 'view' | 'prepare'>;

const streamsOf = (config: Config, registry: LaneRegistry, variety?: ValueVariety): Stream[] => {
  const common = { registry, maxBytes: config.limits.eventBytes, now: Date.now };
  const predictions = predictionLane({
    ...common,
    redaction: redactionWith(config.secretKey),
    ...(variety === undefined ? {} : { variety }),
  });
  const groundTruth = groundTruthLane(common);
  return Object.entries(config.topics.projects).flatMap(([project, topics]) => [
    { project, topic: topics.predictions, lane: predictions },
    { project, topic: topics.groundTruth, lane: groundTruth },
  ]);
};

const varietyOf = (logger: Logger, metrics: IngestMetrics): ValueVariety =>
  new ValueVariety(({ project, model, kind, name, atLeast }) => {
    metrics.hasManyValues(project, kind);
    logger.warn(
      { project, model, kind, name, atLeast },
      'very many different values; they are stored, but no segment can be made of them. If it is an identifier, leave it out',
    );
  });

/** The clients, opened here and closed by `shutdown` after everything that uses them. */
const openClients = ({ config, logger, shutdown }: ProcessParts) => {
  const connection = { ...config.kafka, logger };
  const { sessionTimeoutMs, storeTimeoutMs = sessionTimeoutMs / 2 } = config.ingest;
  const store = createStore({ ...config.clickhouse, requestTimeoutMs: storeTimeoutMs });
  shutdown.add('clickhouse', () => store.close());
  const redis = openRedis(config, logger);
  shutdown.add('redis', () => redis.disconnect());
  const admin = createAdmin(connection);
  shutdown.add('kafka admin', () => admin.close());
  const producer = createProducer({ connection });
  shutdown.add('dead letters', () => producer.close());
  return { connection, store, redis, admin, producer };
};

type EventReport = {
  logger: Logger;
  metrics: IngestMetrics;
  onCrash: () => void;
  /** The ledger proves a gap with the next record only, which may be long in coming. */
  onGap: (gap: Extract<ConsumerEvent, { type: 'gap' }>) => void;
};

const reportEvent =
  ({ logger, metrics, onCrash, onGap }: EventReport) =>
  (event: ConsumerEvent): void => {
    if (event.type === 'crashed') {
      onCrash();
      return;
    }
    if (event.type === 'recreated') {
      logger.warn({ ...event }, 'a topic was deleted and created again; it is read from its start');
      return;
    }
    const { topic, partition, from, to } = event;
    const range = { topic, partition, from: String(from), to: String(to) };
    if (event.type === 'rewound') {
      logger.error(
        range,
        'the log has lost records that were handled already; it is read again from its start',
      );
      return;
    }
    if (event.type === 'stuck') {
      logger.error(
        range,
        'records wait and the broker gives none of them: its log is damaged at the first offset, or a transaction stays open',
      );
      return;
    }
    metrics.gap(topic, to - from + 1n);
    onGap(event);
    logger.error(
      range,
      'records were gone before they could be read: retention is shorter than the backlog, or they were deleted',
    );
  };

type Clients = ReturnType<typeof openClients>;
type Made = Clients & { streams: Stream[]; outages: Outages; metrics: IngestMetrics };

const registryOf = ({ config, logger }: ProcessParts, { store, redis }: Clients): Registry =>
  new Registry({
    documents: store.documents,
    locks: redisLocks(redis, logger),
    logger,
    defaults: registryDefaults(config),
    schemaChangesPerDay: config.limits.schemaChangesPerDay,
    now: Date.now,
  });

/** What cannot be written now is proven by the ledger later. */
const gapRecorder =
  (intake: Pick<Intake, 'reportGap'>, streams: readonly Stream[], logger: Logger): EventReport['onGap'] =>
  ({ topic, partition, incarnation, from: first, to: last }) => {
    const project = streams.find((stream) => stream.topic === topic)?.project ?? '';
    const gap = { topic, partition, incarnation, first, last, cause: 'skipped', atMs: Date.now() } as const;
    intake
      .reportGap(project, gap)
      .catch((error: unknown) =>
        logger.warn({ err: error, topic, partition }, 'a gap was not noted down yet'),
      );
  };

const consumerOf = ({ config, logger }: ProcessParts, made: Made, onHandled: () => void): Consumer => {
  const { connection, store, admin, producer, streams, outages, metrics } = made;
  const { ingest } = config;
  const makeTopics = () => void admin.ensureTopics(topicSpecs(config)).catch(() => undefined);
  return createConsumer({
    connection,
    groupId: `${config.kafka.topicPrefix}-ingest`,
    topics: streams.map(({ topic }) => topic),
    handler: handleBatch({
      streams,
      intake: store.intake,
      deadLetters: deadLetterSender(producer, config.topics.deadLetter),
      metrics,
      outages,
      logger,
      onHandled,
      now: Date.now,
    }),
    onEvent: reportEvent({
      logger,
      metrics,
      onCrash: makeTopics,
      onGap: gapRecorder(store.intake, streams, logger),
    }),
    maxRecords: Math.min(ingest.batchRows, BATCH_ROWS_MAX),
    maxBytes: ingest.batchBytes,
    maxWaitMs: ingest.maxWaitMs,
    fetchBytesPerPartition: ingest.fetchBytesPerPartition,
    sessionTimeoutMs: ingest.sessionTimeoutMs,
    heartbeatIntervalMs: ingest.heartbeatIntervalMs,
  });
};

const addProbes = (
  { health }: ProcessParts,
  { store, consumer, liveness }: Pick<Clients, 'store'> & { consumer: Consumer; liveness: Liveness },
): void => {
  health.addLive('offsets', () => liveness.read(Date.now()));
  health.addReady('kafka', () =>
    consumer.isConnected
      ? { ok: true }
      : { ok: false, reason: 'not reading from Kafka yet, or not at the moment' },
  );
  health.addReady(
    'clickhouse',
    probe(() => store.ping()),
  );
};

/** Waits for what is away, so that nothing is read before it can be stored. */
const waitForServices = async ({ config, logger, shutdown }: ProcessParts, { store, admin }: Clients) => {
  const waiting = { logger, signal: shutdown.signal, checkTimeoutMs: CHECK_TIMEOUT_MS };
  const name = 'ClickHouse with the tables of Plumbline';
  await waitFor({ ...waiting, name, check: () => store.documents.projects() });
  const check = () => admin.ensureTopics(topicSpecs(config));
  await waitFor({ ...waiting, name: `Kafka at ${config.kafka.brokers.join(', ')}`, check });
};

/** createIngest: the composition of this app: clients, lanes, consumer, reports. Nothing is read before `start`. */
export const createIngest = (parts: ProcessParts): Ingest => {
  const { config, logger, shutdown } = parts;
  const clients = openClients(parts);
  const outages = new Outages();
  const metrics = new IngestMetrics(parts.metrics);
  const liveness = new Liveness(outages);
  const registry = registryOf(parts, clients);
  const streams = streamsOf(config, registry, varietyOf(logger, metrics));
  const replays = new ReplayRunner({
    streams,
    dryStreams: streamsOf(config, {
      view: (project) => registry.view(project),
      prepare: (project, wanted) => registry.preview(project, wanted),
    }),
    intake: clients.store.intake,
    locks: redisLocks(clients.redis, logger),
    metrics,
    logger,
  });
  const consumer = consumerOf(parts, { ...clients, streams, outages, metrics }, () => positions.soon());
  const positions = new Positions({
    projects: new Map(streams.map(({ topic, project }) => [topic, project])),
    consumer,
    admin: clients.admin,
    intake: clients.store.intake,
    metrics,
    liveness,
    logger,
    now: Date.now,
  });
  addProbes(parts, { store: clients.store, consumer, liveness });
  return {
    start: async () => {
      await waitForServices(parts, clients);
      const reports = positions.run(shutdown.signal);
      shutdown.add('reports', () => reports);
      const replaying = replays.run(shutdown.signal);
      shutdown.add('replays', () => replaying);
      shutdown.add('consumer', () => consumer.stop({ graceMs: STOP_GRACE_MS }));
      consumer.start();
    },
  };
};
