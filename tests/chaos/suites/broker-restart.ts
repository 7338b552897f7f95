import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, until } from '../site.js';
import type { Suite } from '../suite.js';

const WORK_MS = 900;
const AWAY_MS = 1_500;

/** The broker is killed, or stopped in order, and comes back; producer and ingest must find their way by themselves. */
export const brokerRestart: Suite = {
  name: 'broker-restart',
  fault: 'restart of the broker, every second one by kill -9',
  full: { kills: 40, events: 800_000 },
  run: async (rig, { kills, events }) => {
    const { site } = rig.options;
    const ingest = rig.ingest('a');
    await ingest.start();
    rig.startTick();
    let slowestMs = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      const sending = rig.load.sendTo(Math.ceil((events * kill) / kills));
      await sleep(rig.random() * WORK_MS);
      if (kill % 2 === 0) await site.stop('kafka');
      else {
        const pid = await site.pid('kafka');
        process.kill(pid, 'SIGKILL');
        await until('the broker to end', () => hasEnded(pid));
      }
      await sleep(rig.random() * AWAY_MS);
      await site.start('kafka');
      const backMs = performance.now();
      await sending;
      await rig.drained();
      slowestMs = Math.max(slowestMs, performance.now() - backMs);
    }
    return { sendsRepeated: rig.load.refused, slowestRecoveryMs: Math.round(slowestMs) };
  },
};
