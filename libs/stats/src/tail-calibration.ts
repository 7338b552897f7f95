/** Tails: small p values that are known to come from data in which nothing has changed, of so many in all. */
export type Tails = { readonly small: readonly number[]; readonly of: number };

/** Calibration: what a p value is worth, given what such values do when nothing has changed; never less than it says. */
export type Calibration = (p: number) => number;

/**
 * tailCalibration: corrects p values whose distribution has other tails than was assumed (days that stray farther than normal ones, say) by
 * what the same test gives where nothing has changed. Below the k-th smallest of n such values their distribution is taken to
 * be a power of p, with the exponent of Hill (1975), at most 1; k is the root of n, as is customary. The exponent starts from
 * one pseudo-observation that says 1. Too few values, or none that are small, leave p as it is.
 */
export function tailCalibration(tails: readonly Tails[]): Calibration {
  const of = tails.reduce((total, one) => total + one.of, 0);
  const k = Math.ceil(Math.sqrt(of));
  const smallest = tails.flatMap(({ small }) => small).sort((a, b) => a - b);
  const edge = smallest[k];
  if (k < 2 || edge === undefined || !(edge > 0)) return (p) => p;
  const beyond = smallest.slice(0, k).map((p) => Math.log(edge / Math.max(p, Number.MIN_VALUE)));
  const exponent = Math.min(1, (k + 1) / (beyond.reduce((total, one) => total + one, 0) + 1));
  return (p) => (p >= edge ? p : Math.max(p, (k / of) * (p / edge) ** exponent));
}
