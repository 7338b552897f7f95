import { logFactorial } from './log-factorial.js';
import { toShares } from './shares.js';

/** Random: a seeded generator, uniform on [0, 1). */
export type Random = () => number;

/**
 * binomial: one draw of the number of successes in n rows, by inversion from the mode outwards (Devroye, Non-Uniform Random Variate
 * Generation, X.1): exact up to rounding, in about √(n·p·(1 − p)) steps and from one uniform number.
 */
function binomial(random: Random, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const atMode = Math.exp(
    logFactorial(n) -
      logFactorial(mode) -
      logFactorial(n - mode) +
      mode * Math.log(p) +
      (n - mode) * Math.log1p(-p),
  );
  let left = random() - atMode;
  let [down, up, low, high] = [atMode, atMode, mode, mode];
  while (left > 0) {
    down *= low / ((n - low + 1) * odds);
    up *= ((n - high) / (high + 1)) * odds;
    // Both sides have run dry: what is left is rounding.
    if (!(down > 0 || up > 0)) return mode;
    if (up > 0) {
      high++;
      if ((left -= up) <= 0) return high;
    }
    if (down > 0) {
      low--;
      if ((left -= down) <= 0) return low;
    }
  }
  return mode;
}

/**
 * multinomial: counts of `rows` independent rows over cells with the shares of `cells`, drawn cell by cell from binomials. The same
 * generator state gives the same counts. Null when `cells` is empty or all zero. Throws a RangeError for rows that are no whole number.
 */
export function multinomial({
  cells,
  rows,
  random,
}: {
  readonly cells: readonly number[];
  readonly rows: number;
  readonly random: Random;
}): number[] | null {
  if (!Number.isSafeInteger(rows) || rows < 0)
    throw new RangeError(`rows is ${rows}: a whole number, not negative`);
  const shares = toShares(cells);
  if (shares === null) return null;
  const last = shares.findLastIndex((share) => share > 0);
  let [left, rest] = [rows, 1];
  return shares.map((share, i) => {
    const count = i === last ? left : binomial(random, left, Math.min(1, share / rest));
    left -= count;
    rest = Math.max(rest - share, Number.MIN_VALUE);
    return count;
  });
}
