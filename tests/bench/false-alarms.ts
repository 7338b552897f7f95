import { flightScenarios } from './false-alarms/flights.js';
import { heldOut } from './false-alarms/held-out.js';
import { changes, power } from './false-alarms/power.js';
import { scenarios } from './false-alarms/scenarios.js';
import { stationary } from './false-alarms/stationary.js';
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

/** report: the rows of each scenario as soon as they are there. */
const report = (rows: readonly object[]): BenchRow[] => {
  const list = rows.map(rounded);
  console.table(list);
  return list;
};

/**
 * How often drift monitors alarm when nothing has changed, and how soon when something has, beside two customary rules on the same data:
 * generators that the evidence was made on, others that it was not, and real flights. Seeded; needs no services. `--only=NAME`
 * takes one scenario, `--worlds=N` fewer baselines, `--power=no` leaves the changes out.
 */
export async function falseAlarmsBench(options: readonly string[] = []): Promise<BenchRow[]> {
  const option = (name: string) =>
    options.find((given) => given.startsWith(`--${name}=`))?.slice(name.length + 3);
  const only = option('only');
  const worlds = Number(option('worlds') ?? STATIONARY.worlds);
  const every = [...scenarios, ...heldOut, ...(await flightScenarios())].filter(
    ({ name }) => only === undefined || name === only,
  );
  const quiet = every.flatMap((scenario) => report(stationary(scenario, { ...STATIONARY, worlds })));
  const moved = every.flatMap((scenario) =>
    option('power') === 'no' ? [] : report(changes.flatMap((change) => power(scenario, change, POWER))),
  );
  return [...quiet, ...moved];
}
