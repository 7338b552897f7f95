import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { CheckReport } from '#libs/contracts';
import { openFileStore, StoreError } from '#libs/store';
import { say } from '../settings.js';
import { CheckProblem } from './problem.js';
import { runCheck, type Checked } from './run.js';
import { columnLines, nothingDecided, summaryLines } from './summary.js';
import { openWorkspace, type Workspace } from './workspace.js';

type CheckFlags = {
  baseline: string;
  current: string;
  config?: string;
  out?: string;
  html?: string;
  quiet?: boolean;
  strict?: boolean;
  segments: boolean;
};

const exitCodes = { fine: 0, breached: 1, problem: 2, undecided: 3, interrupted: 130 } as const;

const EXIT_HELP = `
Exit code: 0 nothing breached, 1 breached, 2 bad input or configuration, 3 nothing decided (for instance too few rows).
With --strict what is beyond its limit without enough evidence (inconclusive) ends with 1 as well.`;

/** exitCodeOf: a breach before all else; then whether anything was decided at all; doubts count only under `strict`. */
function exitCodeOf({ summary }: CheckReport, strict: boolean): number {
  if (summary.breached > 0) return exitCodes.breached;
  if (summary.decided === 0) return exitCodes.undecided;
  return strict && summary.inconclusive.length > 0 ? exitCodes.breached : exitCodes.fine;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    throw new CheckProblem(`${path}: cannot be written (${code ?? String(error)})`);
  }
}

/** A stop removes what the engine wrote, and does not wait for the statement that it is in. */
function stopOn(workspace: Workspace): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      workspace.remove();
      process.exit(exitCodes.interrupted);
    });
}

/** The page is drawn only when it is asked for, and so is what draws it loaded. */
async function htmlOf({ baseline, current }: CheckFlags, checked: Checked): Promise<string> {
  const { checkPage } = await import('./page/page.js');
  return checkPage({ names: { baseline: basename(baseline), current: basename(current) }, checked });
}

async function check(flags: CheckFlags): Promise<number> {
  const workspace = openWorkspace();
  stopOn(workspace);
  const print = (lines: readonly string[]): void => {
    if (flags.quiet !== true) say(lines.join('\n'));
  };
  try {
    const checked = await runCheck(flags, {
      store: await openFileStore(workspace.folder),
      workspace,
      onColumns: (columns) => print([...columnLines(columns), '']),
    });
    const { report, findings } = checked;
    if (flags.out !== undefined) write(flags.out, `${JSON.stringify(report, null, 2)}\n`);
    if (flags.html !== undefined) write(flags.html, await htmlOf(flags, checked));
    print(summaryLines(report, findings, checked.baseline.plan.bias));
    const open = nothingDecided(report);
    if (flags.quiet === true && open !== null) console.error(open);
    return exitCodeOf(report, flags.strict === true);
  } catch (error) {
    if (error instanceof CheckProblem || error instanceof StoreError) console.error(error.message);
    else console.error(error);
    return exitCodes.problem;
  } finally {
    workspace.remove();
  }
}

/** `plumbline check`: two files, no service. Ends the process by itself: the engine's threads would keep it. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('compare two files (CSV, CSV.gz, JSONL, Parquet) and say what moved')
    .requiredOption('--baseline <file>', 'what is normal, for instance the training rows')
    .requiredOption('--current <file>', 'what is to be judged')
    .option('--config <file>', 'YAML: columns, window, segments, monitors; what is left out is inferred')
    .option('--no-segments', 'compare all rows only: no column is chosen to cut segments by')
    .option('--out <file>', 'write the report as JSON')
    .option('--html <file>', 'write the report as a page')
    .option('--strict', 'exit with 1 also where something is inconclusive')
    .option('--quiet', 'print nothing but problems')
    .addHelpText('after', EXIT_HELP)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.fine : exitCodes.problem))
    .action(async (flags: CheckFlags) => {
      process.exit(await check(flags));
    });
}
