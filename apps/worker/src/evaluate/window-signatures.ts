import type { Window } from '#libs/contracts';

/** A bucket and the number of its newest profile run; numbers only grow. */
export type BucketRun = { startMs: number; run: bigint };

/** firstAt: position of the first run that starts at or after an instant. */
function firstAt(runs: readonly BucketRun[], atMs: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.startMs ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** windowSignatures: one text per window that changes whenever a bucket in it was profiled again or for the first time. Runs in order of time; windows may overlap. */
export function windowSignatures(windows: readonly Window[], runs: readonly BucketRun[]): string[] {
  const sums = [0n];
  for (const { run } of runs) sums.push((sums.at(-1) ?? 0n) + run);
  return windows.map(({ startMs, endMs }) => {
    const [from, to] = [firstAt(runs, startMs), firstAt(runs, endMs)];
    return `${to - from}:${(sums[to] ?? 0n) - (sums[from] ?? 0n)}`;
  });
}
