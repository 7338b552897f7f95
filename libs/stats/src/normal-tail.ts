import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

/** normalTail: P(X ≥ z) of a standard normal X; the p-value of a one-sided z-test. */
export const normalTail = (z: number): number => normalCdf(-z, 0, 1);
