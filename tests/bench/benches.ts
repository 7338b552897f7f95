import { randomBytes } from 'node:crypto';
import { loadConfig } from '#libs/platform';
import { biasBench } from './bias.js';
import { biasIntervalsBench } from './bias-intervals.js';
import { checkBench } from './check.js';
import { falseAlarmsBench } from './false-alarms.js';
import { fuzzBench } from './fuzz.js';
import { benchIngest } from './ingest.js';
import { profileBench } from './profile.js';
import { uploadBench } from './upload.js';
import { withServices, type BenchRow } from './services.js';

const INGEST = { events: 300_000, features: 25 };

/** One ingest process against a backlog: real broker, real ClickHouse, all on this machine. */
const ingestBench = (): Promise<BenchRow[]> =>
  withServices(['kafka', 'clickhouse', 'redis'], async (addresses) => {
    const config = loadConfig({
      KAFKA_BROKERS: addresses.kafkaBrokers,
      CLICKHOUSE_URL: addresses.clickhouseUrl,
      CLICKHOUSE_USER: addresses.clickhouseUser,
      CLICKHOUSE_PASSWORD: addresses.clickhousePassword,
      REDIS_URL: addresses.redisUrl,
      PLUMBLINE_SECRET_KEY: randomBytes(32).toString('base64'),
      PLUMBLINE_LOG_LEVEL: 'error',
    });
    return [{ ...(await benchIngest({ config, ...INGEST })) }];
  });

/** What can be measured, by name. Each brings up what it needs and takes it down again. */
export const benches: Record<string, (options: readonly string[]) => Promise<BenchRow[]>> = {
  bias: biasBench,
  'bias-intervals': biasIntervalsBench,
  check: checkBench,
  'false-alarms': falseAlarmsBench,
  fuzz: fuzzBench,
  ingest: ingestBench,
  profile: profileBench,
  upload: uploadBench,
};
