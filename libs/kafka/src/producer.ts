import { setTimeout as sleep } from 'node:timers/promises';

import { backoffMs } from '#libs/platform';
import kafkajs from 'kafkajs';
import type { Producer as KafkaProducer } from 'kafkajs';

import { createClient, type KafkaConnection } from './client.js';

/** OutgoingRecord: what is produced; records with the same key keep their order. */
export type OutgoingRecord = {
  key?: Buffer | string | null;
  value: Buffer | string | null;
  headers?: Readonly<Record<string, string>>;
  timestampMs?: number;
};

/** TooLargeError: the broker refuses a record of this size; sending it again cannot help. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** Producer: acknowledged by all in-sync replicas, without duplicates of its own retries. */
export type Producer = {
  /** Returns when everything is acknowledged; waits out a broker that is away until `signal` aborts. Throws TooLargeError. */
  send(topic: string, records: readonly OutgoingRecord[], signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

export type ProducerOptions = { connection: KafkaConnection; compression?: 'none' | 'gzip' | 'zstd' };

const SEND_BYTES_MAX = 512 * 1024;
const SEND_RECORDS_MAX = 2_000;
const BACKOFF = { baseMs: 300, maxMs: 5_000 };
const RETRY = { retries: 4, initialRetryTime: 200, maxRetryTime: 2_000 };

const sizeOf = ({ key, value }: OutgoingRecord): number =>
  Buffer.byteLength(value ?? '') + Buffer.byteLength(key ?? '') + 100;

/** chunks: one send is one batch per partition and is not split by the client, so it is kept well under the broker's 1 MB. */
export const chunks = (records: readonly OutgoingRecord[]): OutgoingRecord[][] => {
  const parts: OutgoingRecord[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    const size = sizeOf(record);
    const part = parts.at(-1);
    if (part === undefined || bytes + size > SEND_BYTES_MAX || part.length >= SEND_RECORDS_MAX) {
      parts.push([record]);
      bytes = size;
    } else {
      part.push(record);
      bytes += size;
    }
  }
  return parts;
};

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  (('type' in error && error.type === 'MESSAGE_TOO_LARGE') || ('cause' in error && isTooLarge(error.cause)));

const toMessage = ({ key, value, headers, timestampMs }: OutgoingRecord): kafkajs.Message => ({
  key: key ?? null,
  value,
  ...(headers === undefined ? {} : { headers: { ...headers } }),
  ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
});

const CODECS = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  zstd: kafkajs.CompressionTypes.ZSTD,
} as const;

class RepeatingProducer implements Producer {
  private client: Promise<KafkaProducer> | undefined;
  private readonly closing = new AbortController();

  constructor(private readonly options: ProducerOptions) {}

  async send(topic: string, records: readonly OutgoingRecord[], signal?: AbortSignal): Promise<void> {
    const until = signal === undefined ? this.closing.signal : AbortSignal.any([signal, this.closing.signal]);
    for (const part of chunks(records)) await this.insist(topic, part, until);
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('the producer is closed'));
    await this.drop();
  }

  /** A rejected send may have been written all the same: the producer starts afresh, and readers drop what they have seen. */
  private async insist(topic: string, records: OutgoingRecord[], signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        await this.sendOnce(topic, records);
        return;
      } catch (error) {
        if (isTooLarge(error))
          throw new TooLargeError(
            `topic ${topic} refuses a record of this size; raise its max.message.bytes`,
            {
              cause: error,
            },
          );
        await this.drop();
        const delayMs = backoffMs(attempt, BACKOFF);
        const reason = error instanceof Error ? error.message : String(error);
        this.options.connection.logger.warn(
          { topic, reason, delayMs },
          'sending to Kafka failed; trying again',
        );
        await sleep(delayMs, undefined, { signal });
      }
    }
  }

  private async sendOnce(topic: string, records: OutgoingRecord[]): Promise<void> {
    this.client ??= this.connect();
    const client = await this.client;
    await client.send({
      topic,
      acks: -1,
      compression: CODECS[this.options.compression ?? 'none'],
      messages: records.map(toMessage),
    });
  }

  private async connect(): Promise<KafkaProducer> {
    const client = createClient(this.options.connection).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      retry: RETRY,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await client.connect();
    return client;
  }

  private async drop(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.then((connected) => connected.disconnect()).catch(() => undefined);
  }
}

/** createProducer: connects on the first send. */
export const createProducer = (options: ProducerOptions): Producer => new RepeatingProducer(options);
