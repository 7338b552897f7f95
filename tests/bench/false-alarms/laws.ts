import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { BINS, edges } from './cells.js';

/** Change: what is done to a series: its values are moved by so many standard deviations, so many go missing (null: as many as ever). */
export type Change = { readonly shift: number; readonly nulls: number | null };
export const UNCHANGED: Change = { shift: 0, nulls: null };

/** Share of missing values in normal times. */
export const NULLS = 0.01;

/** Law: shares of missing values and of each bin, for values that lie around a level (in standard deviations). */
export type Law = (level: number) => number[];

const binned = (below: readonly number[]): number[] =>
  [...below, 1].map((share, i) => Math.max(0, share - (below[i - 1] ?? 0)));

/** withNulls: so many of all rows have no value. */
export const withNulls = (shares: readonly number[], nulls: number): number[] => [
  nulls,
  ...shares.map((share) => (1 - nulls) * share),
];

/** normalLaw: a normal variable in 20 bins of equal mass. */
export const normalLaw: Law = (level) => binned(edges.map((edge) => normalCdf(edge, level, 1)));

/** Inner edges of bins that hold from one row in a thousand to one in ten. */
const UNEVEN = [-5, -3, -2, -1.4, -1, -0.7, -0.45, -0.25, -0.1, 0.1, 0.25, 0.4, 0.6, 0.9, 1.3, 2, 3.5, 6];
const ATOM = 0.4;

/** Student's t with 3 degrees of freedom, scaled to the variance 1. */
const heavyCdf = (x: number): number => 0.5 + (x / (1 + x * x) + Math.atan(x)) / Math.PI;

/** mixedLaw: four in ten values are one and the same; the others have heavy tails and bins of unequal mass. */
export const mixedLaw: Law = (level) => {
  const rest = binned(UNEVEN.map((edge) => heavyCdf(edge - level))).map((share) => (1 - ATOM) * share);
  return [...rest.slice(0, BINS / 2), ATOM, ...rest.slice(BINS / 2)];
};
