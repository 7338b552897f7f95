import { getCACertificates, type ConnectionOptions } from 'node:tls';

import type { Logger, Sasl, Tls } from '#libs/platform';
import kafkajs from 'kafkajs';
import type { Kafka, LogEntry, SASLOptions } from 'kafkajs';

import { repairKafkajs } from './guards.js';
import { createTokens } from './oauth.js';

/** KafkaConnection: how to reach the brokers; the `kafka` slice of the configuration fits, plus the app's logger. */
export type KafkaConnection = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: boolean | undefined;
  readonly tls?: Tls | undefined;
  readonly sasl?: Sasl | undefined;
  readonly logger: Logger;
};

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;
const SAME_MESSAGE_EVERY_MS = 10_000;
const MESSAGES_MAX = 200;

type Level = 'debug' | 'warn';

/** logThrottle: lets the same message through once per interval; a broker that is away repeats itself many times a second. */
export const logThrottle = (
  everyMs = SAME_MESSAGE_EVERY_MS,
): ((message: string, nowMs: number) => boolean) => {
  const seenMs = new Map<string, number>();
  return (message, nowMs) => {
    if (nowMs - (seenMs.get(message) ?? -Infinity) < everyMs) return false;
    if (seenMs.size >= MESSAGES_MAX) seenMs.clear();
    seenMs.set(message, nowMs);
    return true;
  };
};

/** Said of every producer with bounded retries, which ours needs: it repeats by itself and can be stopped. */
const EXPECTED = 'Limiting retries for the idempotent producer';

/** The client's own warnings and errors are warnings here: what really failed is thrown, and logged by whoever caught it. */
const logCreator = (logger: Logger) => {
  const isNew = logThrottle();
  return () =>
    ({ level, namespace, log }: LogEntry): void => {
      const { message } = log;
      const { broker, groupId, topic, partition, error } = log as Record<string, unknown>;
      const reason = error instanceof Error ? error.message : error;
      const details = { client: namespace, broker, group: groupId, topic, partition, reason };
      const to: Level =
        level <= kafkajs.logLevel.WARN &&
        !message.startsWith(EXPECTED) &&
        isNew(`${namespace} ${message}`, Date.now())
          ? 'warn'
          : 'debug';
      logger[to](details, `kafka: ${message}`);
    };
};

const saslOf = (sasl: Sasl): SASLOptions => {
  const { mechanism, username = '', password = '' } = sasl;
  if (mechanism === 'oauthbearer') return { mechanism, oauthBearerProvider: createTokens(sasl) };
  return { mechanism, username, password };
};

/** The system's own authorities are trusted beside the one given, as with every other client. */
const sslOf = ({ ca, cert, key }: Tls = {}): ConnectionOptions => ({
  ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
  ...(cert === undefined || key === undefined ? {} : { cert, key }),
});

/** createClient: a repaired kafkajs client that logs through the app's logger. Nothing connects yet. */
export const createClient = ({ brokers, clientId, ssl, tls, sasl, logger }: KafkaConnection): Kafka => {
  repairKafkajs();
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ssl: ssl === true && sslOf(tls),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logCreator(logger),
  });
};
