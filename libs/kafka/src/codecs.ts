import { promisify } from 'node:util';
import { gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib';

import kafkajs from 'kafkajs';

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

const gzipCodec: Codec = {
  compress: ({ buffer }) => zip(buffer),
  decompress: (packed) => unzipAsync(packed, bounded),
};
const zstdCodec: Codec = {
  compress: ({ buffer }) => zstd(buffer),
  decompress: (packed) => unzstd(packed, bounded),
};

/** installCodecs: gzip with a bound on what it unpacks to, and zstd, which kafkajs leaves out. */
export const installCodecs = (): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  Object.assign(CompressionCodecs, {
    [CompressionTypes.GZIP]: () => gzipCodec,
    [CompressionTypes.ZSTD]: () => zstdCodec,
  });
};
