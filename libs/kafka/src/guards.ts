import { createRequire } from 'node:module';

import { installCodecs } from './codecs.js';

/**
 * Repairs of kafkajs 2.2.4, which is no longer maintained, made on its own modules so that a successor is a change of this folder only:
 * - a record batch of more than about 120,000 records overflows the stack (it is spread into one call) and stops the partition for good;
 * - every connection re-arms a timer of 1 ms for ever, and Node 24 warns about its negative delay;
 * - an offset that the broker does not hold (any more) is replaced *and committed* at once, which hides the gap from the next start;
 * - gzip unpacks without a bound, the other compressions are missing.
 */
type Decoder = {
  readInt32(): number;
  canReadBytes(bytes: number): boolean;
  readBytes(bytes: number): Buffer;
};
type RecordBatchDecoder = (decoder: Decoder) => Promise<{ records: unknown[] }>;
type RequestQueue = {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  throttledUntil: number;
  pending: unknown[];
  checkPendingRequests(): void;
};

const MAGIC_OFFSET = 16;
const RECORD_BATCH_MAGIC = 2;
const RECORD_BATCH_OVERHEAD_BYTES = 49;
const CHECK_PENDING_MS = 10;

const load = createRequire(import.meta.url);
const internal = (path: string): unknown => load(`kafkajs/src/${path}`);

/** scheduleCheck: looks again only while requests are waiting. */
export function scheduleCheck(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const delayMs = Math.max(this.throttledUntil - Date.now(), CHECK_PENDING_MS);
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, delayMs);
}

const isPartial = (error: unknown): boolean =>
  error instanceof Error && error.name === 'KafkaJSPartialMessageError';

/** decodeRecordBatches: the records of a fetch, however many a batch holds; a cut batch at the end is left for the next fetch. */
export const decodeRecordBatches = async (
  decoder: Decoder,
  decodeBatch: RecordBatchDecoder,
): Promise<unknown[]> => {
  const records: unknown[] = [];
  while (decoder.canReadBytes(RECORD_BATCH_OVERHEAD_BYTES)) {
    try {
      for (const record of (await decodeBatch(decoder)).records) records.push(record);
    } catch (error) {
      if (isPartial(error)) break;
      throw error;
    }
  }
  return records;
};

const replaceDecoder = (): void => {
  const path = load.resolve('kafkajs/src/protocol/requests/fetch/v4/decodeMessages');
  const legacy = internal('protocol/requests/fetch/v4/decodeMessages') as (d: Decoder) => Promise<unknown[]>;
  const decodeBatch = internal('protocol/recordBatch/v0/decoder') as RecordBatchDecoder;
  const DecoderOf = internal('protocol/decoder') as new (bytes: Buffer) => Decoder & {
    buffer: Buffer;
    offset: number;
  };

  const decodeMessages = (response: Decoder & { buffer: Buffer; offset: number }): Promise<unknown[]> => {
    const { buffer, offset } = response;
    const magicAt = offset + 4 + MAGIC_OFFSET;
    if (buffer.length <= magicAt || buffer.readInt8(magicAt) !== RECORD_BATCH_MAGIC) return legacy(response);
    const bytes = response.readInt32();
    if (bytes <= 0 || !response.canReadBytes(bytes)) return Promise.resolve([]);
    return decodeRecordBatches(new DecoderOf(response.readBytes(bytes)), decodeBatch);
  };
  const cached = load.cache[path];
  if (cached === undefined) throw new Error('kafkajs is not the version that libs/kafka repairs (2.2.4)');
  cached.exports = decodeMessages;
};

type OffsetManager = {
  cluster: {
    fetchTopicsOffset(
      topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
    ): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
  };
  resolveOffset(at: { topic: string; partition: number; offset: string }): void;
};

/** continueAtStart: goes on at the start of the log, and leaves what is committed alone until records have been handled. */
export async function continueAtStart(
  this: OffsetManager,
  { topic, partition }: { topic: string; partition: number },
): Promise<void> {
  const asked = { topic, partitions: [{ partition }], fromBeginning: true };
  const [found] = await this.cluster.fetchTopicsOffset([asked]);
  const start = BigInt(found?.partitions.find((each) => each.partition === partition)?.offset ?? 0);
  this.resolveOffset({ topic, partition, offset: String(start - 1n) });
}

let isRepaired = false;

/** repairKafkajs: applies the repairs once per process; throws when kafkajs is not laid out as they expect. */
export const repairKafkajs = (): void => {
  if (isRepaired) return;
  isRepaired = true;
  replaceDecoder();
  const { prototype } = internal('network/requestQueue') as {
    prototype: RequestQueue & { scheduleCheckPendingRequests(): void };
  };
  prototype.scheduleCheckPendingRequests = scheduleCheck;
  const offsets = internal('consumer/offsetManager') as {
    prototype: { setDefaultOffset: typeof continueAtStart };
  };
  offsets.prototype.setDefaultOffset = continueAtStart;
  installCodecs();
};
