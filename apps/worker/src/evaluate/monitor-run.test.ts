import { monitorBodySchema, type RegistryDocument } from '#libs/contracts';
import type { Documents, RecordedWindow, Store } from '#libs/store';
import { describe, expect, it } from 'vitest';
import { MonitorRun } from './monitor-run.js';
import { WindowWatch } from './window-watch.js';

const DAY_MS = 86_400_000;
const features = [{ name: 'x', type: 'numeric', role: 'input' }];
const bodies: Record<string, object> = {
  model: { bucket: 'PT1H', timeZone: 'UTC' },
  version: { features },
};
const binning = {
  at: '',
  id: 'm/1/b',
  body: { hash: 'b', features: [{ feature: 'x', kind: 'numeric', edges: [0], max: 1 }] },
};
const documents = {
  history: () => Promise.resolve([monitor]),
  get: (_: string, kind: string) => Promise.resolve({ body: bodies[kind] }),
  list: (_: string, kind: string) => Promise.resolve(kind === 'binning' ? [binning] : []),
} as unknown as Documents;
const monitor = {
  ...{ project: 'p', kind: 'monitor', id: 'drift', at: new Date(0).toISOString() },
  body: monitorBodySchema.parse({
    ...{ name: 'drift', kind: 'drift', model: 'm', version: '1' },
    window: { every: 'P1D', settle: 'PT1H', maxWait: 'PT6H' },
  }),
} as RegistryDocument<'monitor'>;

/** Two days of rows, of which `dirty` buckets wait to be profiled; the clock stands three days after the first. */
function setUp() {
  const world = {
    nowMs: 3 * DAY_MS,
    dirty: [] as number[],
    runs: [{ startMs: 0, run: 1n }],
    content: ((): string => 'content') as (read: number) => string,
    reads: 0,
    ledger: [] as number[],
    recorded: [] as RecordedWindow[],
    marks: [] as { startMs: number; atMs: number }[],
  };
  const isDirty = ({ startMs, endMs }: { startMs: number; endMs: number }) =>
    world.dirty.some((bucket) => bucket >= startMs && bucket < endMs);
  const store = {
    profiles: {
      runs: () => Promise.resolve(world.runs),
      firstAndLast: () => Promise.resolve({ firstMs: 0, lastMs: DAY_MS }),
      dirtyBuckets: () => Promise.resolve(world.dirty.map((startMs) => ({ startMs, covers: 0n }))),
      markedSince: () => Promise.resolve(world.marks),
      read: () => Promise.resolve({ cells: [] }),
      inputsHash: (_: unknown, window: { startMs: number; endMs: number }) => {
        world.reads += 1;
        return Promise.resolve({ hash: world.content(world.reads), rows: 0, complete: !isDirty(window) });
      },
    },
    evaluations: {
      recorded: () => Promise.resolve([...world.recorded]),
      findingsOf: () => Promise.resolve([]),
      recordFindings: () => Promise.resolve(),
      recordLedger: ({ window }: { window: { startMs: number } }) => {
        world.ledger.push(window.startMs / DAY_MS);
        return Promise.resolve();
      },
    },
    alerts: { states: () => Promise.resolve([]) },
  } as unknown as Store;
  const run = new MonitorRun({
    store,
    watch: new WindowWatch(),
    ingest: () => Promise.resolve({ watermarkMs: null, behindSinceMs: null }),
    now: () => world.nowMs,
    onRecorded: () => Promise.resolve(),
  });
  return { world, pass: (isOver = () => false) => run.run(monitor, { documents, isOver }) };
}

describe('MonitorRun', () => {
  it('evaluates closed windows in order, empty ones too, and a second pass finds nothing new to read', async () => {
    const { world, pass } = setUp();
    expect(await pass()).toEqual({ oldestDueMs: 0 });
    expect(world.ledger).toEqual([0, 1]);
    const before = world.reads;
    await pass();
    expect({ ledger: world.ledger, reads: world.reads }).toEqual({ ledger: [0, 1], reads: before });
  });

  it('waits for the settle time of a window', async () => {
    const { world, pass } = setUp();
    world.nowMs = 3 * DAY_MS + 3_600_000 - 1;
    await pass();
    expect(world.ledger).toEqual([0, 1]);
    world.nowMs += 1;
    await pass();
    expect(world.ledger).toEqual([0, 1, 2]);
  });

  it('passes over no window whose buckets are not profiled, and says how long it has been due', async () => {
    const { world, pass } = setUp();
    world.dirty = [0];
    expect(await pass()).toEqual({ oldestDueMs: 2 * DAY_MS - 3_600_000 });
    expect(world.ledger).toEqual([]);
  });

  it('is content with buckets profiled since the window was due, though labels go on trickling in', async () => {
    const { world, pass } = setUp();
    world.dirty = [0];
    await pass();
    world.runs = [{ startMs: 0, run: BigInt(world.nowMs + 1) }];
    await pass();
    expect(world.ledger).toEqual([0, 1]);
  });

  it('leaves a window whose profile changed while it was evaluated to the next pass', async () => {
    const { world, pass } = setUp();
    world.content = (read) => (read === 1 ? 'before' : 'after');
    await pass();
    expect(world.ledger).toEqual([]);
    await pass();
    expect(world.ledger).toEqual([0, 1]);
  });

  it('leaves a window of a former method as it is, whatever its hash, until rows come for it', async () => {
    const { world, pass } = setUp();
    const former = { inputs: 'of another method', atMs: 2 * DAY_MS };
    world.recorded = [{ startMs: 0, endMs: DAY_MS, inputs: former.inputs, revision: 1, method: 1, former }];
    await pass();
    expect(world.ledger).toEqual([1]);
    world.marks = [{ startMs: 0, atMs: 2 * DAY_MS + 1 }];
    world.runs = [{ startMs: 0, run: 2n }];
    await pass();
    expect(world.ledger).toEqual([1, 0]);
  });

  it('stops between windows when it is told to', async () => {
    const { world, pass } = setUp();
    expect(await pass(() => world.ledger.length > 0)).toEqual({ oldestDueMs: DAY_MS - 3_600_000 });
    expect(world.ledger).toEqual([0]);
  });
});
