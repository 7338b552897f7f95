import type { RegistryDocument } from '#libs/contracts';
import { createLogger } from '#libs/platform';
import type { Documents } from '#libs/store';
import { describe, expect, it } from 'vitest';
import { EvaluateMonitors } from './evaluate-monitors.js';
import { WindowWatch } from './window-watch.js';

const always = new AbortController().signal;
const monitor = (id: string, enabled = true) =>
  ({ project: 'p', id, body: { kind: 'drift', enabled } }) as RegistryDocument<'monitor'>;

function setUp(monitors: RegistryDocument<'monitor'>[], act: (id: string) => number) {
  const seen = { runs: [] as string[], failed: 0, oldestMs: -1, nowMs: 0 };
  const evaluate = new EvaluateMonitors({
    store: {
      documents: {
        projects: () => Promise.resolve(['p']),
        list: () => Promise.resolve(monitors),
      } as unknown as Documents,
    },
    run: {
      run: ({ id }) => {
        seen.runs.push(id);
        return Promise.resolve().then(() => ({ oldestDueMs: act(id) }));
      },
    },
    watch: new WindowWatch(),
    metrics: {
      evaluated: () => {
        seen.failed += 1;
      },
      oldestDueAge: (ms) => {
        seen.oldestMs = ms;
      },
    },
    logger: createLogger({ logLevel: 'silent' }, 'test'),
    budgetMs: 60_000,
    now: () => seen.nowMs,
  });
  return { seen, tick: (signal = always) => evaluate.tick(signal) };
}
const failing = (id: string): number => {
  if (id === 'b') throw new Error('broken');
  return id === 'a' ? 5 : 3;
};

describe('EvaluateMonitors', () => {
  it('runs enabled monitors and reports the longest wait', async () => {
    const { seen, tick } = setUp([monitor('a'), monitor('off', false), monitor('c')], failing);
    await tick();
    expect(seen).toMatchObject({ runs: ['a', 'c'], oldestMs: 5, failed: 0 });
  });

  it('leaves a failing monitor alone for ever longer, and never the others', async () => {
    const { seen, tick } = setUp([monitor('a'), monitor('b'), monitor('c')], failing);
    const runsOfB: number[] = [];
    for (seen.nowMs = 0; seen.nowMs <= 15_000; seen.nowMs += 1_000) {
      const before = seen.runs.filter((id) => id === 'b').length;
      await tick();
      if (seen.runs.filter((id) => id === 'b').length > before) runsOfB.push(seen.nowMs);
    }
    expect(runsOfB).toEqual([0, 2_000, 6_000, 14_000]);
    expect(seen.runs.filter((id) => id === 'c')).toHaveLength(16);
    expect(seen.failed).toBe(4);
  });

  it('begins where the last pass was cut short', async () => {
    const stop = new AbortController();
    const { seen, tick } = setUp([monitor('a'), monitor('b'), monitor('c')], (id) => {
      if (id === 'a') stop.abort();
      return 0;
    });
    await tick(stop.signal);
    await tick();
    expect(seen.runs).toEqual(['a', 'b', 'c', 'a']);
  });
});
