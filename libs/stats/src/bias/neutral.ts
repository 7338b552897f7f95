/** BiasScale: a difference is neutral at 0; a ratio at 1, and twice is as far as half. */
export type BiasScale = 'difference' | 'ratio';

/** Ratios outside of [1e-6, 1e6] count as these, so that a ratio of 0 has a finite distance. */
const LARGEST_LOG = Math.log(1e6);

/** toNeutral: the value moved so that 0 is neutral: itself, or its logarithm. */
export function toNeutral(value: number, scale: BiasScale): number {
  if (scale === 'difference') return value;
  if (!(value >= 0)) throw new RangeError(`a ratio of ${value}: it is not negative`);
  return Math.max(-LARGEST_LOG, Math.min(LARGEST_LOG, Math.log(value)));
}

/**
 * distanceFromNeutral: |value| of a difference, |ln value| of a ratio. A live value drifts when this grows: DI from 0.9 to 0.5 does, from 0.5 to
 * 0.9 does not, although the second is farther from 0, which is what SageMaker Model Monitor compares.
 */
export const distanceFromNeutral = (value: number, scale: BiasScale): number =>
  Math.abs(toNeutral(value, scale));
