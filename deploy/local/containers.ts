import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutRoot } from './checkout.js';
import { StackProblem } from './problem.js';
import type { ServiceContext } from './service.js';
import type { ServiceName, StackAddresses } from './settings.js';
import { writeWhole } from './state.js';

const grafanaPort = 13000;
const upDeadlineMs = 15 * 60_000;
const composeFile = join(checkoutRoot, 'deploy', 'compose.yaml');

/** Whether a container engine with compose answers. A client without a daemon does not count. */
export async function hasContainers(): Promise<boolean> {
  const run = promisify(execFile);
  try {
    await run('docker', ['info'], { timeout: 5_000 });
    await run('docker', ['compose', 'version'], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

/** Variables of compose.yaml, written to a file so that no password stands on a command line. */
export function composeVariables({ settings, ports, credentials }: ServiceContext): string {
  const values: Record<string, string | number> = {
    PLUMBLINE_HOME: settings.home,
    PLUMBLINE_KAFKA_PORT: ports.kafka,
    PLUMBLINE_CLICKHOUSE_PORT: ports.clickhouseHttp,
    PLUMBLINE_CLICKHOUSE_TCP_PORT: ports.clickhouseTcp,
    PLUMBLINE_REDIS_PORT: ports.redis,
    PLUMBLINE_GRAFANA_PORT: grafanaPort,
    PLUMBLINE_CLICKHOUSE_PASSWORD: credentials.clickhousePassword,
    PLUMBLINE_CLICKHOUSE_READONLY_PASSWORD: credentials.readonlyPassword,
  };
  return `${Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

/** One compose project per home, so that tests never touch the stack beside them. */
function projectOf(home: string): string {
  return `plumbline-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
}

async function compose(context: ServiceContext, args: readonly string[]): Promise<void> {
  const { home, signal } = context.settings;
  const variables = join(home, 'compose.env');
  await writeWhole(variables, composeVariables(context), 0o600);
  const fixed = ['compose', '-p', projectOf(home), '--env-file', variables, '-f', composeFile];
  await new Promise<void>((resolve, reject) => {
    const child = spawn('docker', [...fixed, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: upDeadlineMs,
      ...(signal ? { signal } : {}),
    });
    let tail = '';
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-2_000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new StackProblem(
            `docker compose ${args[0] ?? ''} failed:\n${tail.trim().split('\n').slice(-5).join('\n')}`,
          ),
        );
    });
  });
}

/** Starts the named services and Grafana in containers and waits for their health checks. */
export async function containersUp(context: ServiceContext, names: readonly ServiceName[]): Promise<void> {
  const { say } = context.settings;
  say('Starting the services in containers (the first time fetches their images) …');
  const progress = setInterval(() => say('… containers are still starting'), 10_000);
  try {
    await compose(context, ['up', '--detach', '--wait', ...names, 'grafana']);
  } finally {
    clearInterval(progress);
  }
}

/** Stops the containers; with `volumes`, their data goes too. */
export async function containersDown(context: ServiceContext, volumes: boolean): Promise<void> {
  await compose(context, ['down', ...(volumes ? ['--volumes'] : [])]);
}

/** Stops some of the containers. */
export async function containersStop(context: ServiceContext, names: readonly ServiceName[]): Promise<void> {
  await compose(context, ['stop', ...names]);
}

/** Kills one service's container as a crash would. */
export async function containerKill(context: ServiceContext, name: ServiceName): Promise<void> {
  await compose(context, ['kill', name]);
}

export function containersAddresses(): Pick<StackAddresses, 'grafanaUrl'> {
  return { grafanaUrl: `http://127.0.0.1:${grafanaPort}` };
}
