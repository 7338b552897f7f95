import normal from '@stdlib/stats-base-dists-normal';

/** normalTail: P(X ≥ z) of a standard normal X; the p-value of a one-sided z-test. */
export const normalTail = (z: number): number => normal.cdf(-z, 0, 1);
