import type { PartitionPosition } from './progress.js';

type Key = Pick<PartitionPosition, 'topic' | 'partition' | 'incarnation'>;
/** Stall: records wait behind `from`, and none of them came since the look before. */
export type Stall = Key & { from: bigint; to: bigint };

const keyOf = ({ topic, partition, incarnation }: Key): string => `${topic}/${partition}/${incarnation}`;

/**
 * stallsOf: partitions that stand where they stood at the look before although the log goes on: a batch whose length is damaged in the log, or
 * a transaction that nobody ends. The broker then answers every fetch with nothing, and says nothing.
 */
export const stallsOf = (
  before: readonly PartitionPosition[],
  now: readonly PartitionPosition[],
  endOf: (position: PartitionPosition) => bigint | undefined,
): Stall[] => {
  const stood = new Map(before.map((position) => [keyOf(position), position.next]));
  return now.flatMap((position) => {
    const { topic, partition, incarnation, next } = position;
    const end = endOf(position) ?? next;
    if (stood.get(keyOf(position)) !== next || end <= next) return [];
    return [{ topic, partition, incarnation, from: next, to: end - 1n }];
  });
};
