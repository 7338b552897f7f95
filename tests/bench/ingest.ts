import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#libs/platform';
import { createStore, migrate } from '#libs/store';
import { runtimeOptions } from '../../apps/cli/src/start/app-plan.js';
import { checkoutRoot } from '../../deploy/local/index.js';
import { IngestProcess } from '../chaos/ingest-process.js';
import { until } from '../chaos/site.js';
import { narrowEvent, produce, usualEvent, wholeEvent, type IngestLoad } from './ingest-load.js';
import { withServices, type BenchRow } from './services.js';

const FEATURES = 25;
const FEATURES_MAX = 2_000;
const DEADLINE_MS = 600_000;
/** A look costs the process under test a little. */
const LOOK_EVERY_MS = 500;

const LOADS: Record<string, IngestLoad> = {
  usual: { events: 300_000, partitions: 4, compression: 'none', eventOf: usualEvent(FEATURES) },
  'zstd, 16 partitions': {
    ...{ events: 300_000, partitions: 16, compression: 'zstd' },
    eventOf: usualEvent(FEATURES),
  },
  'one of 2,000 features': {
    ...{ events: 50_000, partitions: 1, compression: 'none' },
    eventOf: narrowEvent(FEATURES_MAX),
    first: wholeEvent(FEATURES_MAX),
  },
};

const receivedIn = (metrics: string): number =>
  [...metrics.matchAll(/ingest_events_received_total\{[^}]*\} (\d+)/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );

const round = (value: number): number => Math.round(value * 10) / 10;

type Environment = Record<string, string>;

/** A backlog of events from Kafka into ClickHouse by one ingest process of its own, from its first batch to its last; CPU and memory are of that process alone. */
async function measure(name: string, load: IngestLoad, services: Environment): Promise<BenchRow> {
  const id = `bench_${randomBytes(4).toString('hex')}`;
  const home = join(checkoutRoot, '.plumbline', 'bench');
  const environment = {
    ...services,
    PLUMBLINE_HOME: home,
    PLUMBLINE_TOPIC_PREFIX: id,
    CLICKHOUSE_DATABASE: id,
  };
  const config = loadConfig(environment);
  await migrate(config.clickhouse);
  const { events, bytes } = await produce(config, load);
  await mkdir(home, { recursive: true });
  const runtime = runtimeOptions.ingest ?? [];
  const ingest = new IngestProcess(id, { root: checkoutRoot, home, environment, runtime });
  await ingest.spawn();
  const received = () => ingest.metrics().then(receivedIn, () => 0);
  let first = 0;
  const bounds = { timeoutMs: DEADLINE_MS };
  await until('the first events', async () => (first = await received()) > 0, bounds);
  const [startedMs, cpuBefore] = [performance.now(), ingest.cpuSeconds()];
  await until('all events', async () => (await received()) >= events, { ...bounds, everyMs: LOOK_EVERY_MS });
  const seconds = (performance.now() - startedMs) / 1_000;
  const cpuSeconds = ingest.cpuSeconds() - cpuBefore;
  const peakMiB = Math.round(ingest.peakBytes() / 1024 ** 2);
  await ingest.end('SIGTERM');
  const store = createStore(config.clickhouse);
  const accounts = await store.intake.accounting('default');
  await store.close();
  const accepted = accounts.reduce((sum, account) => sum + account.accepted, 0);
  if (accepted !== events) throw new Error(`${name}: ${accepted} of ${events} events were accepted`);
  const measured = events - first;
  return {
    load: name,
    events,
    'bytes per event': bytes,
    seconds: round(seconds),
    'events per second': Math.round(measured / seconds),
    'CPU s per million events': round((cpuSeconds / measured) * 1e6),
    'peak MiB': peakMiB,
    'load of the machine': round(loadavg()[0] ?? 0),
  };
}

/** Real broker, real ClickHouse, all on this machine. */
export const ingestBench = (): Promise<BenchRow[]> =>
  withServices(['kafka', 'clickhouse', 'redis'], async (addresses) => {
    const services = {
      PATH: '/usr/bin:/bin',
      KAFKA_BROKERS: addresses.kafkaBrokers,
      CLICKHOUSE_URL: addresses.clickhouseUrl,
      CLICKHOUSE_USER: addresses.clickhouseUser,
      CLICKHOUSE_PASSWORD: addresses.clickhousePassword,
      REDIS_URL: addresses.redisUrl,
      PLUMBLINE_SECRET_KEY: randomBytes(32).toString('base64'),
      PLUMBLINE_LOG_LEVEL: 'error',
    };
    const rows: BenchRow[] = [];
    for (const [name, load] of Object.entries(LOADS)) rows.push(await measure(name, load, services));
    return rows;
  });
