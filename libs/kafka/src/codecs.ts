import { promisify } from 'node:util';
import { gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib';

import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as packSnappy, uncompress as unpackSnappy } from 'snappy';

/** DECOMPRESSED_BYTES_MAX: a record batch that unpacks to more is refused; 0.3 MB on the wire can otherwise fill the memory. */
export const DECOMPRESSED_BYTES_MAX = 256 * 1024 * 1024;

type Encoder = { buffer: Buffer };
type Codec = {
  compress: (encoder: Encoder) => Promise<Buffer>;
  decompress: (packed: Buffer) => Promise<Buffer>;
};

const bounded = { maxOutputLength: DECOMPRESSED_BYTES_MAX };
const zip = promisify(gzip);
const unzipAsync = promisify<Buffer, object, Buffer>(unzip);
const zstd = promisify<Buffer, Buffer>(zstdCompress);
const unzstd = promisify<Buffer, object, Buffer>(zstdDecompress);

/** Java producers cut their snappy into blocks behind this header; others send one bare block. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

const tooLarge = (bytes: number): Error =>
  new Error(`a record batch unpacks to ${bytes} bytes, the limit is ${DECOMPRESSED_BYTES_MAX}`);

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
    const bytes = packed.readInt32BE(at);
    blocks.push(packed.subarray(at + 4, at + 4 + bytes));
    at += 4 + bytes;
  }
  return blocks;
};

const unsnappy = async (packed: Buffer): Promise<Buffer> => {
  const isXerial = packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);
  const blocks = isXerial ? xerialBlocks(packed) : [packed];
  const bytes = blocks.reduce((sum, block) => sum + unpackedLength(block), 0);
  if (bytes > DECOMPRESSED_BYTES_MAX) throw tooLarge(bytes);
  const parts = await Promise.all(blocks.map((block) => unpackSnappy(block, { asBuffer: true })));
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
};

const unlz4 = async (packed: Buffer): Promise<Buffer> => {
  const unpacked = await decompressFrame(packed);
  if (unpacked.length > DECOMPRESSED_BYTES_MAX) throw tooLarge(unpacked.length);
  return unpacked;
};

const CODECS = {
  GZIP: { compress: ({ buffer }) => zip(buffer), decompress: (packed) => unzipAsync(packed, bounded) },
  Snappy: { compress: ({ buffer }) => packSnappy(buffer), decompress: unsnappy },
  LZ4: { compress: ({ buffer }) => compressFrame(buffer), decompress: unlz4 },
  ZSTD: { compress: ({ buffer }) => zstd(buffer), decompress: (packed) => unzstd(packed, bounded) },
} satisfies Record<string, Codec>;

/** installCodecs: all of Kafka's compressions: kafkajs brings gzip without a bound and none of the others, and one batch that it cannot read stops a partition. */
export const installCodecs = (): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  for (const name of ['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const)
    Object.assign(CompressionCodecs, { [CompressionTypes[name]]: () => CODECS[name] });
};
