import type { Limits } from './wilson.js';

/** Estimate: a value with its own interval. */
export type Estimate = Limits & { readonly value: number };

/**
 * moverDifference: interval of first − second for independent estimates with intervals of their own, by recovering each one's variance
 * at the limit that matters (MOVER; Zou & Donner 2008). With Wilson's intervals this is Newcombe's method. Keeps the skewness that
 * value ± z·se loses.
 */
export function moverDifference(first: Estimate, second: Estimate): Limits {
  const difference = first.value - second.value;
  return {
    low: difference - Math.hypot(first.value - first.low, second.high - second.value),
    high: difference + Math.hypot(first.high - first.value, second.value - second.low),
  };
}
