/**
 * benjaminiHochberg: adjusted p-values in the order of the input: min over j ≥ rank of p(j)·m / j, at most 1
 * (Benjamini & Hochberg 1995, as adjusted values by Yekutieli & Benjamini 1999). Rejecting where the result is ≤ q keeps the
 * expected share of false rejections at or below q for independent or positively dependent tests.
 * An empty family gives an empty list. Throws a RangeError for a p outside [0, 1].
 *
 * @example benjaminiHochberg([0.01, 0.04, 0.03]) // [0.03, 0.04, 0.04]
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const bad = ps.findIndex((p) => !(p >= 0 && p <= 1));
  if (bad >= 0) throw new RangeError(`p ${bad} is ${String(ps[bad])}: it lies in [0, 1]`);
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(ps.length);
  let lowest = 1;
  order.forEach(({ p, index }, i) => {
    lowest = Math.min(lowest, (p * ps.length) / (ps.length - i));
    adjusted[index] = lowest;
  });
  return adjusted;
}
