import type { EachBatchPayload } from 'kafkajs';

import { toRecord, type RecordBatch } from './records.js';
import type { UnreadableRange } from './unreadable.js';

type Fetched = Pick<EachBatchPayload['batch'], 'messages' | 'firstOffset' | 'lastOffset' | 'highWatermark'>;
type Message = Fetched['messages'][number] & { unreadable?: UnreadableRange };
type Content = Pick<RecordBatch, 'first' | 'last' | 'records' | 'unreadable' | 'highWatermark'>;

/** Offsets that the log does not have come of a damaged batch: they must not become the position to go on from. */
const beyond = (last: bigint, end: bigint): UnreadableRange => ({
  first: last + 1n,
  last: end - 1n,
  reason: 'malformed',
  message: 'a batch names offsets beyond the end of the log',
  timestampMs: -1,
  bytes: Buffer.alloc(0),
});

/**
 * contentOf: the records of a fetched batch and the ranges that could not be read, told apart, and the offsets it stands for. `next` is
 * the offset that was due: a batch that cannot be read may begin before it, where only its rest is new.
 */
export const contentOf = (fetched: Fetched, next: bigint | undefined): Content => {
  const messages: Message[] = fetched.messages;
  const highWatermark = BigInt(fetched.highWatermark);
  const inLog = messages.filter(({ offset }) => BigInt(offset) < highWatermark);
  const records = inLog.filter(({ unreadable }) => unreadable === undefined).map(toRecord);
  const unreadable = inLog.flatMap((message) => {
    if (message.unreadable === undefined) return [];
    const { first, last } = message.unreadable;
    return {
      ...message.unreadable,
      first: next !== undefined && first < next && next <= last ? next : first,
    };
  });
  const [lead] = messages;
  const raw = fetched.firstOffset() ?? lead?.offset ?? '0';
  const start =
    lead?.offset === raw && unreadable[0]?.last === BigInt(raw) ? unreadable[0].first : BigInt(raw);
  const last = BigInt(fetched.lastOffset());
  if (last < highWatermark) return { first: start, last, records, unreadable, highWatermark };
  const seen = BigInt(inLog.at(-1)?.offset ?? (next ?? start) - 1n);
  const rest = beyond(seen, highWatermark);
  return {
    first: start < highWatermark ? start : rest.first,
    last: rest.last,
    records,
    unreadable: rest.first <= rest.last ? [...unreadable, rest] : unreadable,
    highWatermark,
  };
};
