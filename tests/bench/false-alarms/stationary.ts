import { evaluate } from '#libs/monitoring';
import { rules, verdictsOf, type Rule } from './rules.js';
import { randomOf, SERIES, worldOf, type Scenario } from './worlds.js';

export type StationaryRow = {
  readonly scenario: string;
  readonly rule: Rule;
  readonly evaluations: number;
  /** Evaluations with an alarm anywhere; nothing has changed, so this is the false discovery rate too. */
  readonly 'evaluations with a false alarm': number;
  /** Alarms per series and window. */
  readonly 'false alarms per series': number;
  readonly 'FDR, 10 of 100 series moved': number;
};

const MOVED = 10;
const SHIFT = 0.5;

type Tally = { alarmed: number; alarms: number; fdr: number };

/** stationary: worlds × windows evaluations of data in which nothing changes; every tenth window again with ten series moved. */
export function stationary(
  scenario: Scenario,
  { worlds, windows, seed }: { worlds: number; windows: number; seed: number },
): StationaryRow[] {
  const tallies = new Map<Rule, Tally>(rules.map((rule) => [rule, { alarmed: 0, alarms: 0, fdr: 0 }]));
  let [evaluations, mixed] = [0, 0];
  for (let w = 0; w < worlds; w++) {
    const random = randomOf(seed + w);
    const world = worldOf(scenario, random);
    for (let window = 0; window < windows; window++) {
      const isMixed = window % 10 === 9;
      const moved = (series: number, state: { level: number; nulls: number }) =>
        series < MOVED ? { ...state, level: state.level + SHIFT } : state;
      const verdicts = verdictsOf(evaluate(isMixed ? world.next(moved) : world.next()));
      for (const [rule, tally] of tallies) {
        const alarms = verdicts.map((verdict) => verdict[rule]);
        const all = alarms.filter(Boolean).length;
        const wrong = isMixed ? alarms.slice(MOVED).filter(Boolean).length : all;
        if (isMixed) tally.fdr += all === 0 ? 0 : wrong / all;
        else {
          tally.alarmed += all > 0 ? 1 : 0;
          tally.alarms += all;
        }
      }
      if (isMixed) mixed += 1;
      else evaluations += 1;
    }
  }
  return [...tallies].map(([rule, { alarmed, alarms, fdr }]) => ({
    scenario: scenario.name,
    rule,
    evaluations,
    'evaluations with a false alarm': alarmed / evaluations,
    'false alarms per series': alarms / evaluations / SERIES,
    'FDR, 10 of 100 series moved': mixed === 0 ? 0 : fdr / mixed,
  }));
}
