import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault-proxy.js';
import { pass } from '../fault-proxy.js';
import type { Rig } from '../rig.js';
import { until } from '../site.js';
import type { Suite } from '../suite.js';

const TABLES = ['predictions', 'arrivals', 'labels', 'quarantine', 'bucket_marks', 'range_ledger'];
/** Refusals of each state that are waited for, and how long it lasts at least. */
const REFUSALS_MIN = 3;
const LASTS_MS = 1_500;
/** More than any disk has. */
const FREE_BYTES_NEEDED = 2 ** 60;
const BYTES_ALLOWED = 1_000;

type State = { code: number; begin: (rig: Rig) => Promise<void>; end: (rig: Rig) => Promise<void> };

const everyTable = async (rig: Rig, sqlOf: (table: string) => string): Promise<void> => {
  for (const table of TABLES)
    await rig.raw.command({ name: 'chaos-setting', sql: sqlOf(table), timeoutMs: 60_000 });
};

/** What the real server says when its disk is full, when merges do not keep up, and when memory is short. */
const STATES: Record<string, State> = {
  disk: {
    code: 243,
    begin: (rig) =>
      everyTable(
        rig,
        (table) =>
          `ALTER TABLE ${table} MODIFY SETTING min_free_disk_bytes_to_perform_insert = ${FREE_BYTES_NEEDED}`,
      ),
    end: (rig) =>
      everyTable(rig, (table) => `ALTER TABLE ${table} RESET SETTING min_free_disk_bytes_to_perform_insert`),
  },
  parts: {
    code: 252,
    begin: async (rig) => {
      await everyTable(rig, (table) => `SYSTEM STOP MERGES ${table}`);
      await everyTable(
        rig,
        (table) =>
          `ALTER TABLE ${table} MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1, max_delay_to_insert = 0`,
      );
    },
    end: async (rig) => {
      await everyTable(
        rig,
        (table) =>
          `ALTER TABLE ${table} RESET SETTING parts_to_throw_insert, parts_to_delay_insert, max_delay_to_insert`,
      );
      await everyTable(rig, (table) => `SYSTEM START MERGES ${table}`);
    },
  },
  memory: {
    code: 241,
    begin: () => Promise.resolve(),
    end: () => Promise.resolve(),
  },
};

const CODE = /Code: (\d+)/;

/** The store refuses for a while: nothing may be given up, and work goes on by itself afterwards. */
export const storeFull: Suite = {
  name: 'store-full',
  fault: 'no space, too many parts or no memory, each',
  full: { kills: 20, events: 300_000 },
  run: async (rig, { kills, events }) => {
    const names = Object.keys(STATES);
    const refusals: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
    let now = '';
    const watch: Fault = async (passage) => {
      if (now === 'memory') passage.settings['max_memory_usage'] = String(BYTES_ALLOWED);
      const answer = await passage.forward();
      const code = answer.status === 200 ? 0 : Number(CODE.exec(answer.body.toString())?.[1] ?? -1);
      if (code === STATES[now]?.code) refusals[now] = (refusals[now] ?? 0) + 1;
      passage.answer(answer);
    };
    rig.proxy.fault = watch;
    const ingest = rig.ingest('a');
    await ingest.start();
    rig.startTick();
    for (let kill = 1; kill <= kills; kill += 1)
      for (const [turn, name] of names.entries()) {
        const state = STATES[name]!;
        now = name;
        await state.begin(rig);
        const enough = (refusals[name] ?? 0) + REFUSALS_MIN;
        const done = (kill - 1) * names.length + turn + 1;
        const sending = rig.load.sendTo(Math.ceil((events * done) / (kills * names.length)));
        await until(`refusals because of ${name}`, () => (refusals[name] ?? 0) >= enough);
        await sleep(rig.random() * LASTS_MS);
        await state.end(rig);
        now = '';
        await sending;
        await rig.drained();
      }
    rig.proxy.fault = pass;
    return refusals;
  },
};
