import { backoffMs } from '#libs/platform';
import { UnrecoverableError } from 'bullmq';

/**
 * JobOutcome: how a job ended. `retry` comes again, after `afterMs` where a remote side named a time (`isExpected`: it only waits its turn);
 * `fail` is given up at once.
 */
export type JobOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number; readonly isExpected?: true }
  | { readonly kind: 'fail'; readonly reason: string };

/** RETRY_BACKOFF: the name of our back-off in a job's options. */
export const RETRY_BACKOFF = 'full-jitter';

const BASE_MS = 1_000;
const MAX_MS = 5 * 60_000;
const AFTER_MAX_MS = 60 * 60_000;

class RetryJob extends Error {
  override readonly name = 'RetryJob';

  constructor(
    reason: string,
    readonly afterMs: number | undefined,
    readonly isExpected: boolean,
  ) {
    super(reason);
  }
}

/** settle: turns an outcome into what BullMQ understands: a return, an error with a delay, or one that ends all attempts. */
export const settle = (outcome: JobOutcome): void => {
  if (outcome.kind === 'retry')
    throw new RetryJob(outcome.reason, outcome.afterMs, outcome.isExpected === true);
  if (outcome.kind === 'fail') throw new UnrecoverableError(outcome.reason);
};

/** isExpected: the job waits its turn; nothing is wrong. */
export const isExpected = (error: unknown): boolean => error instanceof RetryJob && error.isExpected;

/** retryDelayMs: full jitter from 1 s up to 5 min; a time named by the remote side is kept and jitter added, so that waiting jobs do not return together. */
export const retryDelayMs = (
  attemptsMade: number,
  error: unknown,
  random: () => number = Math.random,
): number => {
  const jitterMs = backoffMs(Math.max(attemptsMade, 1), { baseMs: BASE_MS, maxMs: MAX_MS, random });
  if (!(error instanceof RetryJob) || error.afterMs === undefined) return jitterMs;
  return Math.min(error.afterMs, AFTER_MAX_MS) + Math.min(jitterMs, BASE_MS);
};
