import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';

/** Random: a seeded generator, uniform on [0, 1). */
export type Random = () => number;

/** randomOf: mulberry32; the same seed gives the same numbers everywhere. */
export function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** gauss: standard normal, from one uniform number. */
export const gauss = (random: Random): number =>
  normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, random())), 0, 1);

/** heavy: Student's t with 3 degrees of freedom, scaled to the variance 1. */
export const heavy = (random: Random): number =>
  gauss(random) / Math.sqrt(gauss(random) ** 2 + gauss(random) ** 2 + gauss(random) ** 2);

/** shuffled: the same things in another order (Fisher & Yates). */
export function shuffled<T>(things: readonly T[], random: Random): T[] {
  const list = [...things];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [list[i] as T, list[j] as T];
    [list[i], list[j]] = [b, a];
  }
  return list;
}
