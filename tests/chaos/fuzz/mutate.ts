/** Bytes that break UTF-8, JSON, or what people assume of either. */
const NASTY: readonly Buffer[] = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0x00],
  [0xef, 0xbb, 0xbf],
  [0x22],
  [0x5c],
  [0x7b, 0x7d],
  [0x2c],
].map((bytes) => Buffer.from(bytes));
const TEXTS = ['1e400', '-0', 'null', '\\ud800', '\\u0000', '"__proto__":', '[[[[', '9'.repeat(400)].map(
  (text) => Buffer.from(text),
);
const INSERTS = [...NASTY, ...TEXTS];

type Random = () => number;
const below = (random: Random, end: number): number => Math.floor(random() * end);

/** mutate: one small change at a random place; a copy, never the original. */
export const mutate = (bytes: Buffer, other: Buffer, random: Random): Buffer => {
  const at = below(random, bytes.length + 1);
  const length = Math.min(below(random, 20) + 1, bytes.length - at);
  switch (below(random, 7)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8));
      return copy;
    }
    case 1: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = below(random, 256);
      return copy;
    }
    case 2:
      return Buffer.concat([
        bytes.subarray(0, at),
        INSERTS[below(random, INSERTS.length)]!,
        bytes.subarray(at),
      ]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return bytes.subarray(0, at);
    case 5:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(below(random, other.length + 1))]);
  }
};
