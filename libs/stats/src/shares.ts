/** TwoSamples: counts (or shares) of two samples over the same cells, in the same order. */
export type TwoSamples = { readonly baseline: readonly number[]; readonly window: readonly number[] };

/** sum: plain sum; small helper so that every statistic totals its cells the same way. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * toShares: counts divided by their total, or null when the total is 0 (an empty sample has no distribution).
 * Throws a RangeError for negative or non-finite counts: those are a bug of the caller, not data.
 */
export function toShares(counts: readonly number[]): number[] | null {
  const bad = counts.findIndex((count) => !(count >= 0 && count < Infinity));
  if (bad >= 0)
    throw new RangeError(`cell ${bad} is ${String(counts[bad])}: counts are finite and not negative`);
  const total = sum(counts);
  return total > 0 ? counts.map((count) => count / total) : null;
}

/** Pair: the shares of one cell. */
export type Pair = readonly [baseline: number, window: number];

/**
 * sharePairs: both samples as shares, cell by cell; null when one of them is empty.
 * Throws a RangeError when the samples do not have the same cells.
 */
export function sharePairs({ baseline, window }: TwoSamples): Pair[] | null {
  if (baseline.length !== window.length) {
    throw new RangeError(
      `baseline has ${baseline.length} cells, window ${window.length}: they must be the same`,
    );
  }
  const [before, now] = [toShares(baseline), toShares(window)];
  if (before === null || now === null) return null;
  return before.map((share, i) => [share, now[i] ?? 0]);
}
