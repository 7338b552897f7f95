import { join } from 'node:path';
import { lockHolder, pollUntil, StackProblem, takeLock } from '../../../../deploy/local/index.js';
import { say } from '../settings.js';

const stopDeadlineMs = 120_000;

const lockPath = (home: string): string => join(home, 'start.lock');

/** Only one `plumbline start` serves a home. Returns the release. */
export function takeRunLock(home: string): Promise<() => Promise<void>> {
  return takeLock({ path: lockPath(home), purpose: '"plumbline start"', waitMs: 0, say });
}

/** The pid of a running `plumbline start`, if there is one. */
export async function runningStart(home: string): Promise<number | undefined> {
  return (await lockHolder(lockPath(home)))?.pid;
}

/** Asks a running `plumbline start` to stop and waits until it has. Whether there was one. */
export async function stopRunningStart(home: string): Promise<boolean> {
  const pid = await runningStart(home);
  if (pid === undefined) return false;
  say(`Stopping "plumbline start" (pid ${pid}) first …`);
  process.kill(pid, 'SIGTERM');
  const check = async (): Promise<boolean> => (await runningStart(home)) === undefined;
  if (await pollUntil({ check, intervalMs: 200, deadlineMs: stopDeadlineMs })) return true;
  throw new StackProblem(
    `"plumbline start" (pid ${pid}) did not stop within ${stopDeadlineMs / 1000} s: end it with "kill -9 ${pid}", then try again.`,
  );
}
