import { describe, expect, it } from 'vitest';

import { decodeTopicIds, encodeMetadataRequest } from './topic-ids.js';

const int = (bytes: number, value: number) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};
const compact = (text: string) => Buffer.concat([Buffer.from([text.length + 1]), Buffer.from(text)]);
const none = Buffer.from([0]);

const partition = Buffer.concat([
  int(2, 0),
  int(4, 0),
  int(4, 1),
  int(4, 0),
  ...[1, 2, 0].map((nodes) => Buffer.concat([Buffer.from([nodes + 1]), Buffer.alloc(4 * nodes)])),
  none,
]);

const topic = (name: string, error: number, id: number, partitions: number) =>
  Buffer.concat([
    int(2, error),
    compact(name),
    Buffer.alloc(16, id),
    none,
    Buffer.from([partitions + 1]),
    ...new Array<Buffer>(partitions).fill(partition),
    int(4, 0),
    none,
  ]);

describe('topic ids', () => {
  it('reads ids from between brokers, partitions and tags, and leaves unknown topics out', () => {
    const response = Buffer.concat([
      none,
      int(4, 0),
      Buffer.from([2]),
      int(4, 1),
      compact('127.0.0.1'),
      int(4, 9092),
      none,
      Buffer.from([1, 7, 2, 0, 0]),
      compact('cluster'),
      int(4, 1),
      Buffer.from([4]),
      topic('a', 0, 1, 3),
      topic('gone', 3, 0, 0),
      topic('b', 0, 2, 0),
      none,
    ]);
    expect(decodeTopicIds(response)).toEqual(
      new Map([
        ['a', Buffer.alloc(16, 1).toString('base64url')],
        ['b', Buffer.alloc(16, 2).toString('base64url')],
      ]),
    );
  });

  it('writes long names with a length of two bytes', () => {
    const name = 'x'.repeat(200);
    const request = encodeMetadataRequest([name]);
    expect(request.subarray(18, 20)).toEqual(Buffer.from([0xc9, 0x01]));
    expect(request.length).toBe(1 + 1 + 16 + 2 + 200 + 1 + 2 + 1);
  });
});
