import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '#libs/platform';
import {
  anyFreePort,
  isPortFree,
  StackProblem,
  takeLock,
  type StackPorts,
  type StackSettings,
} from '../../deploy/local/index.js';

const preferredPorts: StackPorts = {
  kafka: 29092,
  kafkaController: 29093,
  clickhouseHttp: 28123,
  clickhouseTcp: 29000,
  redis: 26379,
};
const homesMax = 8;

type Config = ReturnType<typeof loadConfig>;
export type TestHome = {
  readonly home: string;
  readonly isSpare: boolean;
  readonly release: () => Promise<void>;
};

/** A home that no other test run uses: `test`, or a spare one while another run has that. */
export async function takeTestHome(config: Config): Promise<TestHome> {
  for (let number = 1; number <= homesMax; number += 1) {
    const home = join(config.home, number === 1 ? 'test' : `test-${number}`);
    try {
      const release = await takeLock({
        path: join(home, 'run.lock'),
        purpose: 'A test run',
        waitMs: 0,
        say: () => undefined,
      });
      return { home, isSpare: number > 1, release };
    } catch (error) {
      if (!(error instanceof StackProblem)) throw error;
    }
  }
  throw new StackProblem(`${homesMax} test runs use ${config.home} already: wait for one of them to end.`);
}

/** Fixed ports where they are free, so that logs read alike; any free one where another checkout's run has them. */
export async function testPorts(): Promise<StackPorts> {
  const entries = await Promise.all(
    Object.entries(preferredPorts).map(async ([name, port]) => [
      name,
      (await isPortFree(port)) ? port : await anyFreePort(),
    ]),
  );
  return Object.fromEntries(entries) as StackPorts;
}

/** Settings of a test stack. Configured addresses win; processes are preferred, because tests kill them. */
export function testSettings(home: string, ports?: StackPorts): StackSettings {
  const config = loadConfig();
  const { external, kafka, clickhouse, redis } = config;
  return {
    home,
    cacheHome: config.home,
    ...(ports ? { ports } : {}),
    configured: {
      ...(external.kafka ? { kafkaBrokers: kafka.brokers.join(',') } : {}),
      ...(external.clickhouse ? { clickhouse: { ...clickhouse } } : {}),
      ...(external.redis ? { redisUrl: redis.url } : {}),
    },
    containers: 'fallback',
    say: (line) => process.stderr.write(`${line}\n`),
  };
}

/** Removes a spare home; the first one is kept, so that its logs can be read. */
export async function leaveTestHome({ home, isSpare, release }: TestHome): Promise<void> {
  await release();
  if (isSpare) await rm(home, { recursive: true, force: true });
}
