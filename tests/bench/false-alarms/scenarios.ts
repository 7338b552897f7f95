import { multinomial } from '#libs/stats';
import { cyclic, level, wandering } from './courses.js';
import { normalLaw } from './laws.js';
import { worldOf, type Draw, type Generator, type Scenario } from './worlds.js';

export const DAY_ROWS = 1_000;

/** independentRows: a multinomial draw. */
export const independentRows: Draw = (cells, rows, random) => multinomial({ cells, rows, random }) ?? [];

/** always: the same numbers of rows over and over. */
export const always =
  (...rows: readonly number[]): Generator['rows'] =>
  () => {
    let at = -1;
    return () => rows[(at = (at + 1) % rows.length)] ?? 0;
  };

/** daily: a month of days with 1,000 rows of a normal variable. */
export const daily: Generator = {
  every: 'P1D',
  baselineWindows: 30,
  rows: always(DAY_ROWS),
  course: level,
  law: normalLaw,
  draw: independentRows,
  isKnown: true,
};

/** scenarioOf: a generator with a name. */
export const scenarioOf = (name: string, what: string, generator: Generator): Scenario => ({
  name,
  what,
  world: (random) => worldOf(generator, random),
});

/** scenarios: those that were looked at while the evidence was made. */
export const scenarios: readonly Scenario[] = [
  scenarioOf('independent', '30 days of 1,000 independent rows, daily windows', daily),
  scenarioOf('autocorrelated', 'the same, the mean of a day wanders by 0.1 σ (AR(1), 0.7)', {
    ...daily,
    course: wandering(0.7),
  }),
  scenarioOf(
    'daily cycle',
    '30 days, windows of 6 hours with 300, 600, 900 and 600 rows, means −0.3, 0, 0.3 and 0 σ',
    {
      ...daily,
      every: 'PT6H',
      baselineWindows: 120,
      rows: always(300, 600, 900, 600),
      course: cyclic([-0.3, 0, 0.3, 0]),
    },
  ),
];
