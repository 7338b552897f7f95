import { MalformedError } from './byte-reader.js';

const MAGIC = 0x184d_2204;
const BLOCK_SIZE_AT = 5;
const DESCRIPTOR_AT = 4;
const FLAG = { dictionary: 0x01, contentSize: 0x08, blockChecksum: 0x10 };
const STORED = 0x8000_0000;
const NIBBLE = 15;
const MATCH_MIN = 4;

/** Largest block of a frame by its code 4 to 7: 64 KiB, 256 KiB, 1 MiB, 4 MiB. */
const blockBytesMax = (descriptor: number): number => 2 ** (8 + 2 * ((descriptor >>> 4) & 7));

type Extended = { length: number; at: number };

/** A length of 15 goes on in the bytes that follow, up to the first that is not 255. */
const extend = (block: Buffer, nibble: number, from: number): Extended => {
  let [length, at] = [nibble, from];
  if (nibble < NIBBLE) return { length, at };
  for (;;) {
    const byte = block[at] ?? 0;
    length += byte;
    at += 1;
    if (byte < 255) return { length, at };
  }
};

/** What one block unpacks to: its sequences of literals and copies are counted, nothing is unpacked. */
const blockLength = (block: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < block.length;) {
    const token = block[at] ?? 0;
    const literals = extend(block, token >>> 4, at + 1);
    sum += literals.length;
    at = literals.at + literals.length;
    if (at >= block.length) return sum;
    const copied = extend(block, token & NIBBLE, at + 2);
    sum += copied.length + MATCH_MIN;
    at = copied.at;
  }
  return sum;
};

/**
 * lz4Exceeds: whether an LZ4 frame unpacks to more than `limit` bytes, without unpacking it (the library at hand has no bound).
 * Blocks are first counted at their largest size, which settles all ordinary frames; only beyond that each is looked into.
 * Throws MalformedError for anything but a frame of the current format, the only one that Kafka writes.
 */
export const lz4Exceeds = (frame: Buffer, limit: number): boolean => {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC)
    throw new MalformedError('its lz4 data begins with no frame');
  const flags = frame[DESCRIPTOR_AT] ?? 0;
  const largest = blockBytesMax(frame[BLOCK_SIZE_AT] ?? 0);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const blocks: { isStored: boolean; bytes: Buffer }[] = [];
  let at = 7 + (has(FLAG.contentSize) ? 8 : 0) + (has(FLAG.dictionary) ? 4 : 0);
  while (at + 4 <= frame.length) {
    const size = frame.readUInt32LE(at);
    if (size === 0) break;
    const isStored = size >= STORED;
    const length = isStored ? size - STORED : size;
    blocks.push({ isStored, bytes: frame.subarray(at + 4, at + 4 + length) });
    at += 4 + length + (has(FLAG.blockChecksum) ? 4 : 0);
  }
  if (blocks.length * largest <= limit) return false;
  let sum = 0;
  for (const { isStored, bytes } of blocks) {
    sum += isStored ? bytes.length : blockLength(bytes);
    if (sum > limit) return true;
  }
  return false;
};
