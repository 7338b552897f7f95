import { randomUUID } from 'node:crypto';

import { createLogger, loadConfig } from '#libs/platform';
import {
  jobId,
  JobQueue,
  JobWorker,
  openRedis,
  pingRedis,
  withLock,
  type JobHandler,
  type QueueDefinition,
} from '#libs/queue';
import { afterAll, afterEach, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';

const config = loadConfig({ REDIS_URL: inject('redisUrl') });
const logger = createLogger({ logLevel: 'silent' }, 'test');
const definition: QueueDefinition<{ n: number }> = {
  name: 'numbers',
  payload: z.strictObject({ n: z.number() }),
  attempts: 3,
};

const closers: (() => Promise<unknown>)[] = [];
const until = (check: () => unknown): Promise<void> =>
  vi.waitFor(async () => expect(await check()).toBe(true), { timeout: 20_000, interval: 20 });

const open = () => {
  const prefix = `{test-${randomUUID()}}`;
  const queue = new JobQueue(definition, { config, logger, prefix });
  closers.push(() => queue.close());
  const work = (handle: JobHandler<{ n: number }>, concurrency = 1) => {
    const worker = new JobWorker(definition, { config, logger, prefix, handle, concurrency });
    closers.push(() => worker.close(100));
    return worker;
  };
  return { queue, work, prefix };
};

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('jobs', () => {
  it('carry a parsed payload once per id while one is stored, and may come again afterwards', async () => {
    const { queue, work } = open();
    const seen: number[] = [];
    await Promise.all([1, 2, 3].map(() => queue.add({ n: 7 }, { id: jobId('same') })));
    expect(await queue.depth()).toMatchObject({ waiting: 1 });
    work(({ n }) => {
      seen.push(n);
      return Promise.resolve({ kind: 'done' });
    });
    await until(async () => seen.length === 1 && (await queue.depth()).active === 0);
    await queue.add({ n: 8 }, { id: jobId('same') });
    await until(() => seen.length === 2);
    expect(seen).toEqual([7, 8]);
  });

  it('are refused when they do not fit, on the way in and on the way out', async () => {
    const { queue, work, prefix } = open();
    await expect(queue.add({ n: 'x' } as never, { id: 'job-x' })).rejects.toThrow(/expected number/);
    const loose = new JobQueue({ name: definition.name, payload: z.unknown() }, { config, logger, prefix });
    closers.push(() => loose.close());
    await loose.add({ n: 'x' }, { id: 'job-y' });
    const seen: unknown[] = [];
    work((payload) => {
      seen.push(payload);
      return Promise.resolve({ kind: 'done' });
    });
    await queue.add({ n: 1 }, { id: 'job-z' });
    await until(() => seen.length > 0);
    await until(async () => Object.values(await queue.depth()).every((count) => count === 0));
    expect(seen).toEqual([{ n: 1 }]);
  });

  it('come back after the time that the other side named, and end for good when told', async () => {
    const { queue, work } = open();
    const attempts: { attempt: number; isLastAttempt: boolean }[] = [];
    work((_, { attempt, isLastAttempt }) => {
      attempts.push({ attempt, isLastAttempt });
      return Promise.resolve(
        attempt === 1 ? { kind: 'retry', reason: 'busy', afterMs: 300 } : { kind: 'fail', reason: 'gone' },
      );
    });
    await queue.add({ n: 1 }, { id: jobId('retry') });
    await until(() => attempts.length === 2);
    await until(async () => Object.values(await queue.depth()).every((count) => count === 0));
    expect(attempts.map(({ attempt, isLastAttempt }) => [attempt, isLastAttempt])).toEqual([
      [1, false],
      [2, false],
    ]);
  });
});

describe('tickers', () => {
  it('tick, are kept when unchanged, set again when changed, by any number of processes', async () => {
    const { queue, work } = open();
    let ticks = 0;
    work(() => {
      ticks += 1;
      return Promise.resolve({ kind: 'done' });
    });
    const ticker = { id: 'tick-numbers', everyMs: 100, payload: { n: 1 } };
    await Promise.all([1, 2, 3, 4].map(() => queue.ensureTicker(ticker)));
    await until(() => ticks >= 3);
    expect(await queue.ensureTicker(ticker)).toBe('kept');
    expect(await queue.ensureTicker({ ...ticker, everyMs: 50 })).toBe('set');
    expect(await queue.ensureTicker(ticker, () => Date.now() + 60_000)).toBe('set');
    const before = ticks;
    await until(() => ticks >= before + 3);
    expect(await queue.removeTicker(ticker.id)).toBe(true);
  });
});

describe('closing a worker', () => {
  it('waits for the running job', async () => {
    const { queue, work } = open();
    const gate: { open: () => void } = { open: () => undefined };
    let ended = false;
    let started = false;
    const worker = work(async () => {
      started = true;
      await new Promise<void>((resolve) => (gate.open = resolve));
      ended = true;
      return { kind: 'done' };
    });
    await queue.add({ n: 1 }, { id: jobId('slow') });
    await until(() => started);
    const closing = worker.close(10_000);
    gate.open();
    expect(await closing).toBe(true);
    expect(ended).toBe(true);
  });

  it('leaves a job that hangs, and tells it', async () => {
    const { queue, work } = open();
    let signal: AbortSignal | undefined;
    const worker = work((_, context) => {
      signal = context.signal;
      return new Promise(() => undefined);
    });
    await queue.add({ n: 1 }, { id: jobId('hang') });
    await until(() => signal !== undefined);
    expect(await worker.close(50)).toBe(false);
    expect(signal?.aborted).toBe(true);
  });
});

describe('withLock', () => {
  const redis = openRedis(config, logger);
  afterAll(() => redis.quit());
  const key = () => `test-${randomUUID()}`;

  it('lets one in at a time, others wait or go away', async () => {
    const name = key();
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await redis.ping();
      inside -= 1;
      return inside;
    };
    const results = await Promise.all(
      Array.from({ length: 8 }, () => withLock(redis, name, { ttlMs: 5_000, waitMs: 10_000 }, work)),
    );
    expect(results.every(({ acquired }) => acquired)).toBe(true);
    expect(most).toBe(1);
    const second = await withLock(redis, name, { ttlMs: 5_000 }, () =>
      withLock(redis, name, { ttlMs: 5_000 }, work),
    );
    expect(second).toEqual({ acquired: true, value: { acquired: false } });
  });

  it('is freed when the work throws', async () => {
    const name = key();
    await expect(
      withLock(redis, name, { ttlMs: 5_000 }, () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(await redis.exists(`plumbline:lock:${name}`)).toBe(0);
  });

  it('outlives its ttl while the work runs', async () => {
    const name = key();
    const result = await withLock(redis, name, { ttlMs: 150 }, async (signal) => {
      const startedMs = performance.now();
      await until(() => performance.now() - startedMs > 500);
      return [signal.aborted, await redis.exists(`plumbline:lock:${name}`)];
    });
    expect(result).toEqual({ acquired: true, value: [false, 1] });
  });

  it('tells the work when someone else has it, and does not release what is not its own', async () => {
    const name = key();
    await withLock(redis, name, { ttlMs: 150 }, async (signal) => {
      await redis.set(`plumbline:lock:${name}`, 'another');
      await until(() => signal.aborted);
    });
    expect(await redis.get(`plumbline:lock:${name}`)).toBe('another');
  });
});

describe('pingRedis', () => {
  it('returns when Redis answers', async () => {
    await pingRedis(config);
  });
});
