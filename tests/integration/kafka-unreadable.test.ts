import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { event, freshIngest, type IngestUnderTest } from './ingest-fixture.js';
import { isLocalProcess } from './kafka-fixture.js';

let ingest: IngestUnderTest;
afterEach(() => ingest.close());

const events = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => event(`${prefix}${index}`));

describe.skipIf(!isLocalProcess())('events in a record batch that cannot be read', () => {
  it('are quarantined one by one with the reason; their neighbours are stored, and nothing is missing', async () => {
    ingest = await freshIngest({ partitions: 1 });
    const { predictions } = ingest.topics;
    for (const prefix of ['a', 'b', 'c']) await ingest.send(predictions, events(prefix, 20));
    const path = join(inject('stackHome'), 'kafka', 'data', `${predictions}-0`, `${'0'.repeat(20)}.log`);
    const file = await open(path, 'r+');
    const length = 12 + (await readFile(path)).readInt32BE(8);
    await file.write(Buffer.from([0xff]), 0, 1, length + 200);
    await file.close();
    await ingest.start();
    const accounts = await ingest.settled();
    expect(accounts[predictions]).toMatchObject({
      received: 60,
      accepted: 40,
      current: 40,
      quarantined: 20,
      gaps: 0,
    });
    const page = await ingest.store.intake.quarantine('default', { limit: 100, reason: 'unreadable' });
    expect(page.map(({ offset }) => Number(offset)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => 20 + index),
    );
    const first = page.find(({ offset }) => offset === 20n);
    expect(first).toMatchObject({
      field: 'bad_crc',
      message: 'the record batch with offsets 20–39 cannot be read: its checksum does not fit its content',
    });
    expect(Buffer.from(first!.raw).readBigInt64BE(0)).toBe(20n);
    expect(page.filter(({ raw }) => raw.length > 0)).toHaveLength(1);
  });
});
