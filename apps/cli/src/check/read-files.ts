import { openForm, type DataColumn, type FileForm, type FileStore, type Refusal } from '#libs/store';
import type { ColumnView } from './columns.js';
import type { InputFile } from './input-file.js';
import { CheckProblem } from './problem.js';
import type { Workspace } from './workspace.js';

/** A file with its columns, and what they hold. */
export type ReadFile = {
  input: InputFile;
  file: FileForm;
  columns: DataColumn[];
  views: ColumnView[];
  /** What columns hold was counted in all rows, not only in the first ones. */
  isWhole: boolean;
};

const MAX_COMPARED = 400;

const isRefusal = (result: unknown): result is Refusal =>
  typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;

/** A refusal of the store in the words of the command line. */
export function mustBe<T>(result: T | Refusal, { side, path }: InputFile): T {
  if (!isRefusal(result)) return result;
  throw new CheckProblem(`--${side} ${path}: ${result.message}`);
}

/** readFile: columns of a file and what its first rows hold. */
export async function readColumns(
  store: FileStore,
  workspace: Pick<Workspace, 'link' | 'copy'>,
  input: InputFile,
): Promise<ReadFile> {
  const form = mustBe(await openForm(input.path, input.format, { copy: workspace.copy(input.side) }), input);
  const file = { ...form, path: workspace.link(form.path, input.side, input.format) };
  const columns = mustBe(await store.columns(file), input);
  if (columns.length === 0) throw new CheckProblem(`--${input.side} ${input.path}: has no columns`);
  // The baseline decides what columns are; of the current file it is only said where it differs.
  const looked = input.side === 'baseline' ? columns : columns.slice(0, MAX_COMPARED);
  const { facts, isWhole } = mustBe(await store.headFacts(file, { all: columns, columns: looked }), input);
  const views = looked.flatMap((column, index) => {
    const found = facts[index];
    return found === undefined ? [] : [{ column, facts: found }];
  });
  return { input, file, columns, views, isWhole };
}
