import type { Logger } from '#libs/platform';
import { withLock } from '#libs/queue';
import type { Redis } from 'ioredis';

import { Problem } from './http/problem.js';
import type { Locks } from './tokens.js';

const TTL_MS = 15_000;
const WAIT_MS = 15_000;
const RETRY = { 'Retry-After': '2' };

/** redisLocks: what fails inside of the protected work is thrown as it is; a lock that cannot be had is a 503. */
export const redisLocks =
  (redis: Redis, logger: Logger): Locks =>
  async <T>(key: string, act: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const settled = (signal: AbortSignal): Promise<Settled<T>> =>
      act(signal).then(
        (value) => ({ ok: true, value }),
        (error: unknown) => ({ ok: false, error: signal.aborted ? lost(error) : error }),
      );
    const result = await withLock(redis, key, { ttlMs: TTL_MS, waitMs: WAIT_MS, logger }, settled).catch(
      unreachable,
    );
    if (!result.acquired)
      throw new Problem(503, 'Somebody else is changing the same thing; try again in a moment.', {
        headers: RETRY,
      });
    if (!result.value.ok) throw result.value.error;
    return result.value.value;
  };

type Settled<T> = { ok: true; value: T } | { ok: false; error: unknown };

const unreachable = (cause: unknown): never => {
  throw new Problem(
    503,
    'Redis cannot be reached right now, so nothing can be changed; try again in a moment.',
    {
      headers: RETRY,
      cause,
    },
  );
};

const lost = (cause: unknown): Problem =>
  new Problem(503, 'The lock was lost while the change was running; nothing is half done, try again.', {
    headers: RETRY,
    cause,
  });
