import { createRequire } from 'node:module';

import { beforeAll, describe, expect, it } from 'vitest';

import { DECOMPRESSED_BYTES_MAX, installCodecs } from './codecs.js';
import { batchAround, encodedBatch, plainBatch, varint, withCrc } from './record-batch.fixture.js';
import { createBudget, decodeRecordSet, RECORDS_MAX, type DecodedMessage } from './record-batches.js';

const load = createRequire(import.meta.url);
const KafkajsDecoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeByKafkajs = load('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: object,
) => Promise<{ records: DecodedMessage[] }>;

const read = (...batches: Buffer[]) => decodeRecordSet(Buffer.concat(batches), createBudget(1e9));
/** The outcome in short: `a–b` for records, `!a–b reason` for what cannot be read. */
const outline = (messages: DecodedMessage[]): string[] => {
  const lines: string[] = [];
  for (const { offset, unreadable } of messages) {
    if (unreadable !== undefined) lines.push(`!${unreadable.first}–${unreadable.last} ${unreadable.reason}`);
    else lines.push(offset);
  }
  return lines;
};
const changed = (batch: Buffer, at: number, by: (value: number) => number): Buffer => {
  const copy = Buffer.from(batch);
  copy.writeUInt8(by(copy.readUInt8(at)) & 0xff, at);
  return copy;
};

beforeAll(installCodecs);

