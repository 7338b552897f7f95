import { SERIES } from './cells.js';
import { UNCHANGED } from './laws.js';
import { randomOf } from './random.js';
import { rules, verdictsOf, type Rule } from './rules.js';
import type { Changes, Scenario } from './worlds.js';

export type StationaryRow = {
  readonly scenario: string;
  readonly rule: Rule;
  readonly evaluations: number;
  /** Evaluations with an alarm anywhere; nothing has changed, so this is the false discovery rate too. */
  readonly 'evaluations with a false alarm': number;
  /** Of that rate, from how it differs from one baseline to the next: evaluations of one baseline resemble each other. */
  readonly 'standard error': number;
  /** Alarms per series and window. */
  readonly 'false alarms per series': number;
  readonly 'FDR, 10 of 100 series moved': number;
};

const MOVED = 10;
const SHIFT = 0.5;
const someMoved: Changes = (series) => (series < MOVED ? { ...UNCHANGED, shift: SHIFT } : UNCHANGED);

type Tally = { alarmed: number[]; alarms: number; fdr: number };

/** standardError: of the mean of what was seen in each world. */
function standardError(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** stationary: worlds × windows evaluations of data in which nothing changes; every tenth window again with ten series moved. */
export function stationary(
  scenario: Scenario,
  { worlds, windows, seed }: { worlds: number; windows: number; seed: number },
): StationaryRow[] {
  const tallies = new Map<Rule, Tally>(
    rules.map((rule) => [rule, { alarmed: Array<number>(worlds).fill(0), alarms: 0, fdr: 0 }]),
  );
  let [evaluations, mixed, isKnown] = [0, 0, false];
  for (let w = 0; w < worlds; w++) {
    const world = scenario.world(randomOf(seed + w));
    for (let window = 0; window < windows; window++) {
      const isMixed = window % 10 === 9;
      const observed = isMixed ? world.next(someMoved) : world.next();
      isKnown ||= observed.oracle.some((p) => p !== null);
      const verdicts = verdictsOf(observed);
      for (const [rule, tally] of tallies) {
        const alarms = verdicts.map((verdict) => verdict[rule]);
        const all = alarms.filter(Boolean).length;
        const wrong = isMixed ? alarms.slice(MOVED).filter(Boolean).length : all;
        if (isMixed) tally.fdr += all === 0 ? 0 : wrong / all;
        else {
          tally.alarmed[w] = (tally.alarmed[w] ?? 0) + (all > 0 ? 1 : 0);
          tally.alarms += all;
        }
      }
      if (isMixed) mixed += 1;
      else evaluations += 1;
    }
  }
  return [...tallies]
    .filter(([rule]) => isKnown || rule !== 'who knows the generator')
    .map(([rule, { alarmed, alarms, fdr }]) => {
      const rates = alarmed.map((count) => (count * worlds) / evaluations);
      return {
        scenario: scenario.name,
        rule,
        evaluations,
        'evaluations with a false alarm': rates.reduce((sum, rate) => sum + rate, 0) / worlds,
        'standard error': standardError(rates),
        'false alarms per series': alarms / evaluations / SERIES,
        'FDR, 10 of 100 series moved': mixed === 0 ? 0 : fdr / mixed,
      };
    });
}
