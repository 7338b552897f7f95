import { setTimeout as sleep } from 'node:timers/promises';
import { pass, type Fault, type Passage } from '../fault-proxy.js';
import { hasEnded, until } from '../site.js';
import type { Suite } from '../suite.js';

/** ClickHouse stays away for up to this long. */
const AWAY_MS = 800;

type Kill = () => void;

/** Where in an insert the kill falls: half of the rows sent, all sent, or stored but not answered. */
const MOMENTS: ((passage: Passage, kill: Kill) => Promise<void>)[] = [
  async (passage, kill) => {
    const begun = passage.begin();
    await sleep(5);
    kill();
    await begun.rest().catch(() => undefined);
    passage.cut('reset');
  },
  async (passage, kill) => {
    const answer = passage.forward();
    setImmediate(kill);
    await answer.then(passage.answer, () => passage.cut('reset'));
  },
  async (passage, kill) => {
    await passage.forward();
    kill();
    passage.cut('close');
  },
];

/** ClickHouse dies in the middle of an insert and comes back on what it had on disk. */
export const clickhouseKill: Suite = {
  name: 'clickhouse-kill',
  fault: 'kill -9 of ClickHouse during an insert',
  full: { kills: 60, events: 600_000 },
  run: async (rig, { kills, events }) => {
    const { site } = rig.options;
    const ingest = rig.ingest('a');
    await ingest.start();
    rig.startTick();
    const tables = new Set<string>();
    for (let kill = 1; kill <= kills; kill += 1) {
      const pid = await site.pid('clickhouse');
      const moment = MOMENTS[kill % MOMENTS.length]!;
      /** So that every table has its turn, not only the first of each batch. */
      let skip = Math.floor(rig.random() * 6);
      let struck = false;
      const strike: Fault = async (passage) => {
        if (struck || passage.table === 'ingest_positions' || skip-- > 0) return pass(passage);
        struck = true;
        tables.add(passage.table);
        await moment(passage, () => process.kill(pid, 'SIGKILL'));
      };
      rig.proxy.fault = strike;
      const sending = rig.load.sendTo(Math.ceil((events * kill) / kills));
      await until('an insert to strike', () => struck, { everyMs: 5 });
      await until('ClickHouse to end', () => hasEnded(pid));
      rig.proxy.fault = pass;
      await sleep(rig.random() * AWAY_MS);
      await site.start('clickhouse');
      await sending;
      await rig.drained();
    }
    return { tables: tables.size };
  },
};
