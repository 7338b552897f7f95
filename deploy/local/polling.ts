import { setTimeout as delay } from 'node:timers/promises';

export type PollOptions = {
  readonly check: () => Promise<boolean>;
  readonly intervalMs: number;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
};

/** Asks again until the check holds (true) or the deadline passes (false). Rejects when the signal aborts. */
export async function pollUntil({ check, intervalMs, deadlineMs, signal }: PollOptions): Promise<boolean> {
  const endMs = Date.now() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await check()) return true;
    if (Date.now() >= endMs) return false;
    await delay(intervalMs, undefined, signal ? { signal } : {});
  }
}
