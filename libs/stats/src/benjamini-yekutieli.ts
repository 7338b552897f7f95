import { benjaminiHochberg } from './benjamini-hochberg.js';

/**
 * benjaminiYekutieli: adjusted p-values as for Benjamini–Hochberg, times Σ 1/i over the family's size, at most 1 (Benjamini &
 * Yekutieli 2001): keeps the expected share of false rejections at or below q however the tests depend on each other, at the
 * price of power (a factor of 5.2 for 100 tests). Throws a RangeError for a p outside [0, 1].
 *
 * @example benjaminiYekutieli([0.01, 0.04, 0.03]) // [0.055, 0.0733, 0.0733]
 */
export function benjaminiYekutieli(ps: readonly number[]): number[] {
  const factor = ps.reduce((total, _, i) => total + 1 / (i + 1), 0);
  return benjaminiHochberg(ps).map((p) => Math.min(1, p * factor));
}
