import { setTimeout as sleep } from 'node:timers/promises';
import type { IngestProcess } from '../ingest-process.js';
import { until } from '../site.js';
import type { Suite } from '../suite.js';

const TOGETHER_MS = 500;
/** One leave in this many is a crash. */
const CRASH_CHANCE = 0.25;
/** A process that joins, and one that leaves, twice each. */
const REBALANCES_A_CYCLE = 4;

/** One process becomes three and one again, over and over, while events flow. */
export const flapping: Suite = {
  name: 'flapping',
  fault: 'rebalance: 1 → 3 → 1 processes',
  full: { kills: 80, events: 800_000 },
  run: async (rig, { kills, events }) => {
    const [steady, second, third] = [rig.ingest('a'), rig.ingest('b'), rig.ingest('c')];
    await steady.start();
    rig.startTick();
    const rebalances = () => steady.assignments;
    const cycles = Math.ceil(kills / REBALANCES_A_CYCLE);
    const leave = (process: IngestProcess) =>
      process.end(rig.random() < CRASH_CHANCE ? 'SIGKILL' : 'SIGTERM');
    let cycle = 0;
    do {
      cycle += 1;
      const sending = rig.load.sendTo(Math.min(events, Math.ceil((events * cycle) / cycles)));
      await second.spawn();
      await sleep(rig.random() * TOGETHER_MS);
      await third.spawn();
      for (const each of [steady, second, third]) await until(`${each.name} to read`, () => each.isReady());
      await sleep(rig.random() * TOGETHER_MS);
      await leave(third);
      await sleep(rig.random() * TOGETHER_MS);
      await leave(second);
      await sending;
      await until('the steady process to read', () => steady.isReady());
    } while (rebalances() < kills);
    await rig.load.sendTo(events);
    await rig.drained();
    return { cycles: cycle, rebalances: rebalances() };
  },
};
