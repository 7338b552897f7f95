import type { RecordBatch } from '#libs/kafka';
import type { IntakeBatch, QuarantineRow, ReplayEntry, ReplayOutcome } from '#libs/store';

import type { Stream } from '../flow/handle-batch.js';
import { inParts } from '../lanes/lane.js';
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

/** judge: runs the events of one partition through the lane of their topic, as if they had just been read; part by part, as these may be large. */
export async function* judge(
  entries: readonly ReplayEntry[],
  streams: readonly Stream[],
): AsyncGenerator<Judged> {
  const [head] = entries;
  const stream = streams.find(({ topic }) => topic === head?.topic);
  if (head === undefined) return;
  if (stream === undefined) {
    const refusal = quarantined(
      'unknown_project',
      '',
      `no project reads ${head.topic}; see "topics" of the configuration`,
    );
    yield { accepted: null, outcomes: entries.map((entry) => outcomeOf(entry, refusal)) };
    return;
  }
  const lost = entries.map(lostOf).filter((outcome) => outcome !== null);
  if (lost.length > 0) yield { accepted: null, outcomes: lost };
  const whole = entries.filter((entry) => lostOf(entry) === null);
  if (whole.length === 0) return;
  const take = (rest: RecordBatch) => stream.lane(rest, stream.project);
  for await (const { rows } of inParts(batchOf(whole, head), take)) {
    const refusals = new Map(rows.quarantined.map((row) => [row.offset, row]));
    const judged = whole.filter(({ offset }) => offset >= rows.first && offset <= rows.last);
    yield { accepted: rows, outcomes: judged.map((entry) => outcomeOf(entry, refusals.get(entry.offset))) };
  }
}
