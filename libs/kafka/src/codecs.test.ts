import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';

import kafkajs from 'kafkajs';
import { compressFrameSync } from 'lz4-napi';
import { beforeAll, describe, expect, it } from 'vitest';

import { DECOMPRESSED_BYTES_MAX, installCodecs } from './codecs.js';

type Codec = {
  compress: (encoder: { buffer: Buffer }) => Promise<Buffer>;
  decompress: (packed: Buffer) => Promise<Buffer>;
};
type Name = keyof typeof WRITTEN_BY_JAVA;

/**
 * Payloads of record batches as Kafka's Java producer 4.4.0 writes them, taken off the wire: three records `<codec> value <n> abcabc…`
 * sent with `compression.type` set to each codec.
 */
const WRITTEN_BY_JAVA = {
  GZIP: 'H4sIAAAAAAAA/8thYGDgSq/KLDAIA5EKZYk5pakKBgqJScl4EEMOAxMTWJshsjZDIrSxgLUZIWszIqQNAAz2zVWlAAAA',
  Snappy:
    'glNOQVBQWQAAAAABAAAAAQAAAEOzATB0AAAADnNuYXBweTBaCQgsIHZhbHVlIDAgYWJjagMAFAB2AKYCAg08ADE2PAAAMY48AAAEDTwAMjY8AAAyfjwA',
  LZ4: 'BCJNGGBAgkIAAAD/CmgAAAAIbHo0MFRsejQgdmFsdWUgMCBhYmMDAAhQAGgARgI1ABcxNQAfMTUAEBAENQAXMjUAHzI1AAhQY2FiYwAAAAAA',
  ZSTD: 'KLUv/QBYxAEAVAJsAAAACnpzdGQwVnpzdGQgdmFsdWUgMCBhYmMAbAAgAjExBDIyBwAAF8AHWgaQAvhq1eoN3RgBAAA=',
} as const;

const NAMES = Object.keys(WRITTEN_BY_JAVA) as Name[];
const codecOf = (name: Name): Codec =>
  (kafkajs.CompressionCodecs as Record<number, () => Codec>)[kafkajs.CompressionTypes[name]]!();

beforeAll(installCodecs);

describe('codecs', () => {
  it.each(NAMES)('%s: reads what a Java producer wrote', async (name) => {
    const text = (await codecOf(name).decompress(Buffer.from(WRITTEN_BY_JAVA[name], 'base64'))).toString();
    for (const index of [0, 1, 2]) expect(text).toContain(`${name.toLowerCase()} value ${index} abcabc`);
  });

  it.each(NAMES)('%s: reads what it wrote itself', async (name) => {
    const buffer = Buffer.from('some text '.repeat(10_000));
    const packed = await codecOf(name).compress({ buffer });
    expect(packed.length).toBeLessThan(buffer.length / 10);
    expect((await codecOf(name).decompress(packed)).equals(buffer)).toBe(true);
  });

  it.each(NAMES)('%s: refuses bytes that are something else', async (name) => {
    await expect(codecOf(name).decompress(brotliCompressSync(Buffer.alloc(1_000)))).rejects.toThrow();
  });

  it.each([
    { name: 'GZIP' as const, packed: () => gzipSync(Buffer.alloc(DECOMPRESSED_BYTES_MAX + 1)) },
    { name: 'ZSTD' as const, packed: () => zstdCompressSync(Buffer.alloc(DECOMPRESSED_BYTES_MAX + 1)) },
    { name: 'LZ4' as const, packed: () => compressFrameSync(Buffer.alloc(DECOMPRESSED_BYTES_MAX + 1)) },
    { name: 'Snappy' as const, packed: () => Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]) },
  ])('$name: refuses what unpacks to more than the limit', async ({ name, packed }) => {
    await expect(codecOf(name).decompress(packed())).rejects.toThrow('unpacks to more than');
  });

  it.each([-4, 0, 1_000])('Snappy: refuses a block of %i bytes where none fits', async (bytes) => {
    const packed = Buffer.alloc(24);
    Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59]).copy(packed);
    packed.writeInt32BE(bytes, 16);
    await expect(codecOf('Snappy').decompress(packed)).rejects.toThrow('does not fit');
  });
});
