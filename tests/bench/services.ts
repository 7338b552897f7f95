import { join } from 'node:path';
import {
  checkoutRoot,
  down,
  reset,
  shiftPorts,
  defaultPorts,
  up,
  type ServiceName,
} from '../../deploy/local/index.js';

export type BenchRow = Record<string, string | number>;

const home = join(checkoutRoot, '.plumbline', 'bench');
const settings = {
  home,
  cacheHome: join(checkoutRoot, '.plumbline'),
  ports: shiftPorts(defaultPorts, 2_000),
  configured: {},
  containers: 'never' as const,
  say: () => undefined,
};

/** Runs `work` on services of its own with no data in them. */
export async function withServices<T>(
  names: ServiceName[],
  work: (addresses: Awaited<ReturnType<typeof up>>['addresses']) => Promise<T>,
): Promise<T> {
  await reset(settings);
  const { addresses } = await up(settings, names);
  try {
    return await work(addresses);
  } finally {
    await down(settings, names);
    await reset(settings);
  }
}

/** Wall seconds, and CPU seconds of this process, that `work` takes. */
export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number; cpuSeconds: number }> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (performance.now() - startedMs) / 1_000, cpuSeconds: (user + system) / 1e6 };
}
