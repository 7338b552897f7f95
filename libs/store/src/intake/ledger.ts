import { hash } from 'node:crypto';
import { RowBinary } from '../client/row-binary.js';
import type { IntakeBatch, TopicPartition } from './rows.js';
import { receivedOf, type OffsetRange, type TimedRange } from './sweep.js';

export const LEDGER_COLUMNS = [
  'project',
  'topic',
  'incarnation',
  'partition',
  'first',
  'last',
  'received',
  'holes',
  'rejected',
  'last_broker_time',
  'at',
  'digest',
] as const;

/** holesOf: offsets of [first, last] that are not among `offsets` (ascending), as ranges. */
export function holesOf(first: bigint, last: bigint, offsets: readonly bigint[]): OffsetRange[] {
  const holes: OffsetRange[] = [];
  let next = first;
  for (const offset of offsets) {
    if (offset > next) holes.push([next, offset - 1n]);
    next = offset + 1n;
  }
  if (next <= last) holes.push([next, last]);
  return holes;
}

/**
 * checkedOffsets: the offsets of a batch, ascending. Throws when a record is missing, listed twice or outside the range: the
 * accounting would be wrong for ever, so a batch that does not add up is a bug and must not be stored.
 */
export function checkedOffsets(batch: IntakeBatch): bigint[] {
  const offsets = [...batch.predictions, ...batch.labels, ...batch.quarantined].map(({ offset }) => offset);
  for (let at = 1; at < offsets.length; at += 1)
    if ((offsets[at] ?? 0n) <= (offsets[at - 1] ?? 0n)) {
      offsets.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      break;
    }
  const fault = faultOf(batch, offsets);
  if (fault !== null)
    throw new Error(`batch ${batch.topic}/${batch.partition} ${batch.first}–${batch.last}: ${fault}`);
  return offsets;
}

function faultOf({ received, first, last }: IntakeBatch, offsets: readonly bigint[]): string | null {
  if (offsets.length !== received)
    return `${received} records were received, but ${offsets.length} are accepted or quarantined`;
  const lowest = offsets[0];
  const highest = offsets.at(-1);
  if (first > last) return 'the first offset is above the last';
  if (lowest !== undefined && lowest < first) return `offset ${lowest} lies before it`;
  if (highest !== undefined && highest > last) return `offset ${highest} lies after it`;
  const doubled = offsets.find((offset, at) => offset === offsets[at - 1]);
  return doubled === undefined ? null : `offset ${doubled} is listed twice`;
}

/** Part of a range's key; 0 for a range without exceptions, which nearly all are. */
function digestOf({ holes, rejected }: Pick<TimedRange, 'holes' | 'rejected'>): bigint {
  if (holes.length + rejected.length === 0) return 0n;
  const text = `${holes.join(';')}|${rejected.join(';')}`;
  return hash('sha256', text, 'buffer').readBigUInt64LE(0);
}

/** keyOf: what tells a range of a partition from others. */
export const keyOfRange = (range: TimedRange): string => `${range.first},${range.last},${digestOf(range)}`;

/** encodeRanges: rows that say "all of this is stored". */
export function encodeRanges(
  { project, topic, incarnation, partition }: TopicPartition & { project: string },
  ranges: readonly TimedRange[],
  atMs: number,
): RowBinary {
  const writer = new RowBinary();
  for (const range of ranges) {
    writer.string(project);
    writer.string(topic);
    writer.string(incarnation);
    writer.uint16(partition);
    writer.uint64(range.first);
    writer.uint64(range.last);
    writer.uint64(receivedOf(range));
    writer.length(range.holes.length);
    for (const [first, last] of range.holes) {
      writer.uint64(first);
      writer.uint64(last);
    }
    writer.length(range.rejected.length);
    for (const offset of range.rejected) writer.uint64(offset);
    writer.dateTime64(range.brokerMs);
    writer.dateTime64(atMs);
    writer.uint64(digestOf(range));
  }
  return writer;
}

/** rangeOf: what a batch says of its offsets, which are given ascending. */
export const rangeOf = (batch: IntakeBatch, offsets: readonly bigint[]): TimedRange => ({
  first: batch.first,
  last: batch.last,
  holes: holesOf(batch.first, batch.last, offsets),
  rejected: batch.quarantined.map(({ offset }) => offset),
  brokerMs: batch.lastBrokerTimeMs,
});
