import { findByMarker, stopProcess } from '../../../../deploy/local/index.js';
import { say } from '../settings.js';
import { appMarker, stopOrder } from './app-plan.js';

const deadlineMs = 30_000;

/** Stops apps of this home that a killed `plumbline start` has left running. */
export async function stopStrayApps(home: string): Promise<void> {
  for (const name of stopOrder) {
    const stray = await findByMarker(appMarker(home, name));
    if (!stray) continue;
    say(`Stopping ${name} (pid ${stray.pid}), left over from a start that was cut off …`);
    await stopProcess(stray, deadlineMs);
  }
}
