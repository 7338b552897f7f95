import { describe, expect, it } from 'vitest';

import { chunks } from './producer.js';

const record = (bytes: number) => ({ value: Buffer.alloc(bytes) });

describe('chunks', () => {
  it.each([
    { name: 'few small records stay together', records: [10, 10, 10], expected: [3] },
    { name: 'more bytes than one send may have', records: [300_000, 300_000, 10], expected: [1, 2] },
    { name: 'a record larger than a send goes alone', records: [10, 900_000, 10], expected: [1, 1, 1] },
    {
      name: 'more records than one send may have',
      records: new Array<number>(4_500).fill(1),
      expected: [2_000, 2_000, 500],
    },
    { name: 'nothing', records: [], expected: [] },
  ])('$name', ({ records, expected }) => {
    expect(chunks(records.map(record)).map(({ length }) => length)).toEqual(expected);
  });
});
