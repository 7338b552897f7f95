import { setTimeout as delay } from 'node:timers/promises';
import { DAY_MS } from './scenario.js';

/** So many days of the story may be sent before they are evaluated: enough to keep every process busy, and no more. */
const AHEAD_MS = 12 * DAY_MS;
const POLL_MS = 500;
/** Without progress for this long the replay goes on by itself: pace is for the reader of the story, nothing depends on it. */
const PATIENCE_MS = 60_000;

export type PaceOptions = {
  /** End of the newest day of the story that every monitor has decided; null while there is none. */
  readonly evaluatedThroughMs: () => Promise<number | null>;
  readonly signal: AbortSignal;
  readonly now?: () => number;
};

/**
 * pacer: holds the replay back while it is far ahead of what has been evaluated. All days at once would keep both cores busy with June
 * while the alert of May waits its turn. Gives the function that is awaited before each hour (`startMs`: of the first one).
 */
export function pacer(
  { evaluatedThroughMs, signal, now = Date.now }: PaceOptions,
  startMs: number,
): (hourMs: number) => Promise<void> {
  let [throughMs, movedAtMs] = [startMs, now()];
  const look = async (): Promise<void> => {
    const newest = (await evaluatedThroughMs().catch(() => null)) ?? throughMs;
    if (newest > throughMs) [throughMs, movedAtMs] = [newest, now()];
  };
  return async (hourMs) => {
    if (hourMs < throughMs + AHEAD_MS) movedAtMs = now();
    while (hourMs >= throughMs + AHEAD_MS && now() - movedAtMs < PATIENCE_MS && !signal.aborted) {
      await look();
      if (hourMs >= throughMs + AHEAD_MS) await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}
