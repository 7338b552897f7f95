import { setTimeout as sleepFor } from 'node:timers/promises';

import type { Logger } from './logging.js';

type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Delays in ms. `random` and `sleep` are arguments so that tests need neither luck nor time. */
type Backoff = { baseMs?: number; maxMs?: number; random?: () => number; sleep?: Sleep };

type RetryOptions = Backoff & {
  /** Tries in all, the first included. */
  attempts: number;
  signal?: AbortSignal;
  isRetryable?: (error: unknown) => boolean;
  onRetry?: (failure: { error: unknown; attempt: number; delayMs: number }) => void;
};

const BASE_MS = 200;
const MAX_MS = 30_000;

const sleep: Sleep = (ms, signal) => sleepFor(ms, undefined, signal === undefined ? {} : { signal });

/** backoffMs: full jitter: anything from 0 up to base × 2^(attempt − 1), capped; `attempt` counts from 1. */
export const backoffMs = (
  attempt: number,
  { baseMs = BASE_MS, maxMs = MAX_MS, random = Math.random }: Backoff = {},
): number => Math.floor(random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30)));

/** retry: runs `act` up to `attempts` times with back-off between; throws the last error, or the signal's reason when aborted. */
export const retry = async <T>(act: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> => {
  const { attempts, signal, isRetryable = () => true, onRetry, sleep: pause = sleep } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await act(attempt);
    } catch (error) {
      if (attempt >= attempts || signal?.aborted === true || !isRetryable(error)) throw error;
      const delayMs = backoffMs(attempt, options);
      onRetry?.({ error, attempt, delayMs });
      await pause(delayMs, signal);
    }
  }
};

type Dependency = {
  /** As a person knows it: "Kafka at 127.0.0.1:9092". */
  name: string;
  check: (signal: AbortSignal) => Promise<unknown>;
  logger: Logger;
  signal: AbortSignal;
  checkTimeoutMs?: number;
  logEveryMs?: number;
  now?: () => number;
} & Backoff;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const once = async (check: Dependency['check'], stop: AbortSignal, timeoutMs: number): Promise<void> => {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  const gone = Promise.withResolvers<never>();
  const abort = () => gone.reject(stop.aborted ? stop.reason : new Error(`no answer within ${timeoutMs} ms`));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([check(signal), gone.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/**
 * waitFor: waits until a dependency answers, for as long as it takes (a broker that is away at start must not kill the app).
 * Says so in the log at once and then every few seconds; ends with the signal's reason when the app stops.
 */
export const waitFor = async (dependency: Dependency): Promise<void> => {
  const {
    name,
    check,
    logger,
    signal,
    checkTimeoutMs = 5_000,
    logEveryMs = 5_000,
    now = Date.now,
  } = dependency;
  const startedMs = now();
  let loggedMs = -Infinity;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      await once(check, signal, checkTimeoutMs);
      if (attempt > 1)
        logger.info({ dependency: name, waitedMs: now() - startedMs }, `${name} answers; going on`);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (now() - loggedMs >= logEveryMs) {
        loggedMs = now();
        logger.warn(
          { dependency: name, reason: reasonOf(error), waitedMs: loggedMs - startedMs },
          `waiting for ${name}`,
        );
      }
      await (dependency.sleep ?? sleep)(backoffMs(attempt, { maxMs: 3_000, ...dependency }), signal);
    }
  }
};
