import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { childEnvironment } from '#libs/platform';
import { checkoutRoot, lastLines, logFile, pollUntil, StackProblem } from '../../../../deploy/local/index.js';
import { say } from '../settings.js';
import { AppLog, terminalLine, withoutKeys } from './app-log.js';
import type { AppPlan } from './app-plan.js';

type Child = ChildProcessByStdio<null, Readable, Readable>;

const backoffMaxMs = 30_000;
const steadyMs = 60_000;
const readyDeadlineMs = 120_000;
const crashesBeforeReadyMax = 3;

/** Pause before the n-th start in a row (n from 1): 1 s, 2 s, 4 s … 30 s. */
export function restartDelayMs(crashesInARow: number): number {
  return Math.min(backoffMaxMs, 1_000 * 2 ** Math.min(crashesInARow - 1, 10));
}

/** Runs one app, writes its log, and starts it again with growing pauses when it ends without being asked to. */
export class SupervisedApp {
  private readonly log: AppLog;
  private child: Child | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;
  private crashes = 0;

  constructor(
    readonly plan: AppPlan,
    home: string,
  ) {
    this.log = new AppLog(logFile(home, plan.name));
  }

  start(): void {
    this.log.open();
    this.launch();
  }

  /** Waits for `/health/ready`. Throws StackProblem with the app's last words when it keeps ending, or does not get ready in time. */
  async ready(signal: AbortSignal): Promise<void> {
    const check = async (): Promise<boolean> =>
      this.stopping || this.crashes >= crashesBeforeReadyMax || (await this.isReady());
    const settled = await pollUntil({ check, intervalMs: 200, deadlineMs: readyDeadlineMs, signal });
    if (this.stopping || (settled && this.crashes < crashesBeforeReadyMax)) return;
    const { name } = this.plan;
    const what = settled
      ? `ended ${this.crashes} times while starting`
      : `is not ready after ${readyDeadlineMs / 1000} s`;
    throw new StackProblem(
      `${name} ${what}: its log ${this.log.path} says why. Its last lines:\n${await lastLines(this.log.path, 6)}`,
    );
  }

  /** SIGTERM, the deadline, SIGKILL. */
  async stop(deadlineMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        say(`${this.plan.name} did not stop within ${deadlineMs / 1000} s and is ended hard.`);
        child.kill('SIGKILL');
      }, deadlineMs);
      await ended;
      clearTimeout(timer);
    }
    await this.log.close();
  }

  private async isReady(): Promise<boolean> {
    try {
      const { ok } = await fetch(`${this.plan.url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
      return ok;
    } catch {
      return false;
    }
  }

  /** A process group of its own keeps Ctrl-C away from it: the order of the stop is ours. */
  private launch(): void {
    const { entry, runtime, marker, environment, name } = this.plan;
    const startMs = Date.now();
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', ...runtime, entry, `--plumbline-app=${marker}`],
      {
        cwd: checkoutRoot,
        env: childEnvironment(environment),
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.hear(line, false));
    createInterface({ input: child.stderr }).on('line', (line) => this.hear(line, true));
    child.once('error', (cause) => say(`${name} cannot be run: ${cause.message}`));
    child.once('exit', (code, signal) =>
      this.ended(signal ?? `exit code ${code ?? 'unknown'}`, Date.now() - startMs),
    );
  }

  private hear(spoken: string, isErrorOutput: boolean): void {
    const line = withoutKeys(spoken);
    this.log.write(line);
    const shown = this.stopping ? undefined : terminalLine(this.plan.name, line, isErrorOutput);
    if (shown !== undefined) say(shown);
  }

  private ended(how: string, livedMs: number): void {
    if (this.stopping) return;
    this.crashes = livedMs > steadyMs ? 1 : this.crashes + 1;
    const delayMs = restartDelayMs(this.crashes);
    say(
      `${this.plan.name} ended (${how}); starting it again in ${delayMs / 1000} s. Its log: ${this.log.path}`,
    );
    this.timer = setTimeout(() => this.launch(), delayMs);
  }
}
