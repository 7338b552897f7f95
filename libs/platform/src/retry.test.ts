import { describe, expect, it } from 'vitest';

import { createLogger } from './logging.js';
import { backoffMs, retry, waitFor } from './retry.js';

const failing = (times: number) => {
  let calls = 0;
  return () => {
    calls += 1;
    return calls <= times ? Promise.reject(new Error(`failure ${calls}`)) : Promise.resolve(calls);
  };
};

describe('backoffMs', () => {
  it.each([
    [1, 0.5, 50],
    [2, 0.5, 100],
    [3, 0.999, 399],
    [4, 0.5, 250],
    [5_000, 0.5, 250],
    [9, 0, 0],
  ])('attempt %i with draw %d waits %i ms', (attempt, draw, expected) => {
    expect(backoffMs(attempt, { baseMs: 100, maxMs: 500, random: () => draw })).toBe(expected);
  });
});

describe('retry', () => {
  const waits: number[] = [];
  const base = {
    baseMs: 100,
    random: () => 0.5,
    sleep: (ms: number) => Promise.resolve(void waits.push(ms)),
  };

  it('tries again until it works, waiting longer each time', async () => {
    waits.length = 0;
    const seen: number[] = [];
    expect(
      await retry(failing(3), { ...base, attempts: 5, onRetry: ({ attempt }) => seen.push(attempt) }),
    ).toBe(4);
    expect(waits).toEqual([50, 100, 200]);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('throws the last error when the attempts are used up', async () => {
    await expect(retry(failing(9), { ...base, attempts: 3 })).rejects.toThrow('failure 3');
  });

  it('does not repeat what cannot get better', async () => {
    await expect(retry(failing(9), { ...base, attempts: 3, isRetryable: () => false })).rejects.toThrow(
      'failure 1',
    );
  });

  it('ends in the middle of a wait when aborted', async () => {
    const controller = new AbortController();
    const run = retry(failing(9), {
      attempts: 9,
      baseMs: 1e9,
      maxMs: 1e9,
      random: () => 1,
      signal: controller.signal,
      onRetry: () => controller.abort(),
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('waitFor', () => {
  const collect = () => {
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger({ logLevel: 'info' }, 'test', {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    return { lines, logger };
  };

  it('waits through failures, logs at once and then every few seconds, and says when it goes on', async () => {
    const { lines, logger } = collect();
    let clockMs = 0;
    const sleep = () => Promise.resolve(void (clockMs += 1_000));
    const options = {
      name: 'Redis',
      check: failing(12),
      logger,
      signal: new AbortController().signal,
      now: () => clockMs,
      sleep,
    };
    await waitFor(options);
    expect(lines.map((line) => [line['msg'], line['waitedMs']])).toEqual([
      ['waiting for Redis', 0],
      ['waiting for Redis', 5_000],
      ['waiting for Redis', 10_000],
      ['Redis answers; going on', 12_000],
    ]);
  });

  it('gives up a check that hangs and tries again', async () => {
    const { lines, logger } = collect();
    let calls = 0;
    const check = () => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : Promise.resolve();
    };
    await waitFor({
      name: 'Kafka',
      check,
      logger,
      signal: new AbortController().signal,
      checkTimeoutMs: 10,
      sleep: () => Promise.resolve(),
    });
    expect(lines[0]).toMatchObject({ reason: 'no answer within 10 ms' });
  });

  it('ends when the app stops, also during a check that ignores the signal', async () => {
    const controller = new AbortController();
    const check = () => {
      controller.abort(new Error('stopping'));
      return new Promise(() => undefined);
    };
    await expect(
      waitFor({ name: 'Kafka', check, logger: collect().logger, signal: controller.signal }),
    ).rejects.toThrow('stopping');
  });
});
