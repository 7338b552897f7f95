import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkoutRoot,
  defaultPorts,
  down,
  reset,
  shiftPorts,
  status,
  up,
  type StackAddresses,
  type StackSettings,
} from '../../deploy/local/index.js';
import type { Site } from './site.js';

/** siteOf: a local stack as something to attack. */
export const siteOf = (settings: StackSettings, addresses: StackAddresses): Site => ({
  kafkaBrokers: addresses.kafkaBrokers,
  clickhouse: {
    url: addresses.clickhouseUrl,
    user: addresses.clickhouseUser,
    password: addresses.clickhousePassword,
  },
  redisUrl: addresses.redisUrl,
  pid: async (name) => {
    const found = (await status(settings)).find((each) => each.name === name);
    if (found?.pid === undefined) throw new Error(`${name} does not run here`);
    return found.pid;
  },
  start: async (name) => {
    await up(settings, [name]);
  },
  stop: async (name) => {
    await down(settings, [name]);
  },
});

const PORTS_APART = 3_000;

/** withSite: brings up a stack of its own, empty, and takes it down again. */
export const withSite = async <T>(work: (at: { site: Site; home: string }) => Promise<T>): Promise<T> => {
  const cacheHome = join(checkoutRoot, '.plumbline');
  const home = join(cacheHome, 'chaos');
  await mkdir(home, { recursive: true });
  const settings: StackSettings = {
    home,
    cacheHome,
    ports: shiftPorts(defaultPorts, PORTS_APART),
    configured: {},
    containers: 'never',
    say: () => undefined,
  };
  await reset(settings);
  const { addresses } = await up(settings);
  const leave = (): void => {
    void down(settings).finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  try {
    return await work({ site: siteOf(settings, addresses), home: join(home, 'runs') });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, leave);
    await down(settings);
  }
};
