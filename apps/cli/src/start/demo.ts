import { reasonOf } from '../../../../deploy/local/index.js';
import type { DemoOptions } from '../demo/index.js';
import { say } from '../settings.js';

/** Runs the demo, loaded only when asked for. A demo that fails leaves the service running. */
export async function playDemo(options: DemoOptions): Promise<void> {
  try {
    const { runDemo } = await import('../demo/index.js');
    await runDemo(options);
  } catch (error) {
    if (!options.signal.aborted)
      say(`The demo stopped: ${reasonOf(error)} Plumbline itself goes on running.`);
  }
}
