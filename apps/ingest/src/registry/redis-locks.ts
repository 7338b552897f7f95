import type { Logger } from '#libs/platform';
import { withLock, type openRedis } from '#libs/queue';

import { UnavailableError } from '../flow/persist.js';
import type { Locks } from './registry.js';

const TTL_MS = 15_000;
const WAIT_MS = 5_000;

type Outcome<T> = { ok: true; value: T } | { ok: false; error: unknown };

const settle = async <T>(act: () => Promise<T>): Promise<Outcome<T>> => {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    return { ok: false, error };
  }
};

/** redisLocks: locks shared by all processes. A Redis that is away, or a lock that stays taken, is an UnavailableError; what `act` throws stays itself. */
export const redisLocks =
  (redis: ReturnType<typeof openRedis>, logger: Logger): Locks =>
  async (name, act) => {
    const result = await withLock(redis, name, { ttlMs: TTL_MS, waitMs: WAIT_MS, logger }, () =>
      settle(act),
    ).catch((error: unknown) => {
      throw new UnavailableError(
        'Redis does not answer, and the registry can be changed only under its lock',
        {
          cause: error,
        },
      );
    });
    if (!result.acquired) throw new UnavailableError(`another process holds the lock ${name}`);
    if (!result.value.ok) throw result.value.error;
    return result.value.value;
  };
