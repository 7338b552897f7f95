import { mean, standardDeviation } from 'simple-statistics';

/**
 * deviationLimit: mean + `factor` × population standard deviation of what a metric was over normal chunks (Shewhart's control
 * limit): above it a value is unusual for this history. Null for an empty history and for sums that overflow.
 */
export function deviationLimit({
  history,
  factor = 3,
}: {
  readonly history: readonly number[];
  readonly factor?: number;
}): number | null {
  if (history.length === 0) return null;
  const limit = mean([...history]) + factor * standardDeviation([...history]);
  return Number.isFinite(limit) ? limit : null;
}
