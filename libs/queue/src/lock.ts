import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '#libs/platform';
import type { Redis } from 'ioredis';

const PREFIX = 'plumbline:lock:';
const POLL_MS = 50;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;

/** LockResult: the value of the protected call, or that someone else held the lock for all of `waitMs`. */
export type LockResult<T> = { readonly acquired: true; readonly value: T } | { readonly acquired: false };

type LockOptions = {
  /** The lock frees itself this long after its owner's last sign of life; renewed at a third of it while the call runs. */
  ttlMs: number;
  /** How long to wait for another owner; 0 tries once. */
  waitMs?: number;
  logger?: Logger;
};

type Held = { redis: Redis; key: string; token: string; ttlMs: number; logger: Logger | undefined };

const acquire = async ({ redis, key, token, ttlMs }: Held, waitMs: number): Promise<boolean> => {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    if ((await redis.set(key, token, 'PX', ttlMs, 'NX')) === 'OK') return true;
    if (performance.now() >= deadlineMs) return false;
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
};

/** Renews until stopped. When the key is another's, or no answer came for a whole ttl, the lock is lost and the call is told. */
const keepAlive = ({ redis, key, token, ttlMs, logger }: Held, lost: AbortController): (() => void) => {
  let aliveMs = performance.now();
  const lose = (why: string) => {
    logger?.warn({ lock: key, why }, 'a lock was lost while its work was running');
    lost.abort(new Error(`the lock ${key} was lost: ${why}`));
  };
  const renew = async (): Promise<void> => {
    try {
      if (Number(await redis.eval(RENEW, 1, key, token, ttlMs)) === 1) aliveMs = performance.now();
      else lose('someone else has it');
    } catch {
      if (performance.now() - aliveMs >= ttlMs) lose('Redis did not answer');
    }
  };
  const timer = setInterval(() => void renew(), Math.max(1, Math.floor(ttlMs / 3)));
  return () => clearInterval(timer);
};

/**
 * withLock: runs `act` while this process alone holds `key`. The lock keeps honest processes apart; it cannot stop one that
 * slept through its ttl, so what `act` writes must carry its own check (a version, a deterministic key). `act`'s signal aborts when the lock is lost.
 */
export const withLock = async <T>(
  redis: Redis,
  name: string,
  { ttlMs, waitMs = 0, logger }: LockOptions,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<LockResult<T>> => {
  const held: Held = { redis, key: `${PREFIX}${name}`, token: randomUUID(), ttlMs, logger };
  if (!(await acquire(held, waitMs))) return { acquired: false };
  const lost = new AbortController();
  const stop = keepAlive(held, lost);
  try {
    return { acquired: true, value: await act(lost.signal) };
  } finally {
    stop();
    await redis
      .eval(RELEASE, 1, held.key, held.token)
      .catch(() => logger?.warn({ lock: held.key }, 'a lock was not released; it ends by itself'));
  }
};
