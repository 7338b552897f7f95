import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DataFormat } from '#libs/store';

const PREFIX = 'plumbline-check-';

/** A folder of one run, for the engine's data. */
export type Workspace = {
  folder: string;
  /** A path without characters that mean something to the engine, for a file of any name. */
  link: (path: string, name: string, format: DataFormat) => string;
  /** Where a file may be rewritten. */
  copy: (name: string) => string;
  remove: () => void;
};

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What runs left behind that were killed. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : NaN;
    if (Number.isInteger(pid) && pid > 0 && !lives(pid))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

const removeFolder = (folder: string): void => {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // The engine may still be writing; the next run sweeps what is left.
  }
};

/** openWorkspace: removed by `remove`, at the latest when the process exits. */
export function openWorkspace(parent: string = tmpdir()): Workspace {
  sweep(parent);
  const folder = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  const remove = (): void => removeFolder(folder);
  process.once('exit', remove);
  return {
    folder,
    link: (path, name, format) => {
      const link = join(folder, `${name}.${format}`);
      symlinkSync(resolve(path), link);
      return link;
    },
    copy: (name) => join(folder, `${name}.copy`),
    remove,
  };
}
