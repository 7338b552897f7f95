/** A count that took longer than this is worth keeping. */
const COSTLY_MS = 1_000;
/** It is kept for this many times as long as it took, so that counting takes at most a tenth of the time, however often one asks. */
const KEPT_FACTOR = 10;

type Count<T> = { counted: Promise<T>; keptUntilMs: number };

/**
 * costlyCounts: shares a running count among all who ask for it, and a finished one, when it was costly, with those who ask soon after. What
 * is quick is counted each time. A count that failed is forgotten. `now` is a clock in ms.
 */
export function costlyCounts<T>(
  count: (project: string) => Promise<T>,
  now: () => number = performance.now.bind(performance),
): (project: string) => Promise<T> {
  const counts = new Map<string, Count<T>>();
  return (project) => {
    const known = counts.get(project);
    if (known !== undefined && now() < known.keptUntilMs) return known.counted;
    const startedMs = now();
    const made: Count<T> = { counted: count(project), keptUntilMs: Infinity };
    counts.set(project, made);
    made.counted.then(
      () => {
        const tookMs = now() - startedMs;
        made.keptUntilMs = tookMs < COSTLY_MS ? 0 : now() + tookMs * KEPT_FACTOR;
      },
      () => {
        made.keptUntilMs = 0;
      },
    );
    return made.counted;
  };
}
