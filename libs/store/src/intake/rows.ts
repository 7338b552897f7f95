import type { QuarantineReason } from '#libs/contracts';

/** How a categorical value says that it is null, or that it had a wrong type (its text is then in `invalid`). */
export const NULL_CATEGORY = '\0';
export const INVALID_CATEGORY = '\x01';

/** Key of `invalid` under which the names of features stand that an event explained and the schema does not know; no feature can have it. */
export const UNKNOWN_ATTRIBUTIONS = '\0attributions';
export const UNKNOWN_SEPARATOR = '\x1f';

/** One accepted prediction event, ready to be stored. Times are milliseconds since the epoch. */
export type PredictionRow = {
  model: string;
  version: string;
  bucketMs: number;
  id: string;
  timeMs: number;
  /** Revision of the version's feature schema that `num` and `cat` follow. */
  schema: number;
  /** Numeric features in the schema's order: NaN is null, Infinity is invalid. */
  num: Float64Array | number[];
  /** Categorical and boolean features in the schema's order. */
  cat: string[];
  /** '' when the prediction has none. */
  label: string;
  /** NaN when the prediction has none, as is `value`. */
  score: number;
  value: number;
  scores: Record<string, number>;
  /** By position among all features: NaN where there is none, Infinity for what is no number. Empty without explanation. */
  attributions: number[];
  tags: Record<string, string>;
  /** Feature → text of a value of the wrong type. */
  invalid: Record<string, string>;
  /** JSON of features that the schema does not know, '' when none. */
  extra: string;
  brokerTimeMs: number;
  offset: bigint;
  /** Of what the event says, without its transport: tells a duplicate from an amendment. */
  contentHash: bigint;
  expiresMs: number;
};

/** One accepted ground truth event. */
export type LabelRow = {
  model: string;
  /** '' when the event named none: then it labels the id under every version. */
  version: string;
  id: string;
  timeMs: number;
  label: string;
  value: number;
  retracted: boolean;
  /** A hint only: the index is asked there first. */
  predictedAtMs: number | null;
  brokerTimeMs: number;
  offset: bigint;
  expiresMs: number;
};

/** One event that was not stored. */
export type QuarantineRow = {
  offset: bigint;
  brokerTimeMs: number;
  reason: QuarantineReason;
  field: string;
  message: string;
  key: string;
  raw: Uint8Array;
  /** Length of the event, of which `raw` may be only the beginning. */
  rawBytes: number;
  headers: Record<string, string>;
};

/** A partition of one life of a topic: a topic that is deleted and made again starts over at offset 0 under another incarnation. */
export type TopicPartition = { topic: string; incarnation: string; partition: number };

/** One run of offsets of one partition. Every received record is in exactly one of the three lists. */
export type IntakeBatch = TopicPartition & {
  project: string;
  /** First and last offset that the batch accounts for, both included; records that the log no longer holds lie between or at the ends. */
  first: bigint;
  last: bigint;
  lastBrokerTimeMs: number;
  received: number;
  predictions: PredictionRow[];
  labels: LabelRow[];
  quarantined: QuarantineRow[];
  /** How long the quarantined events are kept; 30 days if absent. */
  quarantineKeptMs?: number;
};

/** Where a consumer stands in a partition; written every few seconds, also when nothing arrives. */
export type IngestPosition = TopicPartition & {
  project: string;
  nextOffset: bigint;
  /** First offset that does not exist yet. */
  endOffset: bigint;
  /** Of the newest record that was processed; 0 when there was none. */
  brokerTimeMs: number;
  /** When it was processed. */
  lastRecordAtMs: number;
  /** Since when there have been records that are not processed; null when there are none. */
  behindSinceMs: number | null;
  /** When this was seen; now if absent. */
  atMs?: number;
};
