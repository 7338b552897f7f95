import type { RowBinary } from '../client/row-binary.js';

/** What orders the events of one prediction: when the broker took them, then where they lie. Never the time of the insert. */
export type BrokerPlace = { brokerTimeMs: number; partition: number; offset: bigint };

/** Row version of a prediction, UInt128 = brokerTimeMs << 80 | partition << 64 | offset: a late writer cannot restore an old value. */
export function writePredictionVersion(writer: RowBinary, place: BrokerPlace): void {
  writer.uint64(place.offset);
  writer.uint16(place.partition);
  writer.uint48(place.brokerTimeMs);
}

type LabelPlace = BrokerPlace & { timeMs: number; removed: boolean };

/** Taking a label away outdoes the label itself, so that an insert that arrives late does not bring it back. */
const labelOffset = ({ offset, removed }: LabelPlace): bigint => offset * 2n + (removed ? 1n : 0n);

/** labelVersion: the row version of a label as a number, for comparing labels. */
export const labelVersion = (place: LabelPlace): bigint =>
  (BigInt(Math.max(0, place.timeMs)) << 128n) |
  (BigInt(place.brokerTimeMs) << 80n) |
  (BigInt(place.partition) << 64n) |
  labelOffset(place);

/**
 * Row version of a label, UInt256 = its own time << 128 | brokerTimeMs << 80 | partition << 64 | offset * 2 | removed: the newest truth wins, the
 * broker only breaks ties.
 */
export function writeLabelVersion(writer: RowBinary, place: LabelPlace): void {
  writePredictionVersion(writer, { ...place, offset: labelOffset(place) });
  writer.uint48(Math.max(0, place.timeMs));
  writer.zeros(10);
}
