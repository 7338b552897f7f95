import { spawn } from 'node:child_process';
import { requireMaven } from './requirements.js';
import { StackProblem } from './problem.js';
import type { StackSettings } from './settings.js';

const deadlineMs = 10 * 60_000;
const progressMs = 5_000;

/** Runs Maven in a folder of ours (without a project it leaves notes where it runs), saying every few seconds that it is still at work. Throws StackProblem with Maven's own last lines. */
export async function runMaven(
  what: string,
  args: readonly string[],
  { say, signal, folder }: Pick<StackSettings, 'say' | 'signal'> & { readonly folder: string },
): Promise<void> {
  await requireMaven(what);
  say(`Fetching ${what} with Maven (once) …`);
  const startMs = Date.now();
  const progress = setInterval(
    () => say(`… still fetching ${what} (${Math.round((Date.now() - startMs) / 1000)} s)`),
    progressMs,
  );
  try {
    await runToEnd(what, args, { folder, signal });
  } finally {
    clearInterval(progress);
  }
}

function runToEnd(
  what: string,
  args: readonly string[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', ['-q', '-B', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
      ...(signal ? { signal } : {}),
    });
    let tail = '';
    const keep = (chunk: Buffer): void => {
      tail = (tail + chunk.toString()).slice(-2_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new StackProblem(
            `Maven could not fetch ${what}: check the network or ~/.m2/settings.xml, then start again. Maven said:\n${tail.trim().split('\n').slice(-6).join('\n')}`,
          ),
        );
    });
  });
}
