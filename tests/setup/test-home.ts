import { rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#libs/platform';
import {
  isPortFree,
  shiftPorts,
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
const portStepsMax = 40;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

type Config = ReturnType<typeof loadConfig>;
export type TestHome = {
  readonly home: string;
  readonly number: number;
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
      return { home, number, release };
    } catch (error) {
      if (!(error instanceof StackProblem)) throw error;
    }
  }
  throw new StackProblem(`${homesMax} test runs use ${config.home} already: wait for one of them to end.`);
}

/**
 * A free set of ports. Homes of one checkout never share one, also while a test has its services down; further sets are for when
 * another checkout's run has the first.
 */
async function freePorts(number: number): Promise<StackPorts> {
  for (let step = number - 1; step < portStepsMax; step += homesMax) {
    const ports = shiftPorts(preferredPorts, step * 10);
    const free = await Promise.all(Object.values(ports).map(isPortFree));
    if (free.every(Boolean)) return ports;
  }
  throw new StackProblem(
    `No ports from ${preferredPorts.redis} on are free for tests: stop some of the other test runs.`,
  );
}

/** Starts something on ports of its own. Of all runs of this user one at a time chooses, until it listens on what it chose. */
export async function onFreePorts<T>(
  { number }: TestHome,
  work: (ports: StackPorts) => Promise<T>,
): Promise<T> {
  const release = await takeLock({
    path: join(tmpdir(), `plumbline-test-ports-${userInfo().uid}.lock`),
    purpose: 'Starting services for another test run',
    waitMs: 600_000,
    say,
  });
  try {
    return await work(await freePorts(number));
  } finally {
    await release();
  }
}

/** Settings of a test stack. Configured addresses win; processes are preferred, because tests kill them. */
export function testSettings(home: string, ports?: StackPorts): StackSettings {
  const config = loadConfig();
  const { external, kafka, clickhouse, redis, local } = config;
  return {
    home,
    cacheHome: config.home,
    ...(ports ? { ports } : {}),
    configured: {
      ...(external.kafka ? { kafkaBrokers: kafka.brokers.join(',') } : {}),
      ...(external.clickhouse ? { clickhouse: { ...clickhouse } } : {}),
      ...(external.redis ? { redisUrl: redis.url } : {}),
    },
    ...(local.kafkaVersion === undefined ? {} : { kafka: { version: local.kafkaVersion } }),
    containers: 'fallback',
    say,
  };
}

/** Removes a spare home; the first one is kept, so that its logs can be read. */
export async function leaveTestHome({ home, number, release }: TestHome): Promise<void> {
  await release();
  if (number > 1) await rm(home, { recursive: true, force: true });
}
