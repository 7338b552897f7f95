import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a demo that was stopped needs to go on: dates once shown stay what they were. */
export type DemoProgress = {
  shiftMs: number;
  fromMs: number;
  /** Real time up to which everything was sent. */
  sentThroughMs: number;
};

const fileIn = (home: string) => join(home, 'demo.json');

/** Null when the demo has not run in this home. */
export async function readProgress(home: string): Promise<DemoProgress | null> {
  try {
    return JSON.parse(await readFile(fileIn(home), 'utf8')) as DemoProgress;
  } catch {
    return null;
  }
}

/** Written beside and renamed, so that a kill in between leaves the old one. */
export async function writeProgress(home: string, progress: DemoProgress): Promise<void> {
  const path = fileIn(home);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(progress));
  await rename(`${path}.new`, path);
}
