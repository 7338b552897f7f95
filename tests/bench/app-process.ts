import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '#libs/platform';
import { runtimeOptions } from '../../apps/cli/src/start/app-plan.js';
import { checkoutRoot, type StackAddresses } from '../../deploy/local/index.js';

/** One of our processes, as it is shipped, with a home of its own. */
export type AppProcess = { url: string; home: string; pid: number };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Highest resident memory of a process so far, in MiB. */
export async function peakMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}

/** CPU seconds of a process and all its threads so far. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) / 100;
}

/** Starts `apps/NAME` on these services, and stops it when `work` is done. */
export async function withApp<T>(
  name: 'api' | 'worker',
  {
    addresses,
    database,
    more = {},
  }: { addresses: StackAddresses; database: string; more?: Record<string, string> },
  work: (app: AppProcess) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const port = await freePort();
  const entry = join(checkoutRoot, 'dist', 'apps', name, 'src', 'main.js');
  const app = spawn(process.execPath, [...(runtimeOptions[name] ?? []), entry], {
    env: childEnvironment({
      CLICKHOUSE_URL: addresses.clickhouseUrl,
      CLICKHOUSE_USER: addresses.clickhouseUser,
      CLICKHOUSE_PASSWORD: addresses.clickhousePassword,
      CLICKHOUSE_DATABASE: database,
      REDIS_URL: addresses.redisUrl,
      PLUMBLINE_HOME: home,
      PLUMBLINE_SECRET_KEY: randomBytes(32).toString('base64'),
      PLUMBLINE_LOG_LEVEL: 'error',
      PORT: String(port),
      ...more,
    }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    return await work({ url: `http://127.0.0.1:${port}`, home, pid: app.pid ?? 0 });
  } finally {
    const ended = once(app, 'exit');
    app.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  }
}
