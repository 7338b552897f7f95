import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reasonOf } from '../../../../deploy/local/index.js';
import { say } from '../settings.js';

/** What the demo gets: a running Plumbline, reached as any user reaches it. */
export type DemoOptions = {
  readonly apiUrl: string;
  readonly publicUrl: string;
  readonly adminKey: string;
  readonly kafkaBrokers: readonly string[];
  /** Folder for `outbox/`. */
  readonly home: string;
  /** Loopback ports on which the apps may reach the stand-ins for Slack and a mail server. */
  readonly sinkPorts: { readonly slack: number; readonly smtp: number };
  /** First day of the replay, YYYY-MM-DD; the demo has a default. */
  readonly from?: string;
  readonly grafanaUrl?: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

type DemoModule = { readonly runDemo: (options: DemoOptions) => Promise<void> };

function isDemo(loaded: unknown): loaded is DemoModule {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'runDemo' in loaded &&
    typeof loaded.runDemo === 'function'
  );
}

/** Runs the demo where this build has it. A demo that fails leaves the service running. */
export async function playDemo(options: DemoOptions): Promise<void> {
  const entry = join(import.meta.dirname, '..', 'demo', 'index.js');
  if (!existsSync(entry)) {
    say('This build has no demo; Plumbline runs without it.');
    return;
  }
  try {
    const loaded: unknown = await import(pathToFileURL(entry).href);
    if (!isDemo(loaded)) throw new TypeError(`${entry} exports no runDemo`);
    await loaded.runDemo(options);
  } catch (error) {
    if (!options.signal.aborted)
      say(`The demo stopped: ${reasonOf(error)} Plumbline itself goes on running.`);
  }
}
