import { setTimeout as delay } from 'node:timers/promises';
import { DAY_MS } from './scenario.js';

/** So many days of the story may be sent before they are evaluated: enough to keep every process busy, and no more. */
const AHEAD_MS = 12 * DAY_MS;
const POLL_MS = 500;
/** An hour of the story goes out at least this often. A topic that falls silent counts as idle, and its windows as complete. */
const HOUR_EVERY_MS = 2_000;

export type PaceOptions = {
  /** End of the newest day of the story that every monitor has decided; null while there is none. */
  readonly evaluatedThroughMs: () => Promise<number | null>;
  readonly signal: AbortSignal;
};

/**
 * pacer: slows the replay down while it is far ahead of what has been evaluated. All days at once would keep both cores busy with June
 * while the alert of May waits its turn. Gives the function that is awaited before each hour; `startMs` is the first one.
 */
export function pacer(
  { evaluatedThroughMs, signal }: PaceOptions,
  startMs: number,
): (hourMs: number) => Promise<void> {
  let throughMs = startMs;
  const isAhead = (hourMs: number): boolean => hourMs >= throughMs + AHEAD_MS;
  return async (hourMs) => {
    for (
      let waitedMs = 0;
      isAhead(hourMs) && waitedMs < HOUR_EVERY_MS && !signal.aborted;
      waitedMs += POLL_MS
    ) {
      throughMs = Math.max(throughMs, (await evaluatedThroughMs().catch(() => null)) ?? throughMs);
      if (isAhead(hourMs)) await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}
