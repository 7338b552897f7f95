/** Limits: an interval; both ends are finite. */
export type Limits = { low: number; high: number };

/**
 * wilson: score interval of one share of n rows (Wilson 1927), `z` standard deviations wide. n may be a part number: n / deff rows.
 * Stays in [0, 1] and holds its level for shares near the ends, where share ± z·se does not.
 */
export function wilson(share: number, n: number, z: number): Limits {
  const middle = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
}
