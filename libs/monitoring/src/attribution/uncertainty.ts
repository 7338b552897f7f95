import { importanceShares, ndcg, normalTail } from '#libs/stats';
import { seeded } from '../random.js';
import type { Importance } from './importance.js';

/** Ranked: importances of the same features in the same order, with errors that deff is in already. */
export type Ranked = { readonly baseline: readonly Importance[]; readonly window: readonly Importance[] };

/** Decided: p, and the interval in which most draws lie. */
export type Decided = { readonly p: number; readonly low: number; readonly high: number };

const DRAWS = 400;
const SEED = 7;
const Z = 1.959963984540054;

/** normals: standard normal numbers (Box–Muller). */
function normals(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const values = (importances: readonly Importance[]): number[] => importances.map(({ value }) => value);

/**
 * ndcgChance: p that the ranking's NDCG is not below the limit, by a parametric bootstrap: every importance is drawn anew from a normal
 * distribution around what was seen, both sides, features independently. (Sums of attributions are all that is kept, so rows
 * cannot be drawn; features of one row are dependent, which makes their order a little surer than this says.) NDCG has no null
 * value other than its end point 1, so that the limit itself is what is tested. Where no draw reaches the limit, p is the tail
 * of a normal distribution through the draws. Null without a value.
 */
export function ndcgChance({ baseline, window }: Ranked, limit: number): Decided | null {
  const normal = normals(seeded(SEED));
  const drawn = (side: readonly Importance[]) =>
    side.map(({ value, se }) => Math.max(0, value + se * normal()));
  const draws = Array.from({ length: DRAWS }, () =>
    ndcg({ baseline: drawn(baseline), window: drawn(window) }),
  )
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  if (draws.length === 0) return null;
  const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
  const sd = Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length);
  const reached = draws.filter((value) => value >= limit).length / draws.length;
  const tail = sd > 0 ? normalTail((limit - mean) / sd) : 0;
  const at = (part: number) => draws[Math.round(part * (draws.length - 1))] ?? mean;
  return { p: reached > 0 ? reached : tail, low: at(0.025), high: at(0.975) };
}

/** shareError: standard error of every feature's share of the sum, by the delta method: own and others' errors pull in opposite directions. */
function shareErrors(importances: readonly Importance[]): number[] {
  const total = values(importances).reduce((a, b) => a + b, 0);
  const variance = importances.reduce((sum, { se }) => sum + se * se, 0);
  return importances.map(({ value, se }) => {
    const share = total > 0 ? value / total : 0;
    const own = (1 - share) ** 2 * se * se;
    return total > 0 ? Math.sqrt(own + share * share * (variance - se * se)) / total : 0;
  });
}

/** ShareMove: a feature's share of all importance then and now, with p of no change and the interval of the share now. */
export type ShareMove = Decided & { readonly before: number; readonly now: number };

/** shareMoves: by feature; null when one side has no importance at all. */
export function shareMoves({ baseline, window }: Ranked): ShareMove[] | null {
  const shares = importanceShares({ baseline: values(baseline), window: values(window) });
  if (shares === null) return null;
  const [before, now] = [shareErrors(baseline), shareErrors(window)];
  return shares.features.map(({ baseline: then, window: share, change }, index) => {
    const own = now[index] ?? 0;
    const se = Math.hypot(before[index] ?? 0, own);
    const p = se > 0 ? Math.min(1, 2 * normalTail(Math.abs(change) / se)) : change === 0 ? 1 : 0;
    return {
      before: then,
      now: share,
      p,
      low: Math.max(0, share - Z * own),
      high: Math.min(1, share + Z * own),
    };
  });
}
