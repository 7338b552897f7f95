import { RowBinary } from '../client/row-binary.js';
import { writeLabelVersion } from '../intake/row-versions.js';
import type { LabelRow } from '../intake/rows.js';

/** Where labels wait whose prediction is not known yet. */
export const WAITING_BUCKET_MS = 0;

/** A ground truth event with the partition it came from: with the offset this is its identity. */
export type Label = LabelRow & { partition: number };

/** A label at the bucket of a prediction that it is about, or in the waiting bucket. */
export type PlacedLabel = {
  label: Label;
  /** Of the prediction; while waiting, the one that the event named. */
  version: string;
  bucketMs: number;
  /** The truth claims to be older than the prediction. */
  early: boolean;
  /** Takes the label away from here. */
  removed: boolean;
};

export const LABEL_COLUMNS = [
  'project',
  'model',
  'version',
  'bucket',
  'id',
  'named',
  'time',
  'label',
  'value',
  'retracted',
  'predicted_at',
  'broker_time',
  'partition',
  'offset',
  'early',
  'row_version',
  'removed',
  'expires',
] as const;

/** encodeLabels: rows of `labels`; the newest truth of a prediction replaces the others, whatever the order of inserts. */
export function encodeLabels(project: string, rows: readonly PlacedLabel[]): RowBinary {
  const writer = new RowBinary();
  for (const { label, version, bucketMs, early, removed } of rows) {
    writer.string(project);
    writer.string(label.model);
    writer.string(version);
    writer.dateTime(bucketMs);
    writer.string(label.id);
    writer.string(label.version);
    writer.dateTime64(label.timeMs);
    writer.string(label.label);
    writer.float64(label.value);
    writer.bool(label.retracted);
    if (!writer.nullable(label.predictedAtMs === null)) writer.dateTime64(label.predictedAtMs ?? 0);
    writer.dateTime64(label.brokerTimeMs);
    writer.uint16(label.partition);
    writer.uint64(label.offset);
    writer.bool(early);
    writeLabelVersion(writer, { ...label, removed });
    writer.bool(removed);
    writer.dateTime(label.expiresMs);
  }
  return writer;
}
