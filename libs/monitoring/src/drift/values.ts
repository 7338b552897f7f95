import { meanShift, quantileShift, stdRatio, wasserstein } from '#libs/stats';
import type { Measured } from '../draft.js';
import { momentsOf, numericSides, present, type Sides } from './sides.js';

const NO_SPREAD = 'the sums of the values do not give a spread';
const CONSTANT = 'the baseline is constant: there is no spread to measure in';
/** Quantile of the standard normal distribution for a 95 % interval. */
const Z95 = 1.959964;

const stdOf = (sides: Sides): number | null => momentsOf(numericSides(sides).baseline)?.std ?? null;

/** rawWasserstein: in units of the values. */
export function rawWasserstein(sides: Sides): Measured {
  const { baseline, window, binning } = numericSides(sides);
  const result = wasserstein({ edges: binning.edges, max: binning.max, baseline, window });
  if (result === null) return { value: null, whyNot: 'the sums of the values overflow' };
  const { distance, resolution } = result;
  return { value: distance, resolution, atLeast: distance - resolution };
}

/** scaledWasserstein: in standard deviations of the baseline. */
export function scaledWasserstein(sides: Sides): Measured {
  const { value: distance, resolution: error = 0 } = rawWasserstein(sides);
  const std = stdOf(sides);
  if (distance === null || std === null) return { value: null, whyNot: NO_SPREAD };
  if (std === 0) return { value: distance === 0 ? 0 : null, whyNot: CONSTANT };
  const [value, resolution] = [distance / std, error / std];
  return Number.isFinite(value) && Number.isFinite(resolution)
    ? { value, resolution, atLeast: value - resolution }
    : { value: null, whyNot: NO_SPREAD };
}

/** meanDrift: signed, in standard deviations of the baseline, with the interval that its sampling error gives. */
export function meanDrift(sides: Sides): Measured {
  const { baseline, window } = numericSides(sides);
  const [before, now] = [momentsOf(baseline), momentsOf(window)];
  const value = meanShift({ baseline: before, window: now });
  const whyNot = before?.std === 0 ? CONSTANT : NO_SPREAD;
  if (value === null || before === null || now === null) return { value: null, whyNot };
  if (!(before.std !== null && before.std > 0 && now.std !== null)) return { value, whyNot };
  const ratio = now.std / before.std;
  const variance = 1 / present(baseline) + (ratio * ratio) / present(window);
  const margin = Z95 * Math.sqrt(sides.deff * variance);
  return {
    value,
    whyNot,
    ...(Number.isFinite(margin) && { interval: { low: value - margin, high: value + margin } }),
  };
}

/** stdDrift: ln(std_w / std_b): a halving is as far from 0 as a doubling. */
export function stdDrift(sides: Sides): Measured {
  const { baseline, window } = numericSides(sides);
  const ratio = stdRatio({ baseline: momentsOf(baseline), window: momentsOf(window) });
  if (ratio === null) return { value: null, whyNot: NO_SPREAD };
  return ratio > 0
    ? { value: Math.log(ratio) }
    : { value: null, whyNot: 'the window is constant: its spread is infinitely smaller' };
}

const PROBABILITIES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** quantileDrift: of five quantiles the one that moved furthest, signed, in standard deviations of the baseline. */
export function quantileDrift(sides: Sides): Measured {
  const { baseline, window, binning } = numericSides(sides);
  const std = stdOf(sides);
  if (std === null) return { value: null, whyNot: NO_SPREAD };
  const { edges, max } = binning;
  const shifts = PROBABILITIES.map((probability) =>
    quantileShift({ edges, max, baseline, window, probability }),
  );
  const [first, ...others] = shifts.filter((shift) => shift !== null);
  if (first === undefined) return { value: null, whyNot: 'the bins give no quantiles' };
  const worst = others.reduce((a, b) => (Math.abs(b.shift) > Math.abs(a.shift) ? b : a), first);
  if (worst.shift === 0) return { value: 0, resolution: 0 };
  if (std === 0) return { value: null, whyNot: CONSTANT };
  const [value, resolution] = [worst.shift / std, worst.resolution / std];
  if (!Number.isFinite(value) || !Number.isFinite(resolution)) return { value: null, whyNot: NO_SPREAD };
  return { value, resolution };
}
