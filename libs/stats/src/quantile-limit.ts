/**
 * quantileLimit: the `probability` quantile of what a metric was over normal chunks, linear between ranks (Hyndman & Fan 1996, type 7, as
 * numpy's default): a limit that this history passed in 1 − probability of its chunks. Needs no shape of distribution, but
 * 100 chunks for the 99th percentile; with fewer it leans on the largest. Null for an empty history or one with a value that is not finite.
 */
export function quantileLimit({
  history,
  probability = 0.99,
}: {
  readonly history: readonly number[];
  readonly probability?: number;
}): number | null {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`probability is ${probability}: it lies in [0, 1]`);
  }
  if (history.length === 0 || !history.every(Number.isFinite)) return null;
  const sorted = [...history].sort((a, b) => a - b);
  const rank = probability * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below] ?? 0;
  const part = rank - below;
  return low * (1 - part) + (sorted[below + 1] ?? low) * part;
}
