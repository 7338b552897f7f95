import { ClickHouseError } from '@clickhouse/client';

/**
 * ClickHouse's error codes that say "not now" rather than "never": time limits, memory, too many parts or queries, replicas and
 * network inside the cluster. https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const RETRYABLE_CODES = new Set(
  '33 159 160 198 201 202 203 204 209 210 236 241 242 243 252 279 285 286 305 319 364 373 394 415 425 439 473 499 574 668 735 999 1000'.split(
    ' ',
  ),
);

const MAX_MESSAGE_LENGTH = 600;

type StoreFailure = { query: string; retryable: boolean; code?: string; cause?: unknown };

/**
 * StoreError: every failure of ClickHouse, named after the query that met it. `retryable` is decided here, where the code is known:
 * true for outages and overload (nothing was wrong with the request), false for bugs and refusals.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly retryable: boolean;
  readonly query: string;
  /** ClickHouse's number or Node's name of the error, `TIMEOUT` when our own limit ran out. */
  readonly code: string;

  constructor(message: string, failure: StoreFailure) {
    super(`${failure.query}: ${message}`.slice(0, MAX_MESSAGE_LENGTH), { cause: failure.cause });
    this.retryable = failure.retryable;
    this.query = failure.query;
    this.code = failure.code ?? '';
  }
}

/** The engine inside this process answers with a class of the same name from another package. */
const isAnswer = (error: unknown): error is ClickHouseError =>
  error instanceof ClickHouseError ||
  (error instanceof Error &&
    error.name === 'Error' &&
    'type' in error &&
    'code' in error &&
    /^\d+$/.test(String(error.code)));

const programmingErrors = [TypeError, RangeError, SyntaxError, ReferenceError];

/** toStoreError: classifies whatever the client threw. Anything that is neither ClickHouse's answer nor a bug came from the network. */
export function toStoreError(error: unknown, query: string): StoreError {
  if (error instanceof StoreError) return error;
  if (isAnswer(error)) {
    const message = `ClickHouse refused with ${error.type ?? 'an error'} (code ${error.code}): ${error.message}`;
    return new StoreError(message, {
      query,
      retryable: RETRYABLE_CODES.has(error.code),
      code: error.code,
      cause: error,
    });
  }
  const text = error instanceof Error ? error.message || error.name : String(error);
  if (programmingErrors.some((kind) => error instanceof kind))
    return new StoreError(text, { query, retryable: false, cause: error });
  const code = networkCode(error);
  return new StoreError(`no answer from ClickHouse${code === '' ? '' : ` (${code})`}: ${text}`, {
    query,
    retryable: true,
    code,
    cause: error,
  });
}

function networkCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}
