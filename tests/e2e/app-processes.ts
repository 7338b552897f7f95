import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';

export type AppName = 'api' | 'ingest' | 'worker';

/** The three apps as built, each a process of its own that a test may kill. */
export type AppProcesses = {
  home: string;
  apiUrl: string;
  /** The database of this run in ClickHouse. */
  database: string;
  sinkPorts: { slack: number; smtp: number };
  topics: { predictions: string; groundTruth: string };
  start: (name: AppName) => Promise<void>;
  /** SIGKILL: nothing is flushed, committed or closed. */
  kill: (name: AppName) => Promise<void>;
  stopAll: () => Promise<void>;
};

const READY_TIMEOUT_MS = 90_000;

/** Ports that nobody has now; held open together, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export async function appProcesses(name: string): Promise<AppProcesses> {
  const home = await mkdtemp(join(tmpdir(), `plumbline-${name}-`));
  const [api = 0, ingest = 0, worker = 0, slack = 0, smtp = 0] = await freePorts(5);
  const ports = { api, ingest, worker };
  const id = `${name}_${randomBytes(4).toString('hex')}`;
  const environment = {
    PATH: '/usr/bin:/bin',
    KAFKA_BROKERS: inject('kafkaBrokers'),
    CLICKHOUSE_URL: inject('clickhouseUrl'),
    CLICKHOUSE_USER: inject('clickhouseUser'),
    CLICKHOUSE_PASSWORD: inject('clickhousePassword'),
    CLICKHOUSE_DATABASE: id,
    REDIS_URL: `${inject('redisUrl').replace(/\/\d*$/, '')}/7`,
    PLUMBLINE_HOME: home,
    PLUMBLINE_TOPIC_PREFIX: id,
    PLUMBLINE_SECRET_KEY: randomBytes(32).toString('base64'),
    PLUMBLINE_PUBLIC_URL: `http://127.0.0.1:${api}`,
    PLUMBLINE_OUTBOUND_ALLOW: `127.0.0.1:${slack},127.0.0.1:${smtp}`,
    PLUMBLINE_WORKER_TICK_MS: '1000',
    PLUMBLINE_INGEST_SESSION_TIMEOUT_MS: '10000',
  };
  const running = new Map<AppName, ChildProcess>();
  const start = async (app: AppName) => {
    const log = openSync(join(home, `${app}.log`), 'a');
    const entry = join(import.meta.dirname, '../../dist/apps', app, 'src/main.js');
    const child = spawn(process.execPath, [entry], {
      env: { ...environment, PORT: String(ports[app]) },
      stdio: ['ignore', log, log],
    });
    running.set(app, child);
    await untilReady(`http://127.0.0.1:${ports[app]}/health/ready`, join(home, `${app}.log`));
  };
  const end = async (app: AppName, signal: 'SIGKILL' | 'SIGTERM') => {
    const child = running.get(app);
    running.delete(app);
    if (child?.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
  };
  return {
    home,
    database: id,
    apiUrl: `http://127.0.0.1:${api}`,
    sinkPorts: { slack, smtp },
    topics: { predictions: `${id}.predictions`, groundTruth: `${id}.ground-truth` },
    start,
    kill: (app) => end(app, 'SIGKILL'),
    stopAll: async () => {
      for (const app of ['ingest', 'worker', 'api'] as const) await end(app, 'SIGTERM');
    },
  };
}

async function untilReady(url: string, log: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await delay(200);
  }
  throw new Error(`${url} is not ready; the log ends with:\n${(await readFile(log, 'utf8')).slice(-3_000)}`);
}

/** Polls until `probe` gives something; fails with what it waited for. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false>,
  timeoutMs = 240_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1_000} s for ${what}`);
    await delay(500);
  }
}
