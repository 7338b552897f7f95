import { createAdmin, createProducer } from '#libs/kafka';
import { createLogger, Health, Metrics, Shutdown, type Config } from '#libs/platform';
import { createStore, migrate } from '#libs/store';
import { createIngest } from '../../apps/ingest/src/ingest.js';

/** IngestBench: what a run shows. CPU is of the ingest process alone; broker and ClickHouse have their own. */
export type IngestBench = {
  events: number;
  features: number;
  eventBytes: number;
  seconds: number;
  eventsPerSecond: number;
  cpuSecondsPerMillion: number;
  rssMiB: number;
};

type Options = {
  /** Fresh topics and a fresh database: the topic prefix and the database of this configuration. */
  config: Config;
  events: number;
  features: number;
  partitions?: number;
};

const SEND = 5_000;
const HOUR_MS = 3_600_000;
const POLL_MS = 200;
const DEADLINE_MS = 600_000;

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, POLL_MS));

/** eventOf: deterministic events over a day, three quarters of the features numeric. */
const eventOf = (index: number, { features, startMs }: { features: number; startMs: number }): string => {
  const values: Record<string, number | string> = {};
  for (let feature = 0; feature < features; feature += 1)
    values[`feature_${feature}`] =
      feature % 4 === 3 ? `category ${(index * 7 + feature) % 40}` : Math.sin(index + feature) * 1_000;
  return JSON.stringify({
    id: `event-${index}`,
    model: 'bench',
    version: '1',
    time: new Date(startMs + ((index * 613) % (24 * HOUR_MS))).toISOString(),
    features: values,
    prediction: { label: index % 3 === 0 ? 'yes' : 'no', score: (index % 1_000) / 1_000 },
    tags: { region: `region ${index % 10}` },
  });
};

const produce = async (config: Config, topic: string, options: Required<Options>): Promise<number> => {
  const producer = createProducer({ connection: { ...config.kafka, logger: createLogger(config, 'bench') } });
  const startMs = Date.now() - 25 * HOUR_MS;
  let bytes = 0;
  for (let first = 0; first < options.events; first += SEND) {
    const count = Math.min(SEND, options.events - first);
    const records = Array.from({ length: count }, (_, index) => {
      const value = eventOf(first + index, { features: options.features, startMs });
      bytes += value.length;
      return { key: `event-${first + index}`, value };
    });
    await producer.send(topic, records);
  }
  await producer.close();
  return bytes;
};

/** benchIngest: a backlog of events from Kafka into ClickHouse by one ingest process, which is this one; broker and store must be there. */
export const benchIngest = async (given: Options): Promise<IngestBench> => {
  const options = { partitions: 4, ...given };
  const { config, events, features } = options;
  const topics = config.topics.projects['default'];
  if (topics === undefined) throw new Error('the benchmark needs the project "default" in the configuration');
  const logger = createLogger(config, 'bench');
  await migrate(config.clickhouse);
  const admin = createAdmin({ ...config.kafka, logger });
  await admin.ensureTopics([{ topic: topics.predictions, partitions: options.partitions }]);
  const bytes = await produce(config, topics.predictions, options);
  const store = createStore(config.clickhouse);
  const shutdown = new Shutdown({ logger, deadlineMs: 20_000 });
  const metrics = new Metrics('bench');
  const ingest = createIngest({ config, logger, metrics, health: new Health(), shutdown });

  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  await ingest.start();
  const received = async (): Promise<number> =>
    Number(/ingest_events_received_total\{[^}]*\} (\d+)/.exec(await metrics.text())?.[1] ?? 0);
  while ((await received()) < events) {
    if (performance.now() - startedMs > DEADLINE_MS)
      throw new Error(`only ${await received()} of ${events} events arrived`);
    await pause();
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  const rssMiB = Math.round(process.memoryUsage.rss() / 1024 ** 2);
  await shutdown.stop();
  const accounts = (await store.intake.accounting('default')).filter(
    ({ topic }) => topic === topics.predictions,
  );
  await Promise.all([store.close(), admin.close()]);
  const accepted = accounts.reduce((sum, account) => sum + account.accepted, 0);
  if (accepted !== events) throw new Error(`${accepted} of ${events} events were accepted`);
  return {
    events,
    features,
    eventBytes: Math.round(bytes / events),
    seconds,
    eventsPerSecond: Math.round(events / seconds),
    cpuSecondsPerMillion: (cpu.user + cpu.system) / events,
    rssMiB,
  };
};
