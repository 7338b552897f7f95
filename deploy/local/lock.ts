import { randomUUID } from 'node:crypto';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StackProblem } from './problem.js';
import { pollUntil } from './polling.js';
import { identify, isAlive, type ProcessRecord } from './process-identity.js';
import { parseRecord, readIfThere } from './state.js';

export type LockOptions = {
  readonly path: string;
  /** What the holder does, for the waiting line and the refusal. */
  readonly purpose: string;
  /** 0 refuses at once. */
  readonly waitMs: number;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
};

export type LockHolder = ProcessRecord;

/** The live holder of a lock file. A holder that died, or whose pid went to another process, holds nothing. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  let record: ProcessRecord | undefined;
  try {
    record = parseRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
  return record && (await isAlive(record)) ? record : undefined;
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a dead holder's file away by renaming it, so that of two waiting processes only one does. */
async function clearStale(path: string, mine: string): Promise<void> {
  const grave = `${mine}.stale`;
  await rename(path, grave).catch(() => undefined);
  if (await lockHolder(grave)) await tryLink(grave, path);
  await rm(grave, { force: true });
}

/**
 * Takes a lock that survives neither its process nor a pid that was given to another: the file holds the identity of the holder.
 * Returns the release. Throws StackProblem when a living process holds it longer than `waitMs`.
 */
export async function takeLock({
  path,
  purpose,
  waitMs,
  say,
  signal,
}: LockOptions): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true });
  const self = await identify(process.pid, '');
  const mine = `${path}.${randomUUID()}`;
  await writeFile(mine, JSON.stringify(self));
  let told = false;
  const attempt = async (): Promise<boolean> => {
    if (await tryLink(mine, path)) return true;
    const holder = await lockHolder(path);
    if (!holder) await clearStale(path, mine);
    else if (!told && waitMs > 0) {
      told = true;
      say(`${purpose} is in progress in another process (pid ${holder.pid}); waiting for it.`);
    }
    return holder ? false : tryLink(mine, path);
  };
  try {
    if (await pollUntil({ check: attempt, intervalMs: 200, deadlineMs: waitMs, signal })) {
      return () => rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
  const holder = await lockHolder(path);
  throw new StackProblem(
    `${purpose} is already running (pid ${holder?.pid ?? 'unknown'}): stop that one first, or wait for it.`,
  );
}
