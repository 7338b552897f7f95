import { ByteReader, MalformedError } from './byte-reader.js';
import { codecOf, TooLargeToUnpackError } from './codecs.js';
import { crc32c } from './crc32c.js';
import { HEADERS_MAX } from './records.js';
import type { UnreadableRange, UnreadableReason } from './unreadable.js';

/** What kafkajs' consumer reads of a batch: which producer and whether its transactions may have been aborted. */
type BatchContext = { readonly producerId: string; readonly inTransaction: boolean };

/** DecodedMessage: a record in the form that kafkajs' consumer passes on. One with `unreadable` stands for a whole batch, at its last offset. */
export type DecodedMessage = {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer>;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  readonly unreadable?: UnreadableRange;
};

/** Budget: bytes of memory that the records of one fetch may fill, those they fill so far, and the bytes of the fetch that these were read from. What does not fit is fetched again. */
export type Budget = { readonly total: number; filled: number; read: number };

export const createBudget = (total: number): Budget => ({ total, filled: 0, read: 0 });

export const isSpent = ({ total, filled }: Budget): boolean => filled >= total;

/** RECORDS_MAX: a batch of more is refused: each record costs memory, however small it is. Producers make batches of thousands. */
export const RECORDS_MAX = 1_000_000;
const RECORD_OVERHEAD_BYTES = 400;

/** https://kafka.apache.org/documentation/#recordbatch, positions from the start of a batch. */
const AT = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastDelta: 23,
  firstTime: 27,
  lastTime: 35,
  producer: 43,
  count: 57,
  records: 61,
} as const;
const PREFIX_BYTES = 12;
const MAGIC = 2;
const CODEC_MASK = 0x07;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const BYTES_KEPT = 64 * 1024;
const NO_CONTEXT: BatchContext = { producerId: '-1', inTransaction: false };
const NO_HEADERS: Record<string, Buffer> = Object.freeze({});

type Refusal = { reason: UnreadableReason; message: string; timestampMs?: number };

class RefusedError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** The first 64 header names with their first values; a client that keeps all of them takes time with the square of their number. */
const readHeaders = (reader: ByteReader): Record<string, Buffer> => {
  const count = reader.varint();
  if (count === 0) return NO_HEADERS;
  if (count < 0) throw new MalformedError(`a record with ${count} headers`);
  const headers = new Map<string, Buffer>();
  for (let index = 0; index < count; index += 1) {
    const name = reader.block();
    const value = reader.block();
    if (name === null) throw new MalformedError('a header without a name');
    if (headers.size < HEADERS_MAX && !headers.has(name.toString()))
      headers.set(name.toString(), value ?? Buffer.alloc(0));
  }
  return Object.fromEntries(headers);
};

type Frame = {
  base: bigint;
  lastDelta: number;
  firstTime: number;
  /** Set when the broker stamped the whole batch. */
  appendTime: string | undefined;
  isControl: boolean;
  context: BatchContext;
};

const frameOf = (batch: Buffer): Frame => {
  const attributes = batch.readInt16BE(AT.attributes);
  return {
    base: batch.readBigInt64BE(0),
    lastDelta: batch.readInt32BE(AT.lastDelta),
    firstTime: Number(batch.readBigInt64BE(AT.firstTime)),
    appendTime: (attributes & APPEND_TIME) === 0 ? undefined : String(batch.readBigInt64BE(AT.lastTime)),
    isControl: (attributes & CONTROL) !== 0,
    context: {
      producerId: String(batch.readBigInt64BE(AT.producer)),
      inTransaction: (attributes & TRANSACTIONAL) !== 0,
    },
  };
};

const readRecord = (reader: ByteReader, frame: Frame, above: number): [DecodedMessage, number] => {
  const length = reader.varint();
  const end = reader.at + length;
  if (length < 0 || length > reader.left) throw new MalformedError('a record is longer than its batch');
  reader.byte();
  const timeDelta = reader.varlong();
  const delta = reader.varint();
  if (delta <= above || delta > frame.lastDelta) throw new MalformedError('the offsets are out of order');
  const message = {
    offset: String(frame.base + BigInt(delta)),
    timestamp: frame.appendTime ?? String(frame.firstTime + timeDelta),
    key: reader.block(),
    value: reader.block(),
    headers: readHeaders(reader),
    isControlRecord: frame.isControl,
    batchContext: frame.context,
  };
  if (reader.at !== end) throw new MalformedError('a record is not as long as it says');
  return [message, delta];
};

const unpack = async (batch: Buffer): Promise<Buffer> => {
  const packed = batch.subarray(AT.records);
  const code = batch.readInt16BE(AT.attributes) & CODEC_MASK;
  if (code === 0) return packed;
  const codec = codecOf(code);
  if (codec === undefined)
    throw new RefusedError({ reason: 'unknown_codec', message: `compression ${code} is not known` });
  return packed.length === 0 ? packed : codec.decompress(packed);
};

