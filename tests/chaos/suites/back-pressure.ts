import { setTimeout as sleep } from 'node:timers/promises';
import { pass } from '../fault-proxy.js';
import type { Rig } from '../rig.js';
import { hasEnded, until } from '../site.js';
import type { Suite } from '../suite.js';

/** What one process may take, however long the backlog is. */
export const RSS_MAX_MIB = 640;
/** How long each state lasts at most, and for every event sent. */
const PRESSED_MS = { max: 8_000, perEvent: 0.05 };
const SLOW_MS = 400;

/** Ways in which the store cannot keep up. Each returns what ends it. */
const STATES: ((rig: Rig) => Promise<() => Promise<void>>)[] = [
  (rig) => {
    rig.proxy.delayMs = SLOW_MS;
    return Promise.resolve(() => {
      rig.proxy.delayMs = 0;
      return Promise.resolve();
    });
  },
  async (rig) => {
    const { site } = rig.options;
    const pid = await site.pid('clickhouse');
    process.kill(pid, 'SIGKILL');
    await until('ClickHouse to end', () => hasEnded(pid));
    return () => site.start('clickhouse');
  },
  (rig) => {
    rig.proxy.fault = async (passage) => {
      passage.settings['max_memory_usage'] = '1000';
      await pass(passage);
    };
    return Promise.resolve(() => {
      rig.proxy.fault = pass;
      return Promise.resolve();
    });
  },
];

/** A backlog much larger than memory may be meets a store that is slow, away or full: ingest waits, small, and catches up. */
export const backPressure: Suite = {
  name: 'back-pressure',
  fault: 'store slow, away or out of memory, each',
  full: { kills: 3, events: 3_000_000 },
  /** Sizes as in production: what is fetched and held at one time is what takes the memory. */
  environment: {
    PLUMBLINE_INGEST_BATCH_ROWS: '50000',
    PLUMBLINE_INGEST_FETCH_BYTES: String(4 * 1024 ** 2),
    PLUMBLINE_INGEST_SESSION_TIMEOUT_MS: '30000',
    PLUMBLINE_INGEST_STORE_TIMEOUT_MS: '10000',
  },
  run: async (rig, { kills, events }) => {
    const ingest = rig.ingest('a');
    await rig.load.sendTo(Math.ceil(events / 3));
    await ingest.start();
    let waitedAt = 0;
    for (let kill = 1; kill <= kills; kill += 1)
      for (const [turn, state] of STATES.entries()) {
        const end = await state(rig);
        const done = (kill - 1) * STATES.length + turn + 1;
        await rig.load.sendTo(Math.ceil((events * (1 + (2 * done) / (kills * STATES.length))) / 3));
        await sleep(Math.min(PRESSED_MS.max, events * PRESSED_MS.perEvent));
        waitedAt = Math.max(waitedAt, (await rig.behind()) ?? 0);
        if (!(await ingest.isLive())) throw new Error('ingest calls itself dead while it only waits');
        await end();
      }
    await rig.drained();
    if (rig.rssMaxMiB > RSS_MAX_MIB)
      throw new Error(`ingest took ${rig.rssMaxMiB} MiB, the limit is ${RSS_MAX_MIB}`);
    return { largestBacklog: waitedAt, rssLimitMiB: RSS_MAX_MIB };
  },
};
