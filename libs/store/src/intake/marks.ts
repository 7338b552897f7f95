import { RowBinary } from '../client/row-binary.js';
import type { TopicPartition } from './rows.js';

/** Why a bucket may look different: rows came, labels came, labels wait (bucket 0), rows went to another bucket, or were erased. */
export type MarkCause = 'prediction' | 'label' | 'waiting' | 'moved' | 'erasure';

export type BucketMark = TopicPartition & {
  model: string;
  version: string;
  bucketMs: number;
  cause: MarkCause;
  first: bigint;
  last: bigint;
  rows: number;
  /** When the broker took the first and the last of its events; 0 where nobody asks. */
  brokerFirstMs?: number;
  brokerLastMs?: number;
};

/** What a mark is: two that agree in all of it are one. */
const IDENTITY_COLUMNS = [
  'project',
  'model',
  'version',
  'bucket',
  'cause',
  'topic',
  'incarnation',
  'partition',
  'first',
  'last',
  'rows',
] as const;
export const MARK_COLUMNS = [...IDENTITY_COLUMNS, 'broker_first', 'broker_last'] as const;
/** Of `mark_checks`: marks that were looked at, with when they had been made. */
export const MARK_CHECK_COLUMNS = [...IDENTITY_COLUMNS, 'marked_at'] as const;

type Place = { model: string; version: string; bucketMs: number; brokerTimeMs?: number };

/** marksOf: one mark per bucket that the rows touch. The rows of an insert come in any order. */
export function marksOf(
  rows: Iterable<Place>,
  mark: TopicPartition & { cause: MarkCause; first: bigint; last: bigint },
): BucketMark[] {
  const marks = new Map<string, Required<BucketMark>>();
  for (const { model, version, bucketMs, brokerTimeMs = 0 } of rows) {
    const key = `${bucketMs}/${model}/${version}`;
    const known = marks.get(key);
    if (known) {
      known.rows += 1;
      known.brokerFirstMs = Math.min(known.brokerFirstMs, brokerTimeMs);
      known.brokerLastMs = Math.max(known.brokerLastMs, brokerTimeMs);
    } else {
      const broker = { brokerFirstMs: brokerTimeMs, brokerLastMs: brokerTimeMs };
      marks.set(key, { ...mark, model, version, bucketMs, rows: 1, ...broker });
    }
  }
  return [...marks.values()];
}

function writeIdentity(writer: RowBinary, project: string, mark: BucketMark): void {
  writer.string(project);
  writer.string(mark.model);
  writer.string(mark.version);
  writer.dateTime(mark.bucketMs);
  writer.string(mark.cause);
  writer.string(mark.topic);
  writer.string(mark.incarnation);
  writer.uint16(mark.partition);
  writer.uint64(mark.first);
  writer.uint64(mark.last);
  writer.uint32(mark.rows);
}

/** encodeMarks: ClickHouse's own clock stamps them; the stamp is not part of a mark's identity, so writing one again makes no new mark. */
export function encodeMarks(project: string, marks: readonly BucketMark[]): RowBinary {
  const writer = new RowBinary();
  for (const mark of marks) {
    writeIdentity(writer, project, mark);
    writer.dateTime64(mark.brokerFirstMs ?? 0);
    writer.dateTime64(mark.brokerLastMs ?? 0);
  }
  return writer;
}

/** encodeMarkChecks: the same marks, as having been looked at. */
export function encodeMarkChecks(
  project: string,
  marks: readonly (BucketMark & { markedAtMs: number })[],
): RowBinary {
  const writer = new RowBinary();
  for (const mark of marks) {
    writeIdentity(writer, project, mark);
    writer.dateTime64(mark.markedAtMs);
  }
  return writer;
}
