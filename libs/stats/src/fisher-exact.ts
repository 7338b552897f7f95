/** FourCells: rows of two kinds in two samples. */
export type FourCells = {
  readonly baseline: { readonly rare: number; readonly rest: number };
  readonly window: { readonly rare: number; readonly rest: number };
};

/** Two probabilities this close are the same one but for rounding. */
const SAME = 1 + 1e-7;

/**
 * fisherExact: two-sided p of Fisher's exact test that both samples hold the rare kind equally often: the total probability, under the
 * hypergeometric distribution given all totals, of tables that are no more likely than the one seen. Holds its level however
 * small the counts are; conservative. Takes time in proportion to the smallest total.
 * Counts are whole numbers. Null when a sample or a kind is empty: then only one table is possible.
 */
export function fisherExact({ baseline, window }: FourCells): number | null {
  const size = window.rare + window.rest;
  const rare = baseline.rare + window.rare;
  const rest = baseline.rest + window.rest;
  if (size === 0 || baseline.rare + baseline.rest === 0 || rare === 0 || rest === 0) return null;
  const [first, last] = [Math.max(0, size - rest), Math.min(size, rare)];
  // Neighbouring probabilities have a simple ratio; logarithms, because their product leaves the range of numbers.
  const logs = [0];
  for (let k = first; k < last; k++) {
    const ratio = ((rare - k) / (k + 1)) * ((size - k) / (rest - size + k + 1));
    logs.push((logs.at(-1) ?? 0) + Math.log(ratio));
  }
  const highest = logs.reduce((a, b) => Math.max(a, b));
  const weights = logs.map((log) => Math.exp(log - highest));
  const seen = (weights[window.rare - first] ?? 0) * SAME;
  const [all, unlikely] = [weights, weights.filter((weight) => weight <= seen)].map((list) =>
    list.reduce((a, b) => a + b, 0),
  );
  return Math.min(1, (unlikely ?? 0) / (all ?? 1));
}
