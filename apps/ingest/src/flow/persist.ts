import { retry, type Logger } from '#libs/platform';
import { StoreError } from '#libs/store';

/** UnavailableError: a service does not answer now; nothing is wrong with the request. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** Outages: which services are being waited for now, by name, so that probes and logs can say so. */
export class Outages {
  private readonly waits = new Map<string, number>();

  begin(service: string): void {
    this.waits.set(service, (this.waits.get(service) ?? 0) + 1);
  }

  end(service: string): void {
    const left = (this.waits.get(service) ?? 1) - 1;
    if (left > 0) this.waits.set(service, left);
    else this.waits.delete(service);
  }

  names(): string[] {
    return [...this.waits.keys()];
  }
}

type Persist = { signal: AbortSignal; logger: Logger; outages: Outages; now?: () => number };

const LOG_EVERY_MS = 5_000;
const BACKOFF = { baseMs: 200, maxMs: 5_000 };

/** isOutage: whether waiting can help. */
export const isOutage = (error: unknown): boolean =>
  error instanceof UnavailableError || (error instanceof StoreError && error.retryable);

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * persist: repeats `act` for as long as its service is away, however long that is: the records wait in Kafka, and giving up
 * would only read them again. Says so every few seconds. Bugs and refusals are thrown at once; an aborted signal ends the wait.
 */
export const persist = async <T>(
  service: string,
  act: () => Promise<T>,
  { signal, logger, outages, now = Date.now }: Persist,
): Promise<T> => {
  const startedMs = now();
  let loggedMs = -Infinity;
  const wait = { isAway: false };
  const onRetry = ({ error, delayMs }: { error: unknown; delayMs: number }): void => {
    if (!wait.isAway) outages.begin(service);
    wait.isAway = true;
    if (now() - loggedMs < LOG_EVERY_MS) return;
    loggedMs = now();
    const waitedMs = loggedMs - startedMs;
    logger.warn(
      { service, reason: reasonOf(error), waitedMs, delayMs },
      `waiting for ${service}; nothing is lost meanwhile`,
    );
  };
  try {
    const value = await retry(act, {
      ...BACKOFF,
      attempts: Infinity,
      signal,
      isRetryable: isOutage,
      onRetry,
    });
    if (wait.isAway)
      logger.info({ service, waitedMs: now() - startedMs }, `${service} answers again; going on`);
    return value;
  } finally {
    if (wait.isAway) outages.end(service);
  }
};
