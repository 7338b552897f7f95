import { totalVariation } from '../total-variation.js';
import { checkImportances, type Importances } from './ndcg.js';

/** ShareChange: the part of all importance that one feature has, then and now. */
export type ShareChange = { readonly baseline: number; readonly window: number; readonly change: number };

/** ImportanceShares: `drift` in [0, 1] is the part of importance that has moved to other features. */
export type ImportanceShares = { readonly drift: number; readonly features: readonly ShareChange[] };

/** sharesOf: relative to the largest first, so that the sum cannot overflow. */
function sharesOf(importances: readonly number[]): number[] | null {
  const largest = importances.reduce((a, b) => Math.max(a, b), 0);
  if (!(largest > 0)) return null;
  const scaled = importances.map((value) => value / largest);
  const total = scaled.reduce((a, b) => a + b, 0);
  return scaled.map((value) => value / total);
}

/**
 * importanceShares: how the importance of features is divided, as shares that sum to 1, and the total variation distance between then and
 * now: sees changes of magnitude that keep the ranking, which {@link ndcg} does not. Blind to a common factor (another unit of the output).
 * Null without features or when all importances of one side are 0. Throws a RangeError like `ndcg`.
 */
export function importanceShares(importances: Importances): ImportanceShares | null {
  checkImportances(importances);
  const [before, now] = [sharesOf(importances.baseline), sharesOf(importances.window)];
  if (before === null || now === null) return null;
  const features = before.map((baseline, i) => {
    const window = now[i] ?? 0;
    return { baseline, window, change: window - baseline };
  });
  return { drift: totalVariation({ baseline: before, window: now }) ?? 0, features };
}