/** All records of one whole batch, whose checksum is right. */
const readBatch = async (batch: Buffer, budget: Budget): Promise<DecodedMessage[]> => {
  const count = batch.readInt32BE(AT.count);
  if (count > RECORDS_MAX)
    throw new RefusedError({
      reason: 'too_large',
      message: `it holds ${count} records, at most ${RECORDS_MAX} are read`,
    });
  if (count < 0) throw new MalformedError(`it holds ${count} records`);
  const bytes = await unpack(batch);
  budget.filled += bytes.length + count * RECORD_OVERHEAD_BYTES;
  const reader = new ByteReader(bytes);
  const frame = frameOf(batch);
  const messages: DecodedMessage[] = [];
  let above = -1;
  for (let index = 0; index < count; index += 1) {
    const [message, delta] = readRecord(reader, frame, above);
    messages.push(message);
    above = delta;
  }
  if (reader.left > 0) throw new MalformedError(`${reader.left} bytes follow its last record`);
  return messages;
};

const refusalOf = (error: unknown): Refusal => {
  if (error instanceof RefusedError) return error.refusal;
  const message = error instanceof Error ? error.message : String(error);
  return { reason: error instanceof TooLargeToUnpackError ? 'too_large' : 'malformed', message };
};

const checked = (batch: Buffer): Refusal | undefined => {
  const magic = batch.length > AT.magic ? batch.readInt8(AT.magic) : MAGIC;
  if (magic !== MAGIC) return { reason: 'unknown_format', message: `its format is ${magic}, not ${MAGIC}` };
  if (batch.length < AT.records) return { reason: 'malformed', message: 'it is shorter than its header' };
  const [written, found] = [batch.readUInt32BE(AT.crc), crc32c(batch.subarray(AT.attributes))];
  if (written === found) return undefined;
  return { reason: 'bad_crc', message: 'its checksum does not fit its content' };
};

/** Where a batch lies in a fetched set: `end` is beyond the set when the batch was cut. */
type Place = { at: number; end: number; base: bigint };

const placeAt = (set: Buffer, at: number): Place | undefined => {
  if (set.length - at < PREFIX_BYTES) return undefined;
  const length = set.readInt32BE(at + AT.length);
  return { at, end: at + PREFIX_BYTES + length, base: set.readBigInt64BE(at) };
};

/**
 * The last offset of a batch that cannot be read. Its own header may be what is wrong, so the start of the batch behind it is
 * believed first, then the header where its two counts agree, else nothing but the first offset.
 */
const lastOf = (set: Buffer, { at, end, base }: Place): bigint => {
  const next = end > at && end <= set.length ? placeAt(set, end) : undefined;
  if (next !== undefined && next.base > base && next.base - base <= 2n ** 31n) return next.base - 1n;
  if (set.length - at < AT.records || set.readInt8(at + AT.magic) !== MAGIC) return base;
  const delta = set.readInt32BE(at + AT.lastDelta);
  return delta === set.readInt32BE(at + AT.count) - 1 && delta > 0 ? base + BigInt(delta) : base;
};

const standIn = (
  set: Buffer,
  place: Place,
  { reason, message, timestampMs = -1 }: Refusal,
): DecodedMessage => {
  const batch = set.subarray(place.at, Math.max(place.end, place.at + PREFIX_BYTES));
  const last = lastOf(set, place);
  const bytes = Buffer.from(batch.subarray(0, BYTES_KEPT));
  return {
    offset: String(last),
    timestamp: String(timestampMs),
    key: null,
    value: null,
    headers: NO_HEADERS,
    isControlRecord: false,
    batchContext: NO_CONTEXT,
    unreadable: { first: place.base, last, reason, message, timestampMs, bytes },
  };
};

/** `above` is the last offset before this batch in the same fetch. */
const readPlace = async (
  set: Buffer,
  place: Place,
  { budget, above }: { budget: Budget; above: bigint | undefined },
): Promise<DecodedMessage[]> => {
  if (above !== undefined && place.base <= above) {
    const message = `it begins at offset ${place.base}, behind a batch that ends at ${above}`;
    return [standIn(set, { ...place, base: above + 1n }, { reason: 'malformed', message })];
  }
  const batch = set.subarray(place.at, place.end);
  const wrong = checked(batch);
  if (wrong !== undefined) return [standIn(set, place, wrong)];
  try {
    return await readBatch(batch, budget);
  } catch (error) {
    const timestampMs = Number(batch.readBigInt64BE(AT.lastTime));
    return [standIn(set, place, { ...refusalOf(error), timestampMs })];
  }
};

const CUT: Refusal = { reason: 'truncated', message: 'it ends before its announced length' };

/**
 * decodeRecordSet: the records that a fetch brought of one partition. Never throws: a batch that cannot be read becomes one
 * message that names its offsets and the reason. A batch cut off by the size of the fetch, or one beyond the budget, is left for the next
 * fetch; a cut *first* batch is broken, since brokers send the first one whole however large it is.
 */
export const decodeRecordSet = async (set: Buffer, budget: Budget): Promise<DecodedMessage[]> => {
  const messages: DecodedMessage[] = [];
  for (let at = 0; at === 0 || !isSpent(budget);) {
    const place = placeAt(set, at);
    if (place === undefined) break;
    if (place.end > set.length || place.end <= at + PREFIX_BYTES)
      return at > 0 ? messages : [standIn(set, place, CUT)];
    const before = messages.at(-1);
    const above = before === undefined ? undefined : BigInt(before.offset);
    for (const message of await readPlace(set, place, { budget, above })) messages.push(message);
    budget.read += place.end - at;
    at = place.end;
  }
  return messages;
};
