import { setTimeout as sleep } from 'node:timers/promises';
import type { Suite } from '../suite.js';
import { until } from '../site.js';

/** Work goes on for up to this long before the kill. */
const ALIVE_MS = 900;
/** One kill in this many hits a process that is only starting. */
const EARLY_EVERY = 12;

/** Ingest is killed at any moment: starting, reading, between any two inserts, before the commit. */
export const consumerKill: Suite = {
  name: 'consumer-kill',
  fault: 'kill -9 of ingest',
  full: { kills: 120, events: 2_400_000 },
  run: async (rig, { kills, events }) => {
    const ingest = rig.ingest('a');
    rig.startTick();
    let atWork = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      const sending = rig.load.sendTo(Math.ceil((events * kill) / kills));
      await ingest.spawn();
      if (kill % EARLY_EVERY !== 0) await until('ingest to read', () => ingest.isReady());
      await sleep(rig.random() * ALIVE_MS);
      await ingest.end('SIGKILL');
      if (((await rig.behind()) ?? 0) > 0) atWork += 1;
      await sending;
    }
    await ingest.start();
    await rig.drained();
    return { killedAtWork: atWork };
  },
};
