import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from './site.js';

const READY_TIMEOUT_MS = 90_000;
const PAGE_BYTES = 4_096;
const TICKS_PER_SECOND = 100;

/** Nothing that was started here outlives us, however we end. */
const children = new Set<ChildProcess>();
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** IngestProcess: the real app as built, to be killed, stopped and started at will. */
export class IngestProcess {
  private child: ChildProcess | undefined;
  private exited = Promise.resolve();
  private stopping = false;
  /** Exits that nobody asked for. */
  crashes = 0;
  rssMaxBytes = 0;
  private port = 0;

  constructor(
    readonly name: string,
    private readonly options: {
      root: string;
      home: string;
      environment: Record<string, string>;
      /** Options of Node itself. */
      runtime?: readonly string[];
    },
  ) {}

  get logFile(): string {
    return join(this.options.home, `${this.name}.log`);
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  /** spawn: returns once the process exists; it may not read yet. */
  async spawn(): Promise<void> {
    if (this.child !== undefined) return;
    this.port = await freePort();
    const log = openSync(this.logFile, 'a');
    const entry = join(this.options.root, 'dist/apps/ingest/src/main.js');
    const child = spawn(process.execPath, [...(this.options.runtime ?? []), entry], {
      env: { ...this.options.environment, PORT: String(this.port) },
      stdio: ['ignore', log, log],
      cwd: this.options.home,
    });
    closeSync(log);
    this.child = child;
    children.add(child);
    this.stopping = false;
    this.exited = new Promise((resolve) => {
      child.once('exit', () => {
        children.delete(child);
        if (!this.stopping) this.crashes += 1;
        if (this.child === child) this.child = undefined;
        resolve();
      });
    });
  }

  async start(): Promise<void> {
    await this.spawn();
    await until(
      () => `${this.name} to be ready; its log ends with:\n${this.logTail()}`,
      () => this.isReady(),
      {
        timeoutMs: READY_TIMEOUT_MS,
      },
    );
  }

  isReady(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
  }

  isLive(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
  }

  metrics(): Promise<string> {
    return fetch(`http://127.0.0.1:${this.port}/metrics`).then((response) => response.text());
  }

  /** signal: what the kernel would do: SIGSTOP, SIGCONT. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(name);
  }

  /** end: SIGKILL loses everything in flight, SIGTERM lets it finish. */
  async end(name: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.stopping = true;
    child.kill(name);
    await this.exited;
  }

  /** rssBytes: resident memory now; the largest seen is kept. */
  rssBytes(): number {
    const pid = this.child?.pid;
    if (pid === undefined) return 0;
    const [, resident] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    const bytes = Number(resident ?? 0) * PAGE_BYTES;
    this.rssMaxBytes = Math.max(this.rssMaxBytes, bytes);
    return bytes;
  }

  /** peakBytes: the most memory that was resident since it started, as the kernel kept it. */
  peakBytes(): number {
    const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(this.proc('status')) ?? [];
    return Number(kib ?? 0) * 1_024;
  }

  /** cpuSeconds: of all its threads, in user and kernel mode, since it started. */
  cpuSeconds(): number {
    const [user = 0, system = 0] = (this.proc('stat').split(') ')[1] ?? '')
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) / TICKS_PER_SECOND;
  }

  private proc(file: string): string {
    return readFileSync(`/proc/${this.child?.pid ?? 0}/${file}`, 'utf8');
  }

  log(): string {
    try {
      return readFileSync(this.logFile, 'utf8');
    } catch {
      return '';
    }
  }

  /** How often the group gave partitions to this process. */
  get assignments(): number {
    return this.log().split('reading from Kafka').length - 1;
  }

  private logTail(): string {
    return this.log().slice(-2_000);
  }
}
