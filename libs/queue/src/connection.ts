import { isIP } from 'node:net';
import { getCACertificates, type ConnectionOptions } from 'node:tls';

import { backoffMs, type Config, type Logger, type Tls } from '#libs/platform';
import { Redis, type RedisOptions } from 'ioredis';

const RECONNECT_BASE_MS = 100;
const RECONNECT_MAX_MS = 3_000;
const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 5_000;
const SILENCE_MS = 10_000;

/** A server is named in the handshake, except by a bare address, which TLS does not allow. */
const tlsOf = (host: string, { ca, cert, key }: Tls = {}): ConnectionOptions => ({
  ...(isIP(host) === 0 ? { servername: host } : {}),
  ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
  ...(cert === undefined || key === undefined ? {} : { cert, key }),
});

/**
 * redisOptions: connection options from an address `redis[s]://user:password@host:port/db`.
 * RESP2, because that is what BullMQ's own tests speak; reconnects for ever with jitter, so that a Redis that was away is found again.
 */
export const redisOptions = (address: string, tls?: Tls) => {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1';
  return {
    host,
    port: url.port === '' ? 6379 : Number(url.port),
    db: Number(url.pathname.slice(1) || 0),
    protocol: 2 as const,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (times: number) =>
      RECONNECT_BASE_MS + backoffMs(times, { baseMs: RECONNECT_BASE_MS, maxMs: RECONNECT_MAX_MS }),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: tlsOf(host, tls) } : {}),
  } satisfies RedisOptions;
};

/** throttled: an error listener that writes one line per ten seconds: a client that reconnects reports every try. */
export const throttled = (
  logger: Logger,
  message: string,
  now: () => number = Date.now,
): ((error: Error) => void) => {
  let loggedMs = -Infinity;
  return (error) => {
    if (now() - loggedMs < SILENCE_MS) return;
    loggedMs = now();
    logger.warn({ err: error }, message);
  };
};

/** openRedis: a client for short commands: each ends within seconds, also while Redis is away (it then throws). */
export const openRedis = ({ redis }: Pick<Config, 'redis'>, logger: Logger): Redis => {
  const client = new Redis({
    ...redisOptions(redis.url, redis.tls),
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 3,
  });
  client.on('error', throttled(logger, 'Redis does not answer'));
  return client;
};

/** pingRedis: throws unless Redis answers now; for health checks and for the wait at start. Opens and closes a connection of its own. */
export const pingRedis = async ({ redis }: Pick<Config, 'redis'>): Promise<void> => {
  const client = new Redis({
    ...redisOptions(redis.url, redis.tls),
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
};
