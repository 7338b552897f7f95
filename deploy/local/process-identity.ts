import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * A process that we started. A pid alone is not proof, since the system gives it to others after a while: the kernel's
 * start time (`startToken`) and the path of our configuration file in the command line (`marker`) must match too.
 */
export type ProcessRecord = {
  readonly pid: number;
  readonly startToken: string;
  readonly marker: string;
  /** ISO time, for people. */
  readonly startedAt: string;
};

type Facts = { readonly startToken: string; readonly args: readonly string[] };

const run = promisify(execFile);

/**
 * Start time in clock ticks since boot: field 22 of /proc/PID/stat, counted after the name, which may hold spaces and brackets. Nothing
 * for a zombie, unless other threads of it are still on their way out and hold its ports and files (field 20 counts them).
 */
export function startTokenOf(stat: string): string | undefined {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const hasEnded = afterName[0] === 'Z' && Number(afterName[17]) <= 1;
  return hasEnded ? undefined : afterName[19];
}

/** Whether the marker is a whole argument or the value of a `--name=value` one (a longer path that merely contains it is not ours). */
export function carriesMarker(args: readonly string[], marker: string): boolean {
  return marker === '' || args.some((arg) => arg === marker || arg.endsWith(`=${marker}`));
}

async function factsFromProc(pid: number): Promise<Facts | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    const startToken = startTokenOf(stat);
    return startToken === undefined ? undefined : { startToken, args: commandLine.split('\0') };
  } catch {
    return undefined;
  }
}

/** One line of `ps -o lstart=,command=`: a date of 24 characters, then the command, whose arguments cannot be told apart exactly. */
export function factsFromPs(line: string): Facts | undefined {
  const text = line.trim();
  const startToken = text.slice(0, 24);
  const args = text.slice(24).trim().split(' ');
  return startToken.length === 24 ? { startToken, args } : undefined;
}

async function factsOf(pid: number): Promise<Facts | undefined> {
  if (process.platform === 'linux') return factsFromProc(pid);
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'lstart=,command=', '-p', String(pid)]);
    return factsFromPs(stdout);
  } catch {
    return undefined;
  }
}

async function allPids(): Promise<number[]> {
  const names =
    process.platform === 'linux'
      ? await readdir('/proc')
      : (await run('ps', ['-axo', 'pid='])).stdout.split('\n');
  return names.map((name) => Number(name.trim())).filter((pid) => Number.isInteger(pid) && pid > 1);
}

/** What to remember about a process just started; nothing when it is gone already. An empty marker leaves the start time as the only proof. */
export async function identify(pid: number, marker: string): Promise<ProcessRecord | undefined> {
  const facts = await factsOf(pid);
  return facts && { pid, startToken: facts.startToken, marker, startedAt: new Date().toISOString() };
}

/** Whether the very process of the record still runs. */
export async function isAlive(record: ProcessRecord): Promise<boolean> {
  const facts = await factsOf(record.pid);
  return facts?.startToken === record.startToken && carriesMarker(facts.args, record.marker);
}

/** Whether nothing is left of the process. A dying one loses its command line before its ports and files, so that is not looked at. */
export async function hasEnded(record: ProcessRecord): Promise<boolean> {
  return (await factsOf(record.pid))?.startToken !== record.startToken;
}

/** A running process of ours that no record names: left by a start that was cut off, or after the state file was lost. */
export async function findByMarker(marker: string): Promise<ProcessRecord | undefined> {
  for (const pid of await allPids()) {
    if (pid === process.pid) continue;
    const facts = await factsOf(pid);
    if (facts && carriesMarker(facts.args, marker)) {
      return { pid, startToken: facts.startToken, marker, startedAt: new Date().toISOString() };
    }
  }
  return undefined;
}
