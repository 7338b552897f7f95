import { gauss, heavy, type Random } from './random.js';

/** Step: where a series lies in one window, where it is expected to lie, and how far it strays from that (standard deviation). */
export type Step = { readonly level: number; readonly expected: number; readonly sd: number };

/** Course: how one series goes on from window to window; each call is the next window. */
export type Course = () => Step;

/** Standard deviation of what days differ by: three times what chance does to the mean of 1,000 rows. */
const WANDERING = 0.1;

/** level: nothing changes. */
export const level = (): Course => () => ({ level: 0, expected: 0, sd: 0 });

/** autoregressive: AR(1) of unit variance, started in its stationary state. */
function autoregressive(phi: number, random: Random): () => number {
  let state = gauss(random);
  const innovation = Math.sqrt(1 - phi * phi);
  return () => (state = phi * state + innovation * gauss(random));
}

const around = (next: () => number, sd = WANDERING): Course => {
  return () => ({ level: sd * next(), expected: 0, sd });
};

/** wandering: AR(1). */
export const wandering =
  (phi: number, sd = WANDERING) =>
  (random: Random): Course =>
    around(autoregressive(phi, random), sd);

/** arma: ARMA(1, 1): part of a day's deviation is its own, the rest decays slowly. */
export const arma =
  (phi: number, theta: number) =>
  (random: Random): Course => {
    const sd = Math.sqrt((1 + 2 * phi * theta + theta * theta) / (1 - phi * phi));
    let [state, last] = [0, gauss(random)];
    const next = () => {
      const shock = gauss(random);
      state = phi * state + shock + theta * last;
      last = shock;
      return state / sd;
    };
    for (let i = 0; i < 50; i++) next();
    return around(next);
  };

/** longMemory: a sum of autoregressions whose memories differ by orders of magnitude (Granger 1980). */
export const longMemory =
  (phis: readonly number[]) =>
  (random: Random): Course => {
    const parts = phis.map((phi) => autoregressive(phi, random));
    return around(() => parts.reduce((sum, part) => sum + part(), 0) / Math.sqrt(parts.length));
  };

/** heavyDays: every day strays for itself, some of them far (Student's t, 3 df). */
export const heavyDays = (random: Random): Course => around(() => heavy(random));

/** cyclic: the same levels over and over; what comes on top (nothing, as a rule) has its own course. */
export const cyclic =
  (levels: readonly number[], rest: (random: Random) => Course = level) =>
  (random: Random): Course => {
    const other = rest(random);
    let at = -1;
    return () => {
      at = (at + 1) % levels.length;
      const step = other();
      const expected = levels[at] ?? 0;
      return { ...step, level: expected + step.level, expected };
    };
  };
