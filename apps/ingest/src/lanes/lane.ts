import type { KafkaRecord, RecordBatch } from '#libs/kafka';
import type { IntakeBatch, QuarantineRow } from '#libs/store';

import type { Quarantined } from '../steps/step.js';
import { brokerTime } from '../steps/time-range.js';

/** Lane: what one kind of topic makes of its records. Throws only on outages and bugs; bad records become quarantined rows. */
export type Lane = (batch: RecordBatch, project: string) => Promise<LaneBatch>;

/** `holdsBack`: the project has models with privacy rules, so what nobody can read is not kept. */
export type LaneBatch = IntakeBatch & { holdsBack: boolean };

/** Source: a record with the time it was written, as used for every decision on it. */
export type Source = { record: KafkaRecord; value: Buffer; brokerMs: number };

/** How much of an oversized event is kept: enough to see who sent it. */
const OVERSIZED_KEPT_BYTES = 64 * 1024;
const KEY_CHARS_MAX = 1_024;
const YIELD_EVERY = 2_000;
const NO_BYTES = Buffer.alloc(0);

export const toSource = (record: KafkaRecord, nowMs: number): Source => ({
  record,
  value: record.value ?? NO_BYTES,
  brokerMs: brokerTime(record.timestampMs, nowMs),
});

/** quarantineRow: all that is needed to look at a bad record and to replay it. */
export const quarantineRow = (
  { record, value, brokerMs }: Source,
  { reason, field, message }: Quarantined,
): QuarantineRow => ({
  offset: record.offset,
  brokerTimeMs: brokerMs,
  reason,
  field,
  message,
  key: (record.key?.toString('utf8') ?? '').slice(0, KEY_CHARS_MAX),
  raw: reason === 'too_large' ? value.subarray(0, OVERSIZED_KEPT_BYTES) : value,
  rawBytes: value.length,
  headers: { ...record.headers },
});

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** eachInTurn: runs over many items and lets timers and sockets have their turn in between: a heartbeat must not wait for a batch. */
export const eachInTurn = async <T>(items: readonly T[], act: (item: T) => void): Promise<void> => {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % YIELD_EVERY === 0) await pause();
    act(item);
  }
};

/** intakeOf: the batch for the store; `received` is always accepted + quarantined, as every record became exactly one of them. */
export const intakeOf = (
  batch: RecordBatch,
  {
    project,
    sources,
    ...rows
  }: { project: string; sources: readonly Source[]; quarantineKeptMs: number; holdsBack: boolean } & Pick<
    IntakeBatch,
    'predictions' | 'labels' | 'quarantined'
  >,
): LaneBatch => ({
  project,
  topic: batch.topic,
  incarnation: batch.incarnation,
  partition: batch.partition,
  first: batch.first,
  last: batch.last,
  lastBrokerTimeMs: sources.reduce((latest, { brokerMs }) => Math.max(latest, brokerMs), 0),
  received: sources.length,
  ...rows,
});
