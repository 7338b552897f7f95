import { randomBytes } from 'node:crypto';

import { compressFrameSync } from 'lz4-napi';
import { describe, expect, it } from 'vitest';

import { lz4Exceeds } from './lz4-length.js';

/** A frame of blocks of at most 4 MiB, whose header lets the sizes be counted exactly only by looking into them. */
const frameOf = (content: Buffer): Buffer => {
  const frame = compressFrameSync(content);
  frame.writeUInt8(0x70, 5);
  return frame;
};

describe('lz4Exceeds', () => {
  it.each([
    { name: 'zeros', content: Buffer.alloc(300_000) },
    { name: 'text', content: Buffer.from('{"a":1,"b":"some text"}'.repeat(10_000)) },
    { name: 'noise, stored as it is', content: randomBytes(100_000) },
    {
      name: 'long literals between copies',
      content: Buffer.concat([randomBytes(5_000), Buffer.alloc(90_000)]),
    },
    { name: 'one byte', content: Buffer.from('x') },
  ])('counts $name exactly, without unpacking', ({ content }) => {
    const frame = frameOf(content);
    expect(lz4Exceeds(frame, content.length)).toBe(false);
    expect(lz4Exceeds(frame, content.length - 1)).toBe(true);
  });

  it('refuses what begins with no frame', () => {
    expect(() => lz4Exceeds(Buffer.from('no frame at all'), 10)).toThrow('no frame');
    expect(() => lz4Exceeds(Buffer.alloc(3), 10)).toThrow('no frame');
  });
});
