import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startHeartbeats } from './heartbeats.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const failing = (type: string) => Object.assign(new Error(type), { type });

const start = (beat: () => Promise<void>, parent = new AbortController()) => {
  const onEnding = vi.fn();
  const heartbeats = startHeartbeats({
    beat,
    intervalMs: 100,
    rebalanceGraceMs: 1_000,
    onEnding,
    sessionTimeoutMs: 20_000,
    now: Date.now,
    parent: parent.signal,
  });
  return { parent, onEnding, heartbeats };
};

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
    { type: 'UNKNOWN_MEMBER_ID', afterMs: 101, aborted: true, ending: true },
    { type: 'ILLEGAL_GENERATION', afterMs: 101, aborted: true, ending: true },
    { type: 'REBALANCE_IN_PROGRESS', afterMs: 1_000, aborted: false, ending: true },
    { type: 'REBALANCE_IN_PROGRESS', afterMs: 1_101, aborted: true, ending: true },
    { type: 'REQUEST_TIMED_OUT', afterMs: 20_000, aborted: false, ending: false },
    { type: 'REQUEST_TIMED_OUT', afterMs: 20_101, aborted: true, ending: false },
  ])('$type: aborted = $aborted after $afterMs ms', async ({ type, afterMs, aborted, ending }) => {
    const error = failing(type);
    const { heartbeats, onEnding } = start(() => Promise.reject(error));
    await vi.advanceTimersByTimeAsync(afterMs);
    expect(heartbeats.signal.aborted).toBe(aborted);
    expect(onEnding.mock.calls.length > 0).toBe(ending);
    if (aborted) expect(heartbeats.signal.reason).toBe(error);
    heartbeats.stop();
  });

  it('confirm: throws for a membership that is lost, not while the group merely rebalances', async () => {
    const answers = [undefined, failing('REBALANCE_IN_PROGRESS'), failing('UNKNOWN_MEMBER_ID')];
    const { heartbeats } = start(() => {
      const answer = answers.shift();
      return answer === undefined ? Promise.resolve() : Promise.reject(answer);
    });
    await expect(heartbeats.confirm()).resolves.toBeUndefined();
    await expect(heartbeats.confirm()).resolves.toBeUndefined();
    await expect(heartbeats.confirm()).rejects.toThrow('UNKNOWN_MEMBER_ID');
    await expect(heartbeats.confirm()).rejects.toThrow('UNKNOWN_MEMBER_ID');
    expect(heartbeats.signal.aborted).toBe(true);
    heartbeats.stop();
  });

  it('aborts with its parent, also with one that is aborted already', () => {
    const { parent, heartbeats } = start(() => Promise.resolve());
    parent.abort(new Error('stop'));
    expect(heartbeats.signal.reason).toEqual(new Error('stop'));
    expect(start(() => Promise.resolve(), parent).heartbeats.signal.aborted).toBe(true);
  });
});
