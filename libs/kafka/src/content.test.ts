import { describe, expect, it } from 'vitest';

import { contentOf } from './content.js';

const message = (offset: number, rest: object = {}) => ({
  offset: String(offset),
  key: null,
  value: Buffer.from('v'),
  timestamp: '5',
  attributes: 0,
  headers: {},
  ...rest,
});
const bad = (first: number, last: number) =>
  message(last, {
    unreadable: {
      first: BigInt(first),
      last: BigInt(last),
      reason: 'bad_crc',
      message: 'm',
      timestampMs: 5,
      bytes: Buffer.alloc(1),
    },
  });

/** `raw` are first and last offset before the client left markers and aborted records out. */
const content = (messages: ReturnType<typeof message>[], next: number, raw?: [number, number]) => {
  const [first, last] = raw ?? [messages[0]?.offset, messages.at(-1)?.offset];
  const fetched = {
    messages,
    firstOffset: () => (first === undefined ? null : String(first)),
    lastOffset: () => String(last),
    highWatermark: '100',
  };
  const { records, unreadable, ...range } = contentOf(fetched, BigInt(next));
  return {
    range: [range.first, range.last].map(Number),
    records: records.map(({ offset }) => Number(offset)),
    unreadable: unreadable.map((each) => [Number(each.first), Number(each.last), each.reason]),
  };
};

describe('contentOf', () => {
  it.each([
    {
      name: 'records',
      messages: [message(5), message(6)],
      next: 5,
      range: [5, 6],
      records: [5, 6],
      unreadable: [],
    },
    {
      name: 'markers at both ends',
      messages: [message(5)],
      next: 4,
      raw: [4, 7] as [number, number],
      range: [4, 7],
      records: [5],
      unreadable: [],
    },
    {
      name: 'a damaged batch first: the range begins with it, not with its last offset',
      messages: [bad(5, 9), message(10)],
      next: 5,
      range: [5, 10],
      records: [10],
      unreadable: [[5, 9, 'bad_crc']],
    },
    {
      name: 'a damaged batch of which a part was handled before',
      messages: [bad(5, 9)],
      next: 8,
      range: [8, 9],
      records: [],
      unreadable: [[8, 9, 'bad_crc']],
    },
    {
      name: 'a damaged batch behind markers',
      messages: [bad(5, 9)],
      next: 4,
      raw: [4, 9] as [number, number],
      range: [4, 9],
      records: [],
      unreadable: [[5, 9, 'bad_crc']],
    },
    {
      name: 'offsets beyond the end of the log',
      messages: [message(5), message(7_000)],
      next: 5,
      range: [5, 99],
      records: [5],
      unreadable: [[6, 99, 'malformed']],
    },
    {
      name: 'nothing but offsets beyond the end of the log',
      messages: [message(7_000)],
      next: 50,
      range: [50, 99],
      records: [],
      unreadable: [[50, 99, 'malformed']],
    },
  ])('$name', ({ messages, next, raw, range, records, unreadable }) => {
    expect(content(messages, next, raw)).toEqual({ range, records, unreadable });
  });
});
