import { promisify } from 'node:util';
import { gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib';

import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as packSnappy, uncompress as unpackSnappy } from 'snappy';

import { MalformedError } from './byte-reader.js';
import { lz4Exceeds } from './lz4-length.js';

/** DECOMPRESSED_BYTES_MAX: a record batch that unpacks to more is refused; 0.3 MB on the wire can otherwise fill the memory. */
export const DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024;

/** TooLargeToUnpackError: the batch would take more memory than a batch may. */
export class TooLargeToUnpackError extends Error {
  override readonly name = 'TooLargeToUnpackError';
}

type Encoder = { buffer: Buffer };
type Codec = {
  compress: (encoder: Encoder) => Promise<Buffer>;
  decompress: (packed: Buffer) => Promise<Buffer>;
};

/** Larger pieces than zlib's own 16 KiB: each is a turn of the thread pool. */
const CHUNK_BYTES = 128 * 1024;
const bounded = { maxOutputLength: DECOMPRESSED_BYTES_MAX, chunkSize: CHUNK_BYTES };
const zip = promisify(gzip);
const unzipAsync = promisify<Buffer, object, Buffer>(unzip);
const zstd = promisify<Buffer, Buffer>(zstdCompress);
const unzstd = promisify<Buffer, object, Buffer>(zstdDecompress);

/** Java producers cut their snappy into blocks behind this header; others send one bare block. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

const tooLarge = (cause?: unknown): TooLargeToUnpackError =>
  new TooLargeToUnpackError(`it unpacks to more than ${DECOMPRESSED_BYTES_MAX} bytes`, { cause });

const isOverLimit = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

const within = async (unpacking: Promise<Buffer>): Promise<Buffer> => {
  try {
    return await unpacking;
  } catch (error) {
    throw isOverLimit(error) ? tooLarge(error) : error;
  }
};

/** A snappy block begins with the length it unpacks to, seven bits a byte. */
const unpackedLength = (block: Buffer): number => {
  let length = 0;
  for (const [index, byte] of block.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return length;
};

const xerialBlocks = (packed: Buffer): Buffer[] => {
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < packed.length;) {
    const bytes = at + 4 <= packed.length ? packed.readInt32BE(at) : 0;
    if (bytes <= 0 || at + 4 + bytes > packed.length)
      throw new MalformedError('a block of its snappy data does not fit');
    blocks.push(packed.subarray(at + 4, at + 4 + bytes));
    at += 4 + bytes;
  }
  return blocks;
};

const unsnappy = async (packed: Buffer): Promise<Buffer> => {
  const isXerial = packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);
  const blocks = isXerial ? xerialBlocks(packed) : [packed];
  const bytes = blocks.reduce((sum, block) => sum + unpackedLength(block), 0);
  if (bytes > DECOMPRESSED_BYTES_MAX) throw tooLarge();
  const parts = await Promise.all(blocks.map((block) => unpackSnappy(block, { asBuffer: true })));
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
};

const unlz4 = async (packed: Buffer): Promise<Buffer> => {
  if (lz4Exceeds(packed, DECOMPRESSED_BYTES_MAX)) throw tooLarge();
  return decompressFrame(packed);
};

const CODECS = {
  GZIP: {
    compress: ({ buffer }) => zip(buffer),
    decompress: (packed) => within(unzipAsync(packed, bounded)),
  },
  Snappy: { compress: ({ buffer }) => packSnappy(buffer), decompress: unsnappy },
  LZ4: { compress: ({ buffer }) => compressFrame(buffer), decompress: unlz4 },
  ZSTD: { compress: ({ buffer }) => zstd(buffer), decompress: (packed) => within(unzstd(packed, bounded)) },
} satisfies Record<string, Codec>;

const NAMES = ['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const;

const BY_CODE = new Map<number, Codec>(NAMES.map((name) => [kafkajs.CompressionTypes[name], CODECS[name]]));

/** codecOf: how the records of a batch were packed, by the code in its attributes (0 is not packed); undefined for a code that Kafka does not have. */
export const codecOf = (code: number): Codec | undefined => BY_CODE.get(code);

/** installCodecs: all of Kafka's compressions, for producing: kafkajs brings gzip alone. */
export const installCodecs = (): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  for (const name of NAMES)
    Object.assign(CompressionCodecs, { [CompressionTypes[name]]: () => CODECS[name] });
};
