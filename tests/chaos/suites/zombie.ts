import { setTimeout as sleep } from 'node:timers/promises';
import { pass } from '../fault-proxy.js';
import { until } from '../site.js';
import type { Suite } from '../suite.js';

/** Sessions that a process is stopped for: by then the group has given the partitions to the other process, and the stopped one has to join again. */
const STOPPED_SESSIONS = { min: 1.33, max: 2.66 };
const WORK_MS = 600;

/** One of two processes is stopped past its session and then goes on as if nothing had been, with what it had in its hands. */
export const zombie: Suite = {
  name: 'zombie',
  fault: 'SIGSTOP past the session, then SIGCONT',
  full: { kills: 60, events: 900_000 },
  run: async (rig, { kills, events }) => {
    const processes = [rig.ingest('a'), rig.ingest('b')] as const;
    for (const each of processes) await each.start();
    rig.startTick();
    let late = 0;
    let slowestMs = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      const sending = rig.load.sendTo(Math.ceil((events * kill) / kills));
      await sleep(rig.random() * WORK_MS);
      const victim = processes[rig.random() < 0.5 ? 0 : 1];
      const stoppedMs =
        rig.sessionMs * (STOPPED_SESSIONS.min + rig.random() * (STOPPED_SESSIONS.max - STOPPED_SESSIONS.min));
      /** Every second time an insert on its way arrives only after the stop, when another process has the partition. */
      let held: Promise<void> | undefined;
      if (kill % 2 === 0)
        rig.proxy.fault = async (passage) => {
          if (held !== undefined || passage.table === 'ingest_positions') return pass(passage);
          late += 1;
          held = sleep(stoppedMs).then(() => pass(passage));
          await held;
        };
      const before = victim.assignments;
      victim.signal('SIGSTOP');
      await sleep(stoppedMs);
      victim.signal('SIGCONT');
      const backMs = performance.now();
      await sending;
      await held;
      rig.proxy.fault = pass;
      await until(`${victim.name} to join the group again`, () => victim.assignments > before);
      slowestMs = Math.max(slowestMs, performance.now() - backMs);
    }
    await rig.drained();
    const assignments = processes.reduce((sum, each) => sum + each.assignments, 0);
    return { insertsHeldBeyondTheSession: late, assignments, slowestReturnMs: Math.round(slowestMs) };
  },
};
