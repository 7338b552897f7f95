import { chiSquared, poolRare, type ChiSquared, type Column } from './chi-squared-two-sample.js';
import { fisherExact } from './fisher-exact.js';
import { sum, type TwoSamples } from './shares.js';

/** Homogeneity: the chi-squared test over the large cells (null when fewer than two are), the exact one over what is rare (null when nothing is), and p over all cells. */
export type Homogeneity = { chiSquared: ChiSquared | null; rare: number | null; p: number };

/** eitherOf: p of two tests of one question (Bonferroni); of the one that there is. Null when there is none. */
export const eitherOf = (common: number | null, rare: number | null): number | null =>
  common === null || rare === null ? (common ?? rare) : Math.min(1, 2 * Math.min(common, rare));

/** rareTest: are rows of rare cells more (or less) common in one sample? On n / deff rows, as whole numbers. */
function rareTest([b, w]: Column, { baseline, window }: TwoSamples, deff: number): number | null {
  const cells = (rare: number, all: number) => ({
    rare: Math.round(rare / deff),
    rest: Math.round((all - rare) / deff),
  });
  return fisherExact({ baseline: cells(b, sum(baseline)), window: cells(w, sum(window)) });
}

/**
 * homogeneityTest: whether two samples come from one distribution over k cells, also when some cells are all but empty in one of
 * them. The chi-squared test pools such cells, and would never see a value that is new in a window much smaller than the
 * baseline; so what stays rare after pooling is tested by itself with Fisher's exact test, and p is twice the lower of both
 * (Bonferroni). Without rare cells this is {@link chiSquaredTwoSample}; with one large cell only, the exact test alone.
 * Null when a sample is empty or all rows lie in one cell: then there is nothing to test.
 */
export function homogeneityTest({
  deff = 1,
  ...samples
}: TwoSamples & { readonly deff?: number }): Homogeneity | null {
  const pooled = poolRare(samples);
  if (pooled === null) return null;
  const common = chiSquared(pooled.columns, deff);
  const rare = pooled.rare === null ? null : rareTest(pooled.rare, samples, deff);
  const p = eitherOf(common?.p ?? null, rare);
  return p === null ? null : { chiSquared: common, rare, p };
}
