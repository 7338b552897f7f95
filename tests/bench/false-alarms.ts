import { changes, power } from './false-alarms/power.js';
import { stationary } from './false-alarms/stationary.js';
import { scenarios } from './false-alarms/worlds.js';
import type { BenchRow } from './services.js';

const SEED = 20_260_131;
/** 10,000 evaluations of 100 series per scenario, nine in ten of data in which nothing changes. */
const STATIONARY = { worlds: 100, windows: 112, seed: SEED };
const POWER = { worlds: 30, windows: 8, seed: SEED + 10_000 };

const rounded = (row: object): BenchRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toFixed(5)) : String(value),
    ]),
  );

/**
 * How often drift monitors alarm when nothing has changed, and how soon when something has, beside two customary rules on the same data.
 * Seeded; counts per bin are drawn, not rows. Needs no services.
 */
export function falseAlarmsBench(): Promise<BenchRow[]> {
  const quiet = scenarios.flatMap((scenario) => stationary(scenario, STATIONARY)).map(rounded);
  console.table(quiet);
  const moved = scenarios.flatMap((scenario) =>
    changes.flatMap((change) => power(scenario, change, POWER)).map(rounded),
  );
  return Promise.resolve([...quiet, ...moved]);
}
