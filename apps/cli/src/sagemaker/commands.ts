import { InvalidArgumentError, Option, type Command } from 'commander';
import { nameSchema } from '#libs/contracts';
import { ConfigError } from '#libs/platform';
import { CommandProblem } from '../command-problem.js';
import { ApiProblem } from '../demo/api-client.js';
import { withApiOptions } from '../intake/api.js';
import { runExport, type ExportFlags } from './export-command.js';
import { runImport, type ImportFlags } from './import-command.js';

const PROBLEM_EXIT = 2;

/** What the user can mend ends with 2 and a sentence; anything else is a defect and left to the caller. */
const guarded =
  <Flags>(act: (flags: Flags) => Promise<void>) =>
  async (flags: Flags): Promise<void> => {
    try {
      await act(flags);
    } catch (error) {
      const isForUser =
        error instanceof CommandProblem || error instanceof ApiProblem || error instanceof ConfigError;
      if (!isForUser) throw error;
      console.error(error.message);
      process.exitCode = PROBLEM_EXIT;
    }
  };

function parseName(text: string): string {
  const { success, error } = nameSchema.safeParse(text);
  if (!success) throw new InvalidArgumentError(error.issues[0]?.message ?? 'is no name');
  return text;
}

const more = (text: string, before: string[] = []): string[] => [...before, text];

/** Wrong usage is bad input too. */
const exitWithTwo = ({ exitCode }: { exitCode: number }): never =>
  process.exit(exitCode === 0 ? 0 : PROBLEM_EXIT);

const EXIT_CODES = '\nExit code: 0 done, 2 bad input, or the API refused.';

function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('take over what another product knows')
    .command('sagemaker')
    .description('files of SageMaker Model Monitor become a baseline and monitors')
    .requiredOption('--model <name>', 'whose they are; made when it does not exist', parseName)
    .requiredOption('--version <name>', 'which version', parseName)
    .option('--baseline <name>', 'what the baseline is called', parseName, 'sagemaker')
    .option('--statistics <file>', 'statistics.json: becomes a baseline without rows')
    .option('--constraints <file>', 'constraints.json: data quality and drift')
    .option('--model-quality <file>', 'constraints.json of a model-quality monitor')
    .option('--bias <file>', 'analysis.json with bias metrics')
    .option('--explainability <file>', 'analysis.json with explanations')
    .option('--score <column>', 'this column of the statistics is the predicted score')
    .option('--label <column>', '… is the predicted label')
    .option('--value <column>', '… is the predicted value')
    .option('--ignore <column>', 'leave this column out; may be given several times', more)
    .addOption(
      new Option('--problem <kind>', 'what the model does, when it is made').choices([
        'binary',
        'multiclass',
        'regression',
      ]),
    )
    .option('--capture <file>', 'captured inferences (JSONL); may be given several times', more)
    .option('--ground-truth <file>', 'labels (JSONL); may be given several times', more)
    .option('--columns <names>', 'what the captured values are, by comma; by default as in the statistics')
    .option('--outputs <roles>', 'what the answered values are: score, label, value, ignore, by comma')
    .option('--positive-label <label>', 'label of a score from the threshold on')
    .option('--negative-label <label>', 'label of a score below it')
    .option('--score-threshold <number>', 'where the positive label begins', '0.5')
    .option('--events <folder>', 'write captured lines as events of ours, for a producer')
    .option('--as-baseline <name>', 'register captured lines as a baseline with rows', parseName)
    .option('--dry-run', 'say what would be carried over, change nothing')
    .addHelpText('after', EXIT_CODES)
    .exitOverride(exitWithTwo);
  withApiOptions(command).action(guarded((flags: ImportFlags) => runImport(flags)));
}

function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('write results in the format of another product')
    .command('sagemaker')
    .description('an evaluation as constraint_violations.json')
    .requiredOption('--monitor <id>', 'whose evaluation', parseName)
    .requiredOption('--out <file>', 'where to write it')
    .option('--window <start>', 'the window that begins at this time; by default the latest')
    .option('--label <name>', 'of attribution: the output that is explained', 'label0')
    .addHelpText('after', EXIT_CODES)
    .exitOverride(exitWithTwo);
  withApiOptions(command).action(guarded((flags: ExportFlags) => runExport(flags)));
}

/** addSageMakerCommands: `plumbline import sagemaker`, `plumbline export sagemaker`. */
export function addSageMakerCommands(program: Command): void {
  addImport(program);
  addExport(program);
}
