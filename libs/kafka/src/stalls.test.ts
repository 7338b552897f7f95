import { expect, it } from 'vitest';

import { stallsOf } from './stalls.js';

const position = (partition: number, next: bigint, incarnation = 'i') => ({
  topic: 't',
  partition,
  incarnation,
  next,
  brokerTimeMs: 0,
  lastRecordAtMs: 0,
});

it('names partitions that stand still in a log that goes on', () => {
  const before = [position(0, 5n), position(1, 5n), position(2, 5n), position(3, 5n), position(4, 5n)];
  const now = [
    position(0, 5n),
    position(1, 6n),
    position(2, 5n, 'another'),
    position(3, 5n),
    position(4, 5n),
    position(5, 5n),
  ];
  const ends = [9n, 9n, 9n, 5n, undefined, 9n];
  expect(stallsOf(before, now, ({ partition }) => ends[partition])).toEqual([
    { topic: 't', partition: 0, incarnation: 'i', from: 5n, to: 8n },
  ]);
});
