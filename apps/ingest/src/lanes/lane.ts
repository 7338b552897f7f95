import { splitAfter, type KafkaRecord, type RecordBatch } from '#libs/kafka';
import type { IntakeBatch, QuarantineRow } from '#libs/store';

import type { Quarantined } from '../steps/step.js';
import { brokerTime } from '../steps/time-range.js';

/**
 * Lane: what one kind of topic makes of its records. Throws only on outages and bugs; bad records become quarantined rows. It may stop
 * early, when the rows would take too much memory: `last` says how far it came, and it is asked again for the rest.
 */
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

/**
 * eachInTurn: runs over many items until `act` answers false, and lets timers and sockets have their turn in between: a heartbeat must not
 * wait for a batch. Returns how many items were taken.
 */
export const eachInTurn = async <T>(items: readonly T[], act: (item: T) => boolean): Promise<number> => {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % YIELD_EVERY === 0) await pause();
    if (!act(item)) return index;
  }
  return items.length;
};

/** inParts: what `take` makes of a batch, one part after the other, so that no two parts' rows are held at a time. */
export async function* inParts(
  batch: RecordBatch,
  take: (rest: RecordBatch) => Promise<LaneBatch>,
): AsyncGenerator<{ part: RecordBatch; rows: LaneBatch }> {
  for (let rest: RecordBatch | undefined = batch; rest !== undefined;) {
    const rows: LaneBatch = await take(rest);
    const [part, left]: ReturnType<typeof splitAfter> = splitAfter(rest, rows.last);
    yield { part, rows };
    rest = left;
  }
}

type Taken = Pick<LaneBatch, 'predictions' | 'labels' | 'quarantined' | 'quarantineKeptMs' | 'holdsBack'> & {
  project: string;
  sources: readonly Source[];
  /** The first record that was not taken; absent when all were. */
  next?: Source | undefined;
};

/** intakeOf: the part for the store; `received` is always accepted + quarantined, as every record became exactly one of them. */
export const intakeOf = (batch: RecordBatch, { project, sources, next, ...rows }: Taken): LaneBatch => {
  const last = next === undefined ? batch.last : next.record.offset - 1n;
  const taken = next === undefined ? sources : sources.slice(0, sources.indexOf(next));
  const upTo = <T extends { offset: bigint }>(some: T[]): T[] =>
    next === undefined ? some : some.filter(({ offset }) => offset <= last);
  return {
    project,
    topic: batch.topic,
    incarnation: batch.incarnation,
    partition: batch.partition,
    first: batch.first,
    last,
    lastBrokerTimeMs: taken.reduce((latest, { brokerMs }) => Math.max(latest, brokerMs), 0),
    received: taken.length,
    ...rows,
    predictions: upTo(rows.predictions),
    quarantined: upTo(rows.quarantined),
  };
};
