import type { Window } from '#libs/contracts';

/** BucketRows: how many rows a bucket holds. */
export type BucketRows = { readonly startMs: number; readonly rows: number };

/**
 * countWindows: windows of at least `rows` rows: each ends with the first bucket that brings it there, and the next one begins where it
 * ended. Windows in `frozen` have been evaluated and keep their bounds, whatever has arrived for them since; what came too late for
 * the first of them belongs to none. What does not fill a window yet is left out. Buckets in order of time.
 */
export function countWindows({
  rows,
  buckets,
  bucketMs,
  frozen = [],
}: {
  readonly rows: number;
  readonly buckets: readonly BucketRows[];
  readonly bucketMs: number;
  readonly frozen?: readonly Window[];
}): Window[] {
  const windows = frozen
    .map(({ startMs, endMs }) => ({ startMs, endMs }))
    .sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs);
  let startMs = windows.at(-1)?.endMs ?? buckets[0]?.startMs ?? 0;
  let count = 0;
  for (const bucket of buckets) {
    if (bucket.startMs < startMs) continue;
    count += bucket.rows;
    if (count < rows) continue;
    const endMs = bucket.startMs + bucketMs;
    windows.push({ startMs, endMs });
    [startMs, count] = [endMs, 0];
  }
  return windows;
}
