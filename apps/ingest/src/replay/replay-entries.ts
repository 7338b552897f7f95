import type { RecordBatch } from '#libs/kafka';
import type { IntakeBatch, QuarantineRow, ReplayEntry, ReplayOutcome } from '#libs/store';

import type { Stream } from '../flow/handle-batch.js';
import { quarantined } from '../steps/step.js';

/** Judged: what the steps make of the events of one partition: what to store, and what became of each. */
export type Judged = { accepted: IntakeBatch | null; outcomes: ReplayOutcome[] };

/** Rows of one partition of one life of a topic. */
export const byPartition = (entries: readonly ReplayEntry[]): ReplayEntry[][] => [
  ...Map.groupBy(entries, ({ topic, incarnation, partition }) =>
    JSON.stringify([topic, incarnation, partition]),
  ).values(),
];

const outcomeOf = (
  { topic, incarnation, partition, offset }: ReplayEntry,
  refusal: Pick<QuarantineRow, 'reason' | 'field' | 'message'> | undefined,
): ReplayOutcome => ({
  ...{ topic, incarnation, partition, offset },
  accepted: refusal === undefined,
  reason: refusal?.reason ?? '',
  field: refusal?.field ?? '',
  message: refusal?.message ?? '',
});

/** The batch as Kafka once gave it. The time is the one that every decision on the event was made with. */
const batchOf = (
  entries: readonly ReplayEntry[],
  { topic, incarnation, partition }: ReplayEntry,
): RecordBatch => ({
  topic,
  incarnation,
  partition,
  first: entries[0]?.offset ?? 0n,
  last: entries.at(-1)?.offset ?? 0n,
  records: entries.map(({ offset, key, raw, headers, brokerTimeMs }) => ({
    offset,
    key: key === '' ? null : Buffer.from(key),
    value: Buffer.from(raw),
    headers,
    timestampMs: brokerTimeMs,
  })),
  unreadable: [],
  highWatermark: 0n,
});

/** Why an event cannot be run again, whatever was mended; null where it can. */
const lostOf = (entry: ReplayEntry): ReplayOutcome | null => {
  const { reason, raw, rawBytes } = entry;
  if (reason === 'unreadable')
    return outcomeOf(entry, quarantined(reason, '', 'it was never decoded; have the event sent again'));
  if (raw.length >= rawBytes) return null;
  const kept = `only the first ${raw.length} of ${rawBytes} bytes are kept; have the event sent again`;
  return outcomeOf(entry, quarantined(reason, '', kept));
};

/** judge: runs the events of one partition through the lane of their topic, as if they had just been read. */
export const judge = async (entries: readonly ReplayEntry[], streams: readonly Stream[]): Promise<Judged> => {
  const [head] = entries;
  const stream = streams.find(({ topic }) => topic === head?.topic);
  if (head === undefined) return { accepted: null, outcomes: [] };
  if (stream === undefined) {
    const refusal = quarantined(
      'unknown_project',
      '',
      `no project reads ${head.topic}; see "topics" of the configuration`,
    );
    return { accepted: null, outcomes: entries.map((entry) => outcomeOf(entry, refusal)) };
  }
  const whole = entries.filter((entry) => lostOf(entry) === null);
  const outcomes = entries.map(lostOf).filter((outcome) => outcome !== null);
  if (whole.length === 0) return { accepted: null, outcomes };
  const batch = await stream.lane(batchOf(whole, head), stream.project);
  const refusals = new Map(batch.quarantined.map((row) => [row.offset, row]));
  return {
    accepted: batch,
    outcomes: [...outcomes, ...whole.map((entry) => outcomeOf(entry, refusals.get(entry.offset)))],
  };
};
