import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startHeartbeats } from './heartbeats.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const failing = (type: string) => Object.assign(new Error(type), { type });

const start = (beat: () => Promise<void>, parent = new AbortController()) => ({
  parent,
  heartbeats: startHeartbeats({ beat, intervalMs: 100, rebalanceGraceMs: 1_000, parent: parent.signal }),
});

describe('startHeartbeats', () => {
  it('beats until stopped, one at a time', async () => {
    let open = 0;
    let most = 0;
    const beat = vi.fn(async () => {
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 250));
      open -= 1;
    });
    const { heartbeats } = start(beat);
    await vi.advanceTimersByTimeAsync(1_000);
    heartbeats.stop();
    const { length } = beat.mock.calls;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(length).toBeGreaterThan(1);
    expect(beat.mock.calls).toHaveLength(length);
    expect(most).toBe(1);
  });

  it.each([
    { type: 'UNKNOWN_MEMBER_ID', afterMs: 101, aborted: true },
    { type: 'ILLEGAL_GENERATION', afterMs: 101, aborted: true },
    { type: 'REBALANCE_IN_PROGRESS', afterMs: 1_000, aborted: false },
    { type: 'REBALANCE_IN_PROGRESS', afterMs: 1_101, aborted: true },
    { type: 'REQUEST_TIMED_OUT', afterMs: 10_000, aborted: false },
  ])('$type: aborted = $aborted after $afterMs ms', async ({ type, afterMs, aborted }) => {
    const error = failing(type);
    const { heartbeats } = start(() => Promise.reject(error));
    await vi.advanceTimersByTimeAsync(afterMs);
    expect(heartbeats.signal.aborted).toBe(aborted);
    if (aborted) expect(heartbeats.signal.reason).toBe(error);
    heartbeats.stop();
  });

  it('aborts with its parent, also with one that is aborted already', () => {
    const { parent, heartbeats } = start(() => Promise.resolve());
    parent.abort(new Error('stop'));
    expect(heartbeats.signal.reason).toEqual(new Error('stop'));
    expect(start(() => Promise.resolve(), parent).heartbeats.signal.aborted).toBe(true);
  });
});
