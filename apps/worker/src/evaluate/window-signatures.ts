import type { Window } from '#libs/contracts';

/** A bucket and the number of its newest profile run; numbers only grow. */
export type BucketRun = { startMs: number; run: bigint };

/**
 * windowSignatures: one text per window that changes whenever a bucket in it was profiled again or for the first time. Windows and
 * runs in order of time; windows do not overlap.
 */
export function windowSignatures(windows: readonly Window[], runs: readonly BucketRun[]): string[] {
  let at = 0;
  return windows.map(({ startMs, endMs }) => {
    let [buckets, sum] = [0, 0n];
    for (; at < runs.length; at += 1) {
      const bucket = runs[at];
      if (bucket === undefined || bucket.startMs >= endMs) break;
      if (bucket.startMs < startMs) continue;
      buckets += 1;
      sum += bucket.run;
    }
    return `${buckets}:${sum}`;
  });
}
