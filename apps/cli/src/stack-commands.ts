import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { loadConfig } from '#libs/platform';
import {
  down,
  reset,
  serviceNames,
  StackProblem,
  status,
  up,
  type ServiceStatus,
} from '../../../deploy/local/index.js';
import { say, stackSettings } from './settings.js';
import { disownServices } from './start/owned-services.js';
import { runningStart, stopRunningStart } from './start/run-lock.js';
import { stopStrayApps } from './start/stray-apps.js';
import { stopSignal } from './stop-signal.js';

const offsetMax = 30_000;

/** A whole number of ports to add to the stack's default ones. */
export function parseOffset(text: string): number {
  const offset = Number(text);
  if (!Number.isInteger(offset) || Math.abs(offset) > offsetMax) {
    throw new InvalidArgumentError(`Give a whole number from -${offsetMax} to ${offsetMax}.`);
  }
  return offset;
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The stack's state as a table; times are local to the reader's clock only in being UTC. */
export function statusTable(services: readonly ServiceStatus[]): string {
  const rows = services.map(({ name, state, address, pid, startedAt }) => [
    name,
    state,
    address,
    pid === undefined ? '-' : String(pid),
    startedAt ?? '-',
  ]);
  return table([['service', 'state', 'address', 'pid', 'since (UTC)'], ...rows]);
}

async function stackUp({ portOffset }: { portOffset?: number }): Promise<void> {
  const settings = stackSettings(loadConfig(), { portOffset, signal: stopSignal() });
  const { addresses } = await up(settings);
  await disownServices(settings.home);
  const { kafkaBrokers, clickhouseUrl, clickhouseUser, redisUrl, grafanaUrl } = addresses;
  say(
    `Kafka ${kafkaBrokers}, ClickHouse ${clickhouseUrl} (user ${clickhouseUser}), Redis ${new URL(redisUrl).host}`,
  );
  if (grafanaUrl !== undefined) say(`Grafana ${grafanaUrl}`);
  say(`Generated passwords: ${join(settings.home, 'credentials.json')}. Stop with "plumbline stack down".`);
}

async function stackDown(): Promise<void> {
  const settings = stackSettings(loadConfig());
  const wasServing = await stopRunningStart(settings.home);
  await stopStrayApps(settings.home);
  const stopped = await down(settings);
  await disownServices(settings.home);
  const names = [...(wasServing ? ['Plumbline'] : []), ...stopped];
  say(
    names.length === 0
      ? 'Nothing ran that was started here.'
      : `Stopped ${names.join(', ')}. The data is kept.`,
  );
}

async function stackStatus(): Promise<void> {
  const settings = stackSettings(loadConfig());
  say(statusTable(await status(settings)));
  const pid = await runningStart(settings.home);
  say(pid === undefined ? '"plumbline start" does not run.' : `"plumbline start" runs (pid ${pid}).`);
}

async function stackReset({ yes = false }: { yes?: boolean }): Promise<void> {
  const settings = stackSettings(loadConfig());
  if (!yes) {
    throw new StackProblem(
      `This removes all data of ${serviceNames.join(', ')}, the admin key and the outbox under ${settings.home}: run it again with --yes.`,
    );
  }
  await stopRunningStart(settings.home);
  await stopStrayApps(settings.home);
  await reset(settings);
  await disownServices(settings.home);
  say(`The data under ${settings.home} is removed. Downloads, logs and the secret key are kept.`);
}

/** `plumbline stack …`: the three services by hand. */
export function addStackCommands(program: Command): void {
  const stack = program.command('stack').description('local Kafka, ClickHouse and Redis');
  stack
    .command('up')
    .description('start what is missing and wait until it answers')
    .option('--port-offset <n>', 'add this to all default ports', parseOffset)
    .action(stackUp);
  stack.command('down').description('stop what was started; data is kept').action(stackDown);
  stack.command('status').description('what runs where').action(stackStatus);
  stack
    .command('reset')
    .description('stop and remove all data')
    .option('--yes', 'really remove it')
    .action(stackReset);
}
