import type { KafkaMessage } from 'kafkajs';

import type { UnreadableRange } from './unreadable.js';

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
  /** Offsets within the range whose records cannot be decoded; none of `records` lies among them. */
  readonly unreadable: readonly UnreadableRange[];
  /** The offset that the next record produced will get, as of the fetch. */
  readonly highWatermark: bigint;
};

/** HEADERS_MAX: further headers of a record are left out. */
export const HEADERS_MAX = 64;
const HEADER_CHARS_MAX = 1_024;
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const NO_BYTES = Buffer.alloc(0);

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

type Limits = { maxRecords: number; maxBytes: number };

const cutRecords = (records: readonly KafkaRecord[], { maxRecords, maxBytes }: Limits): KafkaRecord[][] => {
  const parts: KafkaRecord[][] = [];
  let part: KafkaRecord[] = [];
  let bytes = 0;
  for (const record of records) {
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
  return parts;
};

/** cutUnreadable: every offset of such a range is accounted for by itself, so a long one is taken in several steps. */
const cutUnreadable = (range: UnreadableRange, maxRecords: number): UnreadableRange[] => {
  const parts: UnreadableRange[] = [];
  for (let first = range.first; first <= range.last; first += BigInt(maxRecords)) {
    const end = first + BigInt(maxRecords) - 1n;
    const bytes = first === range.first ? range.bytes : NO_BYTES;
    parts.push({ ...range, first, last: end < range.last ? end : range.last, bytes });
  }
  return parts;
};

type Piece = Pick<RecordBatch, 'records' | 'unreadable'> & { from: bigint };

/** Runs of records and unreadable ranges, in the order of their offsets. */
const piecesOf = ({ records, unreadable }: RecordBatch, limits: Limits): Piece[] => {
  const pieces: Piece[] = [];
  let rest = records;
  for (const range of [...unreadable, undefined]) {
    const at = range === undefined ? rest.length : rest.findIndex(({ offset }) => offset > range.last);
    const before = rest.slice(0, at < 0 ? rest.length : at);
    rest = rest.slice(before.length);
    for (const part of cutRecords(before, limits))
      pieces.push({ records: part, unreadable: [], from: part[0]?.offset ?? 0n });
    if (range === undefined) break;
    for (const part of cutUnreadable(range, limits.maxRecords))
      pieces.push({ records: [], unreadable: [part], from: part.first });
  }
  return pieces;
};

/** slices: cuts a batch so that no part has more records or bytes than allowed (one oversized record makes a part of its own). The parts' ranges touch. */
export const slices = (batch: RecordBatch, limits: Limits): RecordBatch[] => {
  const pieces = piecesOf(batch, limits);
  return pieces.map(({ records, unreadable, from }, index) => ({
    ...batch,
    records,
    unreadable,
    first: index === 0 ? batch.first : from,
    last: (pieces[index + 1]?.from ?? batch.last + 1n) - 1n,
  }));
};

/** splitAfter: the batch up to `last`, and what is left of it behind that. */
export const splitAfter = (batch: RecordBatch, last: bigint): [RecordBatch, RecordBatch | undefined] => {
  if (last >= batch.last) return [batch, undefined];
  const count = batch.records.findIndex(({ offset }) => offset > last);
  const at = count < 0 ? batch.records.length : count;
  const isDone = (range: UnreadableRange): boolean => range.last <= last;
  return [
    { ...batch, last, records: batch.records.slice(0, at), unreadable: batch.unreadable.filter(isDone) },
    {
      ...batch,
      first: last + 1n,
      records: batch.records.slice(at),
      unreadable: batch.unreadable.filter((range) => !isDone(range)),
    },
  ];
};
