import { durationMs, type ModelBody } from '#libs/contracts';
import type { SealRule } from '#libs/store';

const DAY_MS = 86_400_000;

/** Rows expire this long after their time at the earliest, and their bucket is sealed a day before. */
const SOONER_MS = 2 * DAY_MS;

const openMs = ({ acceptedLateness, maxLabelWait }: ModelBody): number =>
  durationMs(acceptedLateness) + durationMs(maxLabelWait);

/**
 * sealRule: when buckets of a model are sealed. `history` holds all revisions of its settings, newest first: rows carry the expiry of the
 * revision that they came in under, so a longer wait of today must not let buckets stay open beyond it.
 */
export function sealRule(history: readonly ModelBody[], nowMs: number): SealRule | null {
  const [current] = history;
  if (current === undefined) return null;
  const open = openMs(current);
  const shortest = Math.min(...history.map(({ retention }) => durationMs(retention) - SOONER_MS));
  return {
    nowMs,
    bucketMs: durationMs(current.bucket),
    openMs: open,
    lookAfterMs: Math.max(0, Math.min(open, shortest)),
  };
}
