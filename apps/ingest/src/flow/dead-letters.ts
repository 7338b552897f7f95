import { TooLargeError, type OutgoingRecord, type Producer } from '#libs/kafka';
import type { IntakeBatch, QuarantineRow } from '#libs/store';

/** DeadLetters: the topic of events that were not stored. At least once: a batch that comes again sends its bad events again. */
export type DeadLetters = (batch: IntakeBatch, signal: AbortSignal) => Promise<void>;

const KEPT_BYTES_WHEN_REFUSED = 64 * 1024;
const FIELD_CHARS_MAX = 1_000;

/** deadLetter: the original bytes, key and headers, with why it is here and where it came from as headers of our own. */
const deadLetter = (
  { project, topic, incarnation, partition }: IntakeBatch,
  row: QuarantineRow,
): OutgoingRecord => ({
  key: row.key === '' ? null : row.key,
  value: Buffer.from(row.raw),
  timestampMs: row.brokerTimeMs,
  headers: {
    ...row.headers,
    'plumbline-reason': row.reason,
    'plumbline-field': row.field.slice(0, FIELD_CHARS_MAX),
    'plumbline-message': row.message.slice(0, FIELD_CHARS_MAX),
    'plumbline-project': project,
    'plumbline-topic': topic,
    'plumbline-incarnation': incarnation,
    'plumbline-partition': String(partition),
    'plumbline-offset': String(row.offset),
    'plumbline-bytes': String(row.rawBytes),
  },
});

const cut = (record: OutgoingRecord): OutgoingRecord => ({
  ...record,
  value: Buffer.from(record.value ?? '').subarray(0, KEPT_BYTES_WHEN_REFUSED),
  headers: { ...record.headers, 'plumbline-cut': 'true' },
});

/** Where the topic takes less than an event may have, one event's beginning is sent; the whole of it is in the quarantine table. */
const sendOne = async (
  send: (records: OutgoingRecord[]) => Promise<void>,
  record: OutgoingRecord,
): Promise<void> => {
  try {
    await send([record]);
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    await send([cut(record)]);
  }
};

/** deadLetterSender: returns when the broker has acknowledged; waits for a broker that is away. */
export const deadLetterSender =
  (producer: Pick<Producer, 'send'>, topic: string): DeadLetters =>
  async (batch, signal) => {
    const records = batch.quarantined.map((row) => deadLetter(batch, row));
    const send = (some: OutgoingRecord[]) => producer.send(topic, some, signal);
    if (records.length === 0) return;
    try {
      await send(records);
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      for (const record of records) await sendOne(send, record);
    }
  };
