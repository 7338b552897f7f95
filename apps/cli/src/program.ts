import { Command, InvalidArgumentError } from 'commander';
import { ConfigError, loadConfig } from '#libs/platform';
import { StoreError } from '#libs/store';
import { StackProblem, up } from '../../../deploy/local/index.js';
import { makeAdminKey } from './admin-key.js';
import { ApiProblem } from './demo/api-client.js';
import { CommandProblem } from './command-problem.js';
import { addIntakeCommands } from './intake/commands.js';
import { addCheckCommand } from './check/command.js';
import { migrateStore } from './migrate.js';
import { addSageMakerCommands } from './sagemaker/commands.js';
import { stackSettings } from './settings.js';
import { addStackCommands, parseOffset } from './stack-commands.js';
import { start } from './start/index.js';
import { stopSignal } from './stop-signal.js';

type StartFlags = { demo: boolean; from?: string; portOffset?: number };

function parseDay(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!isDay) throw new InvalidArgumentError('Give a day such as 2001-02-01.');
  return text;
}

function parseName(text: string): string {
  if (text.trim() === '' || text.length > 128) throw new InvalidArgumentError('Give 1 to 128 characters.');
  return text;
}

function buildProgram(): Command {
  const program = new Command('plumbline').description('Watches models in production.').showHelpAfterError();
  program
    .command('start')
    .description('run Plumbline here: services, api, ingest, worker and the demo')
    .option('--no-demo', 'the service alone')
    .option('--from <day>', 'first day that the demo replays', parseDay)
    .option('--port-offset <n>', 'add this to the ports of Kafka, ClickHouse and Redis', parseOffset)
    .action((flags: StartFlags) => start(loadConfig(), flags, stopSignal()));
  program
    .command('migrate')
    .description('bring the database schema up to date')
    .action(async () => {
      const config = loadConfig();
      const { addresses } = await up(stackSettings(config), ['clickhouse']);
      await migrateStore(config, addresses);
    });
  program
    .command('admin-key')
    .description('make one more admin key, for when the first one is lost')
    .option('--name <name>', 'whose key it is', parseName, 'command line')
    .action(async ({ name }: { name: string }) => {
      const config = loadConfig();
      const { addresses } = await up(stackSettings(config), ['clickhouse']);
      await makeAdminKey(config, addresses, name);
    });
  addStackCommands(program);
  addIntakeCommands(program);
  addCheckCommand(program);
  addSageMakerCommands(program);
  return program;
}

/** What the user can mend is said in a sentence; anything else is a defect and shows its stack. */
function report(error: unknown): void {
  const isForUser =
    error instanceof StackProblem ||
    error instanceof ConfigError ||
    error instanceof StoreError ||
    error instanceof CommandProblem ||
    error instanceof ApiProblem;
  const isStop = error instanceof Error && error.name === 'AbortError';
  if (!isStop) console.error(isForUser ? error.message : error);
  process.exitCode = isStop ? 130 : 1;
}

await buildProgram().parseAsync().catch(report);
