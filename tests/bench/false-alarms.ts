import { flightScenarios } from './false-alarms/flights.js';
import { heldOut } from './false-alarms/held-out.js';
import { changes, power } from './false-alarms/power.js';
import { scenarios } from './false-alarms/scenarios.js';
import { stationary } from './false-alarms/stationary.js';
import type { BenchRow } from './services.js';

const SEED = 20_260_131;
/** 112 evaluations of 100 series per baseline, nine in ten of data in which nothing changes: 10,000 such of each main scenario, 2,000 of each other one. */
const STATIONARY = { windows: 112, seed: SEED };
const POWER = { windows: 8, seed: SEED + 10_000 };
const MAIN = { stationary: 100, power: 30 };
const HELD_OUT = { stationary: 20, power: 0 };

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
 * takes one scenario, `--worlds=N` so many baselines, also for the changes of a held-out one; `--power=no` leaves changes out.
 */
export async function falseAlarmsBench(options: readonly string[] = []): Promise<BenchRow[]> {
  const option = (name: string) =>
    options.find((given) => given.startsWith(`--${name}=`))?.slice(name.length + 3);
  const only = option('only');
  const given = Number(option('worlds') ?? 0);
  const every = [
    ...scenarios.map((scenario) => ({ scenario, worlds: MAIN })),
    ...[...heldOut, ...(await flightScenarios())].map((scenario) => ({ scenario, worlds: HELD_OUT })),
  ].filter(({ scenario }) => only === undefined || scenario.name === only);
  const quiet = every.flatMap(({ scenario, worlds }) =>
    report(stationary(scenario, { ...STATIONARY, worlds: given || worlds.stationary })),
  );
  const moved = every.flatMap(({ scenario, worlds }) =>
    option('power') === 'no' || (given || worlds.power) === 0
      ? []
      : report(
          changes.flatMap((change) => power(scenario, change, { ...POWER, worlds: given || worlds.power })),
        ),
  );
  return [...quiet, ...moved];
}
