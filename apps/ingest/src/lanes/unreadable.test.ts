import type { RecordBatch } from '#libs/kafka';
import { expect, it } from 'vitest';

import type { LaneBatch } from './lane.js';
import { withUnreadable } from './unreadable.js';

const NOW_MS = 1_000_000;
const rows: LaneBatch = {
  holdsBack: false,
  project: 'p',
  topic: 't',
  incarnation: 'i',
  partition: 0,
  first: 10n,
  last: 20n,
  lastBrokerTimeMs: 7,
  received: 0,
  predictions: [],
  labels: [],
  quarantined: [],
};
const batch = (unreadable: RecordBatch['unreadable']): RecordBatch => ({
  ...rows,
  records: [],
  unreadable,
  highWatermark: 30n,
});

it('quarantines every offset of a range that cannot be read, and nothing else', () => {
  expect(withUnreadable(rows, batch([]), NOW_MS)).toBe(rows);
  const bytes = Buffer.from('raw');
  const range = { first: 12n, last: 14n, reason: 'bad_crc' as const, message: 'why', timestampMs: 9, bytes };
  const { received, lastBrokerTimeMs, quarantined } = withUnreadable(rows, batch([range]), NOW_MS);
  expect([received, lastBrokerTimeMs]).toEqual([3, 9]);
  expect(quarantined.map(({ offset, raw }) => [offset, raw.length])).toEqual([
    [12n, 3],
    [13n, 0],
    [14n, 0],
  ]);
  expect(quarantined[0]).toMatchObject({
    reason: 'unreadable',
    field: 'bad_crc',
    brokerTimeMs: 9,
    message: 'the record batch with offsets 12–14 cannot be read: why',
  });
});

it('takes the clock where the batch has no time to trust', () => {
  const range = {
    first: 12n,
    last: 12n,
    reason: 'truncated' as const,
    message: '',
    timestampMs: -1,
    bytes: Buffer.alloc(0),
  };
  expect(withUnreadable(rows, batch([range]), NOW_MS).lastBrokerTimeMs).toBe(NOW_MS);
});

it('keeps no bytes where they may hold what must not be stored', () => {
  const bytes = Buffer.from('secret');
  const range = {
    first: 12n,
    last: 12n,
    reason: 'bad_crc' as const,
    message: 'secret',
    timestampMs: 9,
    bytes,
  };
  const { quarantined } = withUnreadable({ ...rows, holdsBack: true }, batch([range]), NOW_MS);
  expect(quarantined).toMatchObject([{ raw: Buffer.alloc(0), rawBytes: 6, reason: 'unreadable' }]);
  expect(quarantined[0]?.message).not.toContain('secret');
});
