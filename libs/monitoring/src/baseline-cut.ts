import { durationMs, type MonitorBody, type Window } from '#libs/contracts';
import { countWindows, type BucketRows } from './count-windows.js';
import { windowsBetween } from './windows.js';

const DAY_MS = 86_400_000;
/** More parts than this say nothing more, and their cells would fill the memory. */
const MAX_PARTS = 120;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** thinned: evenly, by a step that meets every part of the day in turn. */
function thinned(parts: readonly Window[], perDay: number): Window[] {
  let step = Math.max(1, Math.ceil(parts.length / MAX_PARTS));
  while (step > 1 && gcd(step, perDay) > 1) step += 1;
  return parts.filter((_, i) => i % step === 0);
}

type Cut = (buckets: readonly BucketRows[]) => Window[];

/**
 * baselineCut: how to cut a baseline into parts like the windows of a monitor, so that limits and evidence know what such windows do when
 * nothing is wrong. Null for daily windows: the days that profiles have anyway. At most 120 parts, over all of the baseline.
 */
export function baselineCut(
  { every, size, rows }: MonitorBody['window'],
  { timeZone, bucket }: { readonly timeZone: string; readonly bucket: string },
): Cut | null {
  const bucketMs = durationMs(bucket);
  if (rows !== null) return (buckets) => thinned(countWindows({ rows, buckets, bucketMs }), 1);
  const [stepMs, steps] = [durationMs(every), durationMs(size ?? every) / durationMs(every)];
  if (stepMs === DAY_MS && steps === 1) return null;
  return (buckets) => {
    const [first, last] = [buckets[0], buckets.at(-1)];
    if (first === undefined || last === undefined) return [];
    const span = { every, size, timeZone, fromMs: first.startMs, toMs: last.startMs + bucketMs };
    // Of windows that overlap, those that follow each other.
    const apart = windowsBetween(span).filter((_, i) => i % steps === 0);
    return thinned(apart, Math.max(1, Math.round(DAY_MS / (stepMs * steps))));
  };
}
