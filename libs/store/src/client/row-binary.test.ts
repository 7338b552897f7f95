import { expect, test } from 'vitest';
import { RowBinary } from './row-binary.js';

const written = (write: (writer: RowBinary) => void): string => {
  const writer = new RowBinary();
  write(writer);
  return Buffer.concat(writer.chunks()).toString('hex');
};

test.each<[string, (writer: RowBinary) => void, string]>([
  ['UInt16, little-endian', (w) => w.uint16(258), '0201'],
  ['UInt64', (w) => w.uint64(1n), '0100000000000000'],
  ['DateTime, in seconds', (w) => w.dateTime(1_999), '01000000'],
  ['DateTime64 before 1970', (w) => w.dateTime64(-1), 'ffffffffffffffff'],
  ['DateTime64 above 32 bits', (w) => w.dateTime64(0x1_0000_0002), '0200000001000000'],
  ['48 bits', (w) => w.uint48(0x0102_0304_0506), '060504030201'],
  ['a length of two bytes', (w) => w.length(300), 'ac02'],
  ['an empty String', (w) => w.string(''), '00'],
  ['a String with its length in bytes, not characters', (w) => w.string('é'), '02c3a9'],
  ['a lone surrogate', (w) => w.string('\ud800'), '03efbfbd'],
  ['a null', (w) => void w.nullable(true), '01'],
  ['Array(String)', (w) => w.stringArray(['a', '']), '02016100'],
  ['Map(String, String)', (w) => w.stringMap({ a: 'b' }), '0101610162'],
])('%s', (_name, write, expected) => {
  expect(written(write)).toBe(expected);
});

test.each([41, 42, 43, 127, 128, 16_384])('a String of %i characters of three bytes', (length) => {
  const hex = written((writer) => writer.string('€'.repeat(length)));
  const bytes = Buffer.from(hex, 'hex');
  expect(bytes.subarray(-3 * length).toString()).toBe('€'.repeat(length));
  let prefix = 0;
  const head = bytes.subarray(0, -3 * length);
  for (const [at, byte] of head.entries()) prefix += (byte & 0x7f) * 2 ** (7 * at);
  expect(prefix).toBe(3 * length);
});

test('a value larger than a chunk, between others, keeps its place', () => {
  const large = 'x'.repeat(3_000_000);
  const writer = new RowBinary();
  writer.string('a');
  writer.string(large);
  writer.string('b');
  const all = Buffer.concat(writer.chunks());
  expect(writer.bytes).toBe(all.length);
  expect(all.subarray(0, 2).toString()).toBe('\x01a');
  expect(all.subarray(-2).toString()).toBe('\x01b');
  expect(all.length).toBe(2 + 4 + large.length + 2);
});

test.each<[string, (writer: RowBinary) => void]>([
  ['UInt16', (w) => w.uint16(65_536)],
  ['a negative DateTime', (w) => w.dateTime(-1_000)],
  ['a DateTime after 2106', (w) => w.dateTime(4_294_967_296_000)],
  ['UInt64', (w) => w.uint64(2n ** 64n)],
])('%s out of range throws rather than wraps', (_name, write) => {
  expect(() => write(new RowBinary())).toThrow(RangeError);
});
