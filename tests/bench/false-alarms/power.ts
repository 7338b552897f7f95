import { UNCHANGED, type Change } from './laws.js';
import { randomOf } from './random.js';
import { rules, verdictsOf, type Rule } from './rules.js';
import type { Scenario } from './worlds.js';

/** NamedChange: what happens to one series of a hundred, from one window on. */
export type NamedChange = Change & { readonly what: string };

export const changes: readonly NamedChange[] = [
  ...[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1].map((shift) => ({
    ...UNCHANGED,
    shift,
    what: `mean + ${shift} σ`,
  })),
  ...[0.02, 0.03, 0.05, 0.1, 0.2].map((nulls) => ({
    ...UNCHANGED,
    nulls,
    what: `${nulls * 100} % missing instead of 1 %`,
  })),
];

export type PowerRow = {
  readonly scenario: string;
  readonly change: string;
  readonly rule: Rule;
  /** Share of the changed windows that alarm for the changed series. */
  readonly power: number;
  /** Windows until the first alarm, itself included; worlds without one within the windows looked at count as one window more. */
  readonly 'mean windows to alarm': number;
};

/** power: in so many worlds one series changes and stays changed for so many windows. */
export function power(
  scenario: Scenario,
  change: NamedChange,
  { worlds, windows, seed }: { worlds: number; windows: number; seed: number },
): PowerRow[] {
  const tallies = new Map(rules.map((rule) => [rule, { alarms: 0, delays: 0 }]));
  let isKnown = false;
  for (let w = 0; w < worlds; w++) {
    const world = scenario.world(randomOf(seed + w));
    const verdicts = Array.from({ length: windows }, () => {
      const observed = world.next((series) => (series === 0 ? change : UNCHANGED));
      isKnown ||= observed.oracle.some((p) => p !== null);
      return verdictsOf(observed)[0];
    });
    for (const [rule, tally] of tallies) {
      const alarms = verdicts.map((verdict) => verdict?.[rule] === true);
      const first = alarms.indexOf(true);
      tally.alarms += alarms.filter(Boolean).length;
      tally.delays += first < 0 ? windows + 1 : first + 1;
    }
  }
  return [...tallies]
    .filter(([rule]) => isKnown || rule !== 'who knows the generator')
    .map(([rule, { alarms, delays }]) => ({
      scenario: scenario.name,
      change: change.what,
      rule,
      power: alarms / worlds / windows,
      'mean windows to alarm': delays / worlds,
    }));
}
