import { setTimeout as sleep } from 'node:timers/promises';
import { pass, type Fault, type Passage } from '../fault-proxy.js';
import { until } from '../site.js';
import type { Suite } from '../suite.js';

/** Longer than ingest waits for an insert: it has asked again by then. */
const STALL_MS = { min: 800, max: 2_500 };
/** One insert in this many is struck, so that work goes on in between. */
const STRIKE_CHANCE = 0.35;
const EVENTS_A_STEP = 4_000;
const PAUSE_MS = 100;

type Kind = 'cut' | 'hole' | 'stall' | 'reset';
const KINDS: readonly Kind[] = ['cut', 'hole', 'stall', 'reset'];

const faults = (random: () => number): Record<Kind, Fault> => ({
  /** Stored, and the answer never arrives. */
  cut: async (passage) => {
    await passage.forward();
    passage.cut(random() < 0.5 ? 'close' : 'reset');
  },
  /** No answer and no end of the connection; the insert may have got through. */
  hole: async (passage) => {
    if (random() < 0.5) await passage.forward();
    await passage.abandoned;
  },
  /** Arrives after ingest gave up and asked again: an old insert behind its own repetition, or behind the next ones. */
  stall: async (passage) => {
    await sleep(STALL_MS.min + random() * (STALL_MS.max - STALL_MS.min));
    await passage.forward();
    passage.cut('close');
  },
  /** Half of the rows, then a reset on both sides. */
  reset: async (passage) => {
    const begun = passage.begin();
    await sleep(random() * 20);
    begun.reset();
    passage.cut('reset');
  },
});

/** Positions are a report, not data. */
const isData = ({ table }: Passage): boolean => table !== 'ingest_positions';

/** Inserts of which ingest cannot know whether they were stored. */
export const ambiguousInserts: Suite = {
  name: 'ambiguous-inserts',
  fault: 'insert cut, black-holed, stalled or reset, each',
  full: { kills: 60, events: 1_000_000 },
  run: async (rig, { kills, events }) => {
    const strikes: Record<Kind, number> = { cut: 0, hole: 0, stall: 0, reset: 0 };
    const does = faults(rig.random);
    const pending = new Set<Promise<void>>();
    rig.proxy.fault = async (passage) => {
      const left = KINDS.filter((kind) => strikes[kind] < kills);
      const kind = left[Math.floor(rig.random() * left.length)];
      if (kind === undefined || !isData(passage) || rig.random() > STRIKE_CHANCE) return pass(passage);
      strikes[kind] += 1;
      const strike = does[kind](passage).finally(() => pending.delete(strike));
      pending.add(strike);
      await strike;
    };
    const isDone = () => KINDS.every((kind) => strikes[kind] >= kills);
    const ingest = rig.ingest('a');
    rig.startTick();
    await ingest.start();
    const step = Math.max(EVENTS_A_STEP, Math.ceil(events / (kills * KINDS.length)));
    while (!isDone()) {
      if (((await rig.behind()) ?? 0) < step) await rig.load.sendTo(rig.load.next + step);
      await sleep(PAUSE_MS);
    }
    await rig.load.sendTo(events);
    await rig.drained();
    await until('late inserts to arrive', () => pending.size === 0);
    return { ...strikes };
  },
};
