import type { RowBinary } from '../client/row-binary.js';

/** What orders the events of one prediction: when the broker took them, then where they lie. Never the time of the insert. */
export type BrokerPlace = { brokerTimeMs: number; partition: number; offset: bigint };

/** Row version of a prediction, UInt128 = brokerTimeMs << 80 | partition << 64 | offset: a late writer cannot restore an old value. */
export function writePredictionVersion(writer: RowBinary, place: BrokerPlace): void {
  writer.uint64(place.offset);
  writer.uint16(place.partition);
  writer.uint48(place.brokerTimeMs);
}

/** labelVersion: the same as a number, for comparing labels. */
export const labelVersion = ({
  timeMs,
  brokerTimeMs,
  partition,
  offset,
}: BrokerPlace & { timeMs: number }): bigint =>
  (BigInt(Math.max(0, timeMs)) << 128n) | (BigInt(brokerTimeMs) << 80n) | (BigInt(partition) << 64n) | offset;

/** Row version of a label, UInt256 = its own time << 128 | the above: the newest truth wins, the broker only breaks ties. */
export function writeLabelVersion(writer: RowBinary, place: BrokerPlace & { timeMs: number }): void {
  writePredictionVersion(writer, place);
  writer.uint48(Math.max(0, place.timeMs));
  writer.zeros(10);
}
