import { modelBodySchema } from '#libs/contracts';
import type { Store } from '#libs/store';
import { expect, it, vi } from 'vitest';
import { Retainer } from './retain.js';

const HOUR_MS = 3_600_000;
const logger = { info: vi.fn(), error: vi.fn() } as never;
const binning = { model: 'm', version: '1', hash: 'ab'.repeat(8), features: [] };
const version = { project: 'p', id: 'm/1', body: { model: 'm', version: '1', features: [] } };
const model = modelBodySchema.parse({ problem: 'binary' });

/** A project with one version; `lock` answers whether the profiler lets go, `sealed` what each call seals. */
function setUp({ acquired = true, sealed = [[1], []] as number[][] } = {}) {
  const calls: string[] = [];
  const clock = { nowMs: 1_000 * HOUR_MS };
  const documents = {
    projects: () => Promise.resolve(['p']),
    history: () => Promise.resolve([{ body: model }]),
    get: (_: string, kind: string) =>
      Promise.resolve({ model: { body: model }, version }[kind] ?? { body: binning, id: 'x' }),
    list: (_: string, kind: string) =>
      Promise.resolve({ version: [version], binning: [{ id: 'b', at: '', body: binning }] }[kind] ?? []),
  };
  const store = {
    documents,
    retention: {
      seal: (plans: unknown[]) => {
        calls.push(`seal ${plans.length}`);
        return Promise.resolve(sealed.shift() ?? []);
      },
      sweepMarks: () => Promise.resolve(void calls.push('sweep')),
    },
    privacy: { purge: () => Promise.resolve(void calls.push('purge')) },
  } as unknown as Pick<Store, 'documents' | 'retention' | 'privacy'>;
  const state = { acquired };
  const retainer = new Retainer({
    ...{ store, logger, now: () => clock.nowMs },
    lock: async (name, act) => {
      if (!state.acquired) return { acquired: false };
      expect(name).toBe('tick-profile');
      await act();
      return { acquired: true, value: undefined };
    },
  });
  const tick = async (): Promise<string[]> => {
    await retainer.tick(new AbortController().signal);
    return calls.splice(0);
  };
  return { clock, state, tick };
}

it('seals until nothing is due, then cleans up, once an hour', async () => {
  const { clock, tick } = setUp();
  expect(await tick()).toEqual(['seal 1', 'seal 1', 'sweep', 'purge']);
  clock.nowMs += HOUR_MS - 1;
  expect(await tick()).toEqual([]);
  clock.nowMs += 1;
  expect(await tick()).toEqual(['seal 1', 'sweep']);
  clock.nowMs += 23 * HOUR_MS;
  expect(await tick()).toEqual(['seal 1', 'sweep', 'purge']);
});

it('tries again at the next tick while buckets are being profiled', async () => {
  const { state, tick } = setUp({ acquired: false });
  expect(await tick()).toEqual(['sweep', 'purge']);
  state.acquired = true;
  expect(await tick()).toEqual(['seal 1', 'seal 1', 'sweep']);
  expect(await tick()).toEqual([]);
});
