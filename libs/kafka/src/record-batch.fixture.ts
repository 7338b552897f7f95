import { createRequire } from 'node:module';

import { codecOf } from './codecs.js';
import { crc32c } from './crc32c.js';

const load = createRequire(import.meta.url);

type Entry = {
  offsetDelta: number;
  timestampDelta?: number;
  key?: Buffer | null;
  value?: Buffer | null;
  headers?: Record<string, string>;
};
type Options = {
  base?: number;
  compression?: number;
  lastOffsetDelta?: number;
  transactional?: boolean;
};

const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0') as (entry: object) => {
  buffer: Buffer;
};
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (options: object) => Promise<{ buffer: Buffer }>;
};

/** A batch written by kafkajs, whose encoder is the reference for our decoder. */
export const encodedBatch = async (entries: Entry[], options: Options = {}): Promise<Buffer> => {
  const records = entries.map(({ timestampDelta = 0, key = null, value = null, headers = {}, ...rest }) =>
    encodeRecord({ ...rest, timestampDelta, key, value, headers }),
  );
  const { base = 0, lastOffsetDelta = entries.at(-1)?.offsetDelta ?? 0, ...others } = options;
  const batch = await RecordBatch({
    firstOffset: base,
    firstTimestamp: 1_000,
    maxTimestamp: 2_000,
    lastOffsetDelta,
    records,
    ...others,
  });
  return batch.buffer;
};

/** `count` records of one byte from offset `base` on. */
export const plainBatch = (base: number, count: number, options: Options = {}): Promise<Buffer> =>
  encodedBatch(
    Array.from({ length: count }, (_, offsetDelta) => ({ offsetDelta, value: Buffer.from('1') })),
    { base, ...options },
  );

export const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
};

/** The same for very many records, written here because kafkajs takes seconds; packed with gzip. */
export const hugeBatch = (base: number, count: number): Promise<Buffer> => {
  const records = Array.from({ length: count }, (_, offsetDelta) => {
    const fields = Buffer.concat([NO_TIME, varint(offsetDelta), NO_KEY_ONE_BYTE]);
    return Buffer.concat([varint(fields.length), fields]);
  });
  return batchAround(Buffer.concat(records), { codec: 1, count, base });
};
const NO_TIME = Buffer.from([0, 0]);
const NO_KEY_ONE_BYTE = Buffer.from([1, 2, 0x31, 0]);

/** Writes the checksum anew, after a test has changed something behind it. */
export const withCrc = (batch: Buffer): Buffer => {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
};

/** A batch around bytes that need not be records, packed by the codec with this number. */
export const batchAround = async (
  bytes: Buffer,
  {
    codec,
    count,
    base = 0,
    lastDelta = count - 1,
  }: { codec: number; count: number; base?: number; lastDelta?: number },
): Promise<Buffer> => {
  const packed = (await codecOf(codec)?.compress({ buffer: bytes })) ?? bytes;
  const batch = Buffer.concat([Buffer.alloc(61), packed]);
  batch.writeBigInt64BE(BigInt(base), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(codec, 21);
  batch.writeInt32BE(lastDelta, 23);
  batch.writeBigInt64BE(1_000n, 27);
  batch.writeBigInt64BE(2_000n, 35);
  batch.writeBigInt64BE(-1n, 43);
  batch.writeInt32BE(count, 57);
  return withCrc(batch);
};
