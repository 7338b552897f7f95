import { evaluate } from '#libs/monitoring';
import { rules, verdictsOf, type Rule } from './rules.js';
import { randomOf, worldOf, type Scenario, type State } from './worlds.js';

/** Change: what happens to one series of a hundred, from one window on. */
export type Change = { readonly what: string; readonly apply: (state: State) => State };

const shifted = (by: number): Change => ({
  what: `mean + ${by} σ`,
  apply: (state) => ({ ...state, level: state.level + by }),
});
const missing = (nulls: number): Change => ({
  what: `${nulls * 100} % missing instead of 1 %`,
  apply: (state) => ({ ...state, nulls }),
});

export const changes: readonly Change[] = [
  ...[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1].map(shifted),
  ...[0.02, 0.03, 0.05, 0.1, 0.2].map(missing),
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
  change: Change,
  { worlds, windows, seed }: { worlds: number; windows: number; seed: number },
): PowerRow[] {
  const tallies = new Map(rules.map((rule) => [rule, { alarms: 0, delays: 0 }]));
  for (let w = 0; w < worlds; w++) {
    const world = worldOf(scenario, randomOf(seed + w));
    const verdicts = Array.from({ length: windows }, () => {
      const input = world.next((series, state) => (series === 0 ? change.apply(state) : state));
      return verdictsOf(evaluate(input))[0];
    });
    for (const [rule, tally] of tallies) {
      const alarms = verdicts.map((verdict) => verdict?.[rule] === true);
      const first = alarms.indexOf(true);
      tally.alarms += alarms.filter(Boolean).length;
      tally.delays += first < 0 ? windows + 1 : first + 1;
    }
  }
  return [...tallies].map(([rule, { alarms, delays }]) => ({
    scenario: scenario.name,
    change: change.what,
    rule,
    power: alarms / worlds / windows,
    'mean windows to alarm': delays / worlds,
  }));
}
