import { RowBinary } from '../client/row-binary.js';
import type { IntakeBatch } from './rows.js';

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
] as const;

export type OffsetRange = readonly [first: bigint, last: bigint];

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

/** encodeRange: the row that says "all of this is stored". */
export function encodeRange(batch: IntakeBatch, offsets: readonly bigint[], atMs: number): RowBinary {
  const writer = new RowBinary();
  const holes = holesOf(batch.first, batch.last, offsets);
  writer.string(batch.project);
  writer.string(batch.topic);
  writer.string(batch.incarnation);
  writer.uint16(batch.partition);
  writer.uint64(batch.first);
  writer.uint64(batch.last);
  writer.uint64(BigInt(batch.received));
  writer.length(holes.length);
  for (const [first, last] of holes) {
    writer.uint64(first);
    writer.uint64(last);
  }
  writer.length(batch.quarantined.length);
  for (const { offset } of batch.quarantined) writer.uint64(offset);
  writer.dateTime64(batch.lastBrokerTimeMs);
  writer.dateTime64(atMs);
  return writer;
}
