import type { TestProject } from 'vitest/node';
import { loadConfig } from '#libs/platform';
import { down, reset, up } from '../../deploy/local/index.js';
import { leaveTestHome, onFreePorts, takeTestHome, testSettings } from './test-home.js';

declare module 'vitest' {
  /** What tests get with `inject('kafkaBrokers')` and so on. */
  interface ProvidedContext {
    /** Comma-separated host:port. */
    kafkaBrokers: string;
    clickhouseUrl: string;
    clickhouseUser: string;
    clickhousePassword: string;
    redisUrl: string;
    /** Absolute folder of this run's stack: its logs, state and data. */
    stackHome: string;
  }
}

/** Brings up real Kafka, ClickHouse and Redis with no data in them for this run, and takes them down afterwards. */
export default async function provideServices(project: TestProject): Promise<() => Promise<void>> {
  const taken = await takeTestHome(loadConfig());
  await reset(testSettings(taken.home));
  const settings = testSettings(taken.home);
  const { addresses } = await onFreePorts(taken, (ports) => up({ ...settings, ports }));
  project.provide('kafkaBrokers', addresses.kafkaBrokers);
  project.provide('clickhouseUrl', addresses.clickhouseUrl);
  project.provide('clickhouseUser', addresses.clickhouseUser);
  project.provide('clickhousePassword', addresses.clickhousePassword);
  project.provide('redisUrl', addresses.redisUrl);
  project.provide('stackHome', taken.home);
  return async () => {
    await down(settings);
    await leaveTestHome(taken);
  };
}
