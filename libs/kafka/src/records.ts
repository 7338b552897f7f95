import type { KafkaMessage } from 'kafkajs';

/** KafkaRecord: one record as it lies in the log. `timestampMs` is what the broker or the producer wrote, −1 when nothing. */
export type KafkaRecord = {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
};

/**
 * RecordBatch: consecutive records of one partition. The range `first`–`last` may be wider than the records: offsets that
 * transactions and their markers take up belong to it, so that ranges of neighbouring batches touch.
 */
export type RecordBatch = {
  readonly topic: string;
  readonly partition: number;
  /** Tells this topic from an earlier one of the same name. */
  readonly incarnation: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly records: readonly KafkaRecord[];
  /** The offset that the next record produced will get, as of the fetch. */
  readonly highWatermark: bigint;
};

const HEADERS_MAX = 64;
const HEADER_CHARS_MAX = 1_024;
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

const headerText = (value: Buffer | string | (Buffer | string)[] | undefined): string => {
  const first = Array.isArray(value) ? value[0] : value;
  return (first?.toString() ?? '').slice(0, HEADER_CHARS_MAX);
};

/** readHeaders: the first 64 headers as text of at most 1,024 characters each; of a repeated header the first. */
export const readHeaders = (headers: KafkaMessage['headers']): Readonly<Record<string, string>> => {
  const entries = Object.entries(headers ?? {});
  if (entries.length === 0) return NO_HEADERS;
  const kept = entries.slice(0, HEADERS_MAX);
  return Object.fromEntries(
    kept.map(([name, value]) => [name.slice(0, HEADER_CHARS_MAX), headerText(value)] as const),
  );
};

/** toRecord: a record of ours from one of the client's. */
export const toRecord = ({ offset, key, value, headers, timestamp }: KafkaMessage): KafkaRecord => ({
  offset: BigInt(offset),
  key,
  value,
  headers: readHeaders(headers),
  timestampMs: Number(timestamp),
});

/** RECORD_OVERHEAD_BYTES: what a record costs in memory beside its value; keeps a slice of empty records bounded too. */
const RECORD_OVERHEAD_BYTES = 200;

const sizeOf = ({ value, key }: KafkaRecord): number =>
  (value?.length ?? 0) + (key?.length ?? 0) + RECORD_OVERHEAD_BYTES;

/** slices: cuts a batch so that no part has more records or bytes than allowed (one oversized record makes a part of its own). The parts' ranges touch. */
export const slices = (
  batch: RecordBatch,
  { maxRecords, maxBytes }: { maxRecords: number; maxBytes: number },
): RecordBatch[] => {
  const parts: KafkaRecord[][] = [];
  let part: KafkaRecord[] = [];
  let bytes = 0;
  for (const record of batch.records) {
    const size = sizeOf(record);
    if (part.length > 0 && (part.length >= maxRecords || bytes + size > maxBytes)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += size;
  }
  if (part.length > 0) parts.push(part);
  return parts.map((records, index) => ({
    ...batch,
    records,
    first: index === 0 ? batch.first : (records[0]?.offset ?? batch.first),
    last: index === parts.length - 1 ? batch.last : (parts[index + 1]?.[0]?.offset ?? batch.last + 1n) - 1n,
  }));
};