describe('decodeRecordSet', () => {
  it.each([0, 1, 2, 3, 4])(
    'reads what kafkajs wrote, as kafkajs reads it (compression %i)',
    async (compression) => {
      const entries = Array.from({ length: 300 }, (_, index) => ({
        offsetDelta: index * 2,
        timestampDelta: index % 3 === 0 ? -index : index * 1e9,
        key: index % 2 === 0 ? null : Buffer.from(`k${index}`),
        value: index % 5 === 0 ? null : Buffer.from('v'.repeat(index)),
        headers: { plain: 'a', 'ü ✓': 'b' },
      }));
      const batch = await encodedBatch(entries, { base: 7, compression, transactional: true });
      const reference = await decodeByKafkajs(new KafkajsDecoder(batch));
      const seen = await read(batch);
      expect(seen).toHaveLength(300);
      for (const [index, { offset, timestamp, key, value, headers, batchContext }] of seen.entries()) {
        const other = reference.records[index]!;
        expect({ offset, timestamp, key, value, headers: Object.entries(headers) }).toEqual({
          offset: other.offset,
          timestamp: other.timestamp,
          key: other.key,
          value: other.value,
          headers: Object.entries(other.headers),
        });
        expect(batchContext).toEqual({ producerId: '-1', inTransaction: true });
      }
    },
  );

  it('uses the time of the broker where it stamped the batch, and marks control records', async () => {
    const batch = await plainBatch(0, 1);
    batch.writeInt16BE(0x08 | 0x20, 21);
    expect(await read(withCrc(batch))).toMatchObject([{ timestamp: '2000', isControlRecord: true }]);
  });

  it('keeps the first 64 of very many headers, quickly', async () => {
    const one = Buffer.from([2, 0x61, 2, 0x62]);
    const count = 200_000;
    const fields = Buffer.concat([
      Buffer.from([0, 0, 0, 1, 1]),
      varint(count),
      ...Array<Buffer>(count).fill(one),
    ]);
    const bytes = Buffer.concat([varint(fields.length), fields]);
    const [message] = await read(await batchAround(bytes, { codec: 0, count: 1 }));
    expect(message?.headers).toEqual({ a: Buffer.from('b') });
  });

  describe('a batch between two good ones', () => {
    let good: Buffer;
    let bad: Buffer;
    let after: Buffer;
    beforeAll(async () => {
      [good, bad, after] = await Promise.all([plainBatch(10, 2), plainBatch(12, 5), plainBatch(17, 1)]);
    });
    const neighbours = (between: string) => ['10', '11', between, '17'];

    it.each<[string, (batch: Buffer) => Buffer | Promise<Buffer>, string]>([
      ['a byte of a record changed', (batch) => changed(batch, batch.length - 2, (b) => b + 1), 'bad_crc'],
      ['the header changed', (batch) => changed(batch, 24, () => 0x7f), 'bad_crc'],
      ['another format', (batch) => changed(batch, 16, () => 7), 'unknown_format'],
      ['a compression that is not known', (batch) => withCrc(changed(batch, 22, () => 6)), 'unknown_codec'],
      ['records that are no gzip', (batch) => withCrc(changed(batch, 22, () => 1)), 'malformed'],
      ['records that are no snappy', (batch) => withCrc(changed(batch, 22, () => 2)), 'malformed'],
      ['records that are no lz4', (batch) => withCrc(changed(batch, 22, () => 3)), 'malformed'],
      ['records that are no zstd', (batch) => withCrc(changed(batch, 22, () => 4)), 'malformed'],
      ['a count above its records', (batch) => withCrc(changed(batch, 60, (b) => b + 1)), 'malformed'],
      ['a count below its records', (batch) => withCrc(changed(batch, 60, (b) => b - 1)), 'malformed'],
      ['a negative count', (batch) => withCrc(changed(batch, 57, () => 0xff)), 'malformed'],
      ['a record too long', (batch) => withCrc(changed(batch, 61, () => 0x7e)), 'malformed'],
      ['an offset twice', (batch) => withCrc(changed(batch, batch.length - 5, (b) => b - 2)), 'malformed'],
      [
        'too many bytes',
        () => batchAround(Buffer.alloc(DECOMPRESSED_BYTES_MAX + 1), { codec: 1, count: 5, base: 12 }),
        'too_large',
      ],
      [
        'too many records',
        (batch) => {
          batch.writeInt32BE(RECORDS_MAX + 1, 57);
          return withCrc(batch);
        },
        'too_large',
      ],
    ])('%s', async (_, spoil, reason) => {
      const seen = await read(good, await spoil(Buffer.from(bad)), after);
      expect(outline(seen)).toEqual(neighbours(`!12–16 ${reason}`));
      expect(seen[2]!.unreadable!.bytes.length).toBeGreaterThan(0);
    });

    it('an offset that goes back', async () => {
      const seen = await read(good, await plainBatch(3, 5), after);
      expect(outline(seen)).toEqual(neighbours('!12–16 malformed'));
    });

    it('the last of a fetch: its own header says how far it reaches, where its counts agree', async () => {
      const spoiled = changed(bad, bad.length - 2, (b) => b + 1);
      expect(outline(await read(good, spoiled))).toEqual(['10', '11', '!12–16 bad_crc']);
      const doubtful = changed(spoiled, 24, () => 0x7f);
      expect(outline(await read(good, doubtful))).toEqual(['10', '11', '!12–12 bad_crc']);
    });

    it('cut: left for the next fetch, unless it is the first', async () => {
      for (const length of [8, 14, 30, 61, bad.length - 1]) {
        const cut = bad.subarray(0, length);
        expect(outline(await read(good, cut))).toEqual(['10', '11']);
        if (length >= 12)
          expect(outline(await read(cut))).toEqual([`!12–${length >= 61 ? 16 : 12} truncated`]);
      }
      expect(await read(Buffer.alloc(0))).toEqual([]);
    });

    it('beyond the budget: left for the next fetch, but never the first', async () => {
      const budget = createBudget(10);
      expect(outline(await decodeRecordSet(Buffer.concat([good, bad]), budget))).toEqual(['10', '11']);
      expect(outline(await decodeRecordSet(good, budget))).toEqual(['10', '11']);
    });
  });

  it('survives any change of any byte: nothing is thrown, and offsets never go back', async () => {
    const sets = await Promise.all(
      [0, 1, 2, 3, 4].map(async (compression) =>
        Buffer.concat([await plainBatch(10, 3, { compression }), await plainBatch(13, 3, { compression })]),
      ),
    );
    for (const set of sets)
      for (let at = 0; at < set.length; at += 1)
        for (const by of [1, 0x80]) {
          const batch = changed(set, at, (value) => value ^ by);
          // With a right checksum the damage reaches what is behind it.
          const isFirst = at > 20 && at < set.length / 2;
          if (isFirst)
            batch.writeUInt32BE(withCrc(Buffer.from(batch.subarray(0, set.length / 2))).readUInt32BE(17), 17);
          const offsets = (await decodeRecordSet(batch, createBudget(1e9))).map(({ offset }) =>
            BigInt(offset),
          );
          expect(offsets.every((offset, index) => index === 0 || offset > offsets[index - 1]!)).toBe(true);
        }
  });
});
