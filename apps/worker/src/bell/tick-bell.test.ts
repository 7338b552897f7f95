import { createLogger } from '#libs/platform';
import { describe, expect, it, vi } from 'vitest';
import { TICK_KINDS, TickBell } from './tick-bell.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');

describe('TickBell', () => {
  it('sets one scheduler per kind and puts back what vanishes', async () => {
    const schedulers = new Set<string>();
    const queue = {
      ensureTicker: ({ id }: { id: string }): Promise<'kept' | 'set'> => {
        const outcome = schedulers.has(id) ? 'kept' : 'set';
        schedulers.add(id);
        return Promise.resolve(outcome);
      },
    };
    const bell = new TickBell({ queue, everyMs: 1_000, logger, checkMs: 5 });
    await bell.start();
    expect([...schedulers]).toEqual([...TICK_KINDS]);
    schedulers.clear();
    await vi.waitFor(() => expect(schedulers.size).toBe(TICK_KINDS.length), { timeout: 5_000, interval: 5 });
    await bell.stop();
  });

  it('goes on checking after Redis was away', async () => {
    let calls = 0;
    const queue = {
      ensureTicker: () => {
        calls += 1;
        return calls > TICK_KINDS.length && calls < TICK_KINDS.length + 6
          ? Promise.reject(new Error('away'))
          : Promise.resolve('kept' as const);
      },
    };
    const bell = new TickBell({ queue, everyMs: 1_000, logger, checkMs: 5 });
    await bell.start();
    await vi.waitFor(() => expect(calls).toBeGreaterThan(12), { timeout: 5_000, interval: 5 });
    await bell.stop();
  });
});
