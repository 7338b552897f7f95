import { spawn } from 'node:child_process';
import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pollUntil } from './polling.js';
import { StackProblem } from './problem.js';
import { hasEnded, identify, isAlive, type ProcessRecord } from './process-identity.js';

const maxLogBytes = 20 * 1024 * 1024;

export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the process; without it, ours. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Opens a log for appending; a large one is moved to `*.1` first, so that logs stay bounded. */
export async function openLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > maxLogBytes) await rename(path, `${path}.1`);
  return open(path, 'a');
}

/** The last lines of a file, for error messages. */
export async function lastLines(path: string, count: number): Promise<string> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - 16_384);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-count).join('\n');
  } finally {
    await handle.close();
  }
}

/** Starts a process that outlives us, in a process group of its own (Ctrl-C does not reach it), writing to the log. */
export async function startDetached(command: Command, marker: string, log: string): Promise<ProcessRecord> {
  const handle = await openLog(log);
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      detached: true,
      stdio: ['ignore', handle.fd, handle.fd],
      ...(command.env ? { env: { ...command.env } } : {}),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        reject(
          new StackProblem(
            `Cannot run ${command.file}: ${cause.message}. Check that it is installed and on the PATH.`,
          ),
        );
      });
    });
    child.unref();
    const record = await identifyOnceExecuted(Number(child.pid), marker);
    if (record) return record;
    throw new StackProblem(
      `${command.file} ended at once. Its last words in ${log}:\n${await lastLines(log, 5)}`,
    );
  } finally {
    await handle.close();
  }
}

/** Between fork and exec a child still carries our own command line, so its identity is read until the marker shows. */
async function identifyOnceExecuted(pid: number, marker: string): Promise<ProcessRecord | undefined> {
  let record: ProcessRecord | undefined;
  await pollUntil({
    check: async () => {
      record = await identify(pid, marker);
      return record === undefined || (await isAlive(record));
    },
    intervalMs: 10,
    deadlineMs: 2_000,
  });
  return record;
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether the process left by itself (`ended`), had to be killed, or was gone before. */
export type StopOutcome = 'ended' | 'killed' | 'gone';

/** SIGTERM, a deadline, SIGKILL; never signals a pid that is no longer the recorded process. */
export async function stopProcess(record: ProcessRecord, deadlineMs: number): Promise<StopOutcome> {
  if (!(await isAlive(record))) return 'gone';
  signalIfThere(record.pid, 'SIGTERM');
  const check = (): Promise<boolean> => hasEnded(record);
  if (await pollUntil({ check, intervalMs: 50, deadlineMs })) return 'ended';
  await killProcess(record);
  return 'killed';
}

/** SIGKILL, and waits until the process is gone. */
export async function killProcess(record: ProcessRecord): Promise<void> {
  if (await isAlive(record)) signalIfThere(record.pid, 'SIGKILL');
  const check = (): Promise<boolean> => hasEnded(record);
  if (!(await pollUntil({ check, intervalMs: 20, deadlineMs: 10_000 }))) {
    throw new Error(`process ${record.pid} did not end after SIGKILL`);
  }
}
