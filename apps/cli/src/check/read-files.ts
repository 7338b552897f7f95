import type { DataColumn, DataFile, FileStore, Refusal } from '#libs/store';
import type { ColumnView } from './infer.js';
import type { InputFile } from './input-file.js';
import { CheckProblem } from './problem.js';
import type { Workspace } from './workspace.js';

/** A file with its columns, and what they hold. */
export type ReadFile = { input: InputFile; file: DataFile; columns: DataColumn[]; views: ColumnView[] };

/** A refusal of the store in the words of the command line. */
export function mustBe<T>(result: T | Refusal, { side, path }: InputFile): T {
  if (typeof result !== 'object' || result === null || !('ok' in result) || result.ok) return result as T;
  throw new CheckProblem(`--${side} ${path}: ${result.message}`);
}

/** readFile: columns of a file and what its first rows hold. */
export async function readColumns(
  store: FileStore,
  workspace: Pick<Workspace, 'link'>,
  input: InputFile,
): Promise<ReadFile> {
  const file = {
    path: workspace.link(input.path, input.side, input.format),
    format: input.format,
    bytes: input.bytes,
  };
  const columns = mustBe(await store.columns(file), input);
  if (columns.length === 0) throw new CheckProblem(`--${input.side} ${input.path}: has no columns`);
  const facts = mustBe(await store.facts(file, columns), input);
  const views = columns.flatMap((column, index) => {
    const found = facts[index];
    return found === undefined ? [] : [{ column, facts: found }];
  });
  return { input, file, columns, views };
}
