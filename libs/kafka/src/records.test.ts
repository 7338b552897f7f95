import { describe, expect, it } from 'vitest';

import { readHeaders, slices, splitAfter, toRecord, type RecordBatch } from './records.js';

const record = (offset: number, bytes = 10) => ({
  offset: BigInt(offset),
  key: null,
  value: Buffer.alloc(bytes),
  headers: {},
  timestampMs: 0,
});

const batch = (offsets: number[], range: [number, number], bytes?: number): RecordBatch => ({
  topic: 't',
  partition: 0,
  incarnation: 'i',
  first: BigInt(range[0]),
  last: BigInt(range[1]),
  records: offsets.map((offset) => record(offset, bytes)),
  unreadable: [],
  highWatermark: 100n,
});

const ranges = (parts: RecordBatch[]) =>
  parts.map(({ first, last, records }) => [Number(first), Number(last), records.length]);

const unreadable = (first: number, last: number) => ({
  first: BigInt(first),
  last: BigInt(last),
  reason: 'bad_crc' as const,
  message: '',
  timestampMs: -1,
  bytes: Buffer.from('b'),
});

describe('slices', () => {
  const wide = { maxRecords: 100, maxBytes: 1_000_000 };
  it.each([
    {
      name: 'one part keeps the whole range',
      offsets: [5, 6, 9],
      range: [4, 11],
      limits: wide,
      expected: [[4, 11, 3]],
    },
    {
      name: 'parts touch, holes of markers included',
      offsets: [5, 6, 9, 12],
      range: [4, 14],
      limits: { ...wide, maxRecords: 2 },
      expected: [
        [4, 8, 2],
        [9, 14, 2],
      ],
    },
    { name: 'nothing', offsets: [], range: [0, 0], limits: wide, expected: [] },
  ] as const)('$name', ({ offsets, range, limits, expected }) => {
    expect(ranges(slices(batch([...offsets], [range[0], range[1]]), limits))).toEqual(expected);
  });

  it('keeps ranges that cannot be read in their place, a long one in steps', () => {
    const mixed = { ...batch([5, 6, 20], [3, 31]), unreadable: [unreadable(7, 11), unreadable(21, 30)] };
    const parts = slices(mixed, { maxRecords: 4, maxBytes: 1_000_000 });
    expect(
      parts.map(({ first, last, records, unreadable: ranges }) => [
        Number(first),
        Number(last),
        records.map(({ offset }) => Number(offset)),
        ranges.map((range) => [Number(range.first), Number(range.last), range.bytes.length]),
      ]),
    ).toEqual([
      [3, 6, [5, 6], []],
      [7, 10, [], [[7, 10, 1]]],
      [11, 19, [], [[11, 11, 0]]],
      [20, 20, [20], []],
      [21, 24, [], [[21, 24, 1]]],
      [25, 28, [], [[25, 28, 0]]],
      [29, 31, [], [[29, 30, 0]]],
    ]);
  });

  it('cuts by bytes, and lets a record larger than the limit through alone', () => {
    const parts = slices(batch([0, 1, 2], [0, 2], 5_000), { maxRecords: 100, maxBytes: 1_000 });
    expect(ranges(parts)).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
    ]);
  });

  it('counts more than the value, so that empty records cannot make an endless part', () => {
    const offsets = Array.from({ length: 50 }, (_, index) => index);
    const parts = slices(batch(offsets, [0, 49], 0), { maxRecords: 1_000, maxBytes: 2_000 });
    expect(parts.length).toBeGreaterThan(1);
  });
});

describe('splitAfter', () => {
  const mixed = { ...batch([5, 6, 20], [3, 31]), unreadable: [unreadable(7, 11), unreadable(21, 30)] };
  const outline = (part: RecordBatch | undefined) =>
    part && [
      ...[Number(part.first), Number(part.last)],
      part.records.map(({ offset }) => Number(offset)),
      part.unreadable.map(({ first, last }) => [Number(first), Number(last)]),
    ];

  it.each([
    [19n, [3, 19, [5, 6], [[7, 11]]], [20, 31, [20], [[21, 30]]]],
    [
      5n,
      [3, 5, [5], []],
      [
        6,
        31,
        [6, 20],
        [
          [7, 11],
          [21, 30],
        ],
      ],
    ],
    [20n, [3, 20, [5, 6, 20], [[7, 11]]], [21, 31, [], [[21, 30]]]],
  ])('after %s: every offset is in one part, and the parts touch', (last, head, tail) => {
    expect(splitAfter(mixed, last).map(outline)).toEqual([head, tail]);
  });

  it('of a batch that was taken whole nothing is left', () => {
    expect(splitAfter(mixed, 31n)).toEqual([mixed, undefined]);
  });
});

describe('readHeaders', () => {
  it('bounds number and length, and takes the first of repeated ones', () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`h${index}`, Buffer.from('v')]),
    );
    expect(Object.keys(readHeaders(many))).toHaveLength(64);
    expect(readHeaders({ a: 'x'.repeat(5_000) })['a']).toHaveLength(1_024);
    expect(readHeaders({ a: [Buffer.from('1'), Buffer.from('2')], b: undefined })).toEqual({ a: '1', b: '' });
  });
});

describe('toRecord', () => {
  it('keeps offsets beyond 2^53 exact', () => {
    const message = {
      offset: '9007199254740993',
      key: null,
      value: null,
      timestamp: '17',
      attributes: 0,
      headers: {},
    };
    expect(toRecord(message)).toMatchObject({ offset: 9007199254740993n, timestampMs: 17, value: null });
  });
});
