import type { RecordBatch, UnreadableRange } from '#libs/kafka';
import type { IntakeBatch, QuarantineRow } from '#libs/store';

import { brokerTime } from '../steps/time-range.js';
import { withheldRow } from './hold-back.js';
import type { LaneBatch } from './lane.js';

const rowsOf = ({ first, last, reason, message, timestampMs, bytes }: UnreadableRange, nowMs: number) =>
  Array.from({ length: Number(last - first) + 1 }, (_, index): QuarantineRow => ({
    offset: first + BigInt(index),
    brokerTimeMs: brokerTime(timestampMs, nowMs),
    reason: 'unreadable',
    field: reason,
    message: `the record batch with offsets ${first}–${last} cannot be read: ${message}`,
    key: '',
    raw: index === 0 ? bytes : Buffer.alloc(0),
    rawBytes: index === 0 ? bytes.length : 0,
    headers: {},
  }));

/**
 * withUnreadable: adds a quarantined row for every offset that nobody could decode, so that received = accepted + quarantined
 * holds for these too; the first one keeps the beginning of the batch, unless the project has models whose values are held back.
 */
export const withUnreadable = (rows: LaneBatch, { unreadable }: RecordBatch, nowMs: number): IntakeBatch => {
  if (unreadable.length === 0) return rows;
  const found = unreadable.flatMap((range) => rowsOf(range, nowMs));
  const added = rows.holdsBack ? found.map(withheldRow) : found;
  return {
    ...rows,
    received: rows.received + added.length,
    lastBrokerTimeMs: Math.max(
      rows.lastBrokerTimeMs,
      ...unreadable.map(({ timestampMs }) => brokerTime(timestampMs, nowMs)),
    ),
    quarantined: [...rows.quarantined, ...added],
  };
};
