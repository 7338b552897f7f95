import { hash } from 'node:crypto';

import { readClass, readText, type GroundTruthEvent, type PredictionEvent } from '#libs/contracts';
import { UNKNOWN_ATTRIBUTIONS, type LabelRow, type PredictionRow } from '#libs/store';

import type { Layout } from '../registry/layout.js';
import { encodeAttributions } from './encode-attributions.js';
import { encodeFeatures } from './encode-features.js';
import { STORABLE_MAX_MS } from './time-range.js';

/** Origin: what is known of the record that carried an event. */
export type Origin = { offset: bigint; brokerMs: number; value: Buffer };

/** ModelTimes: lengths of the model's buckets and of the keeping of its rows, in ms. */
export type ModelTimes = { bucketMs: number; retentionMs: number };

type Timed<E> = { event: E; timeMs: number };

const NO_NUMBERS: Readonly<Record<string, number>> = Object.freeze({});
const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

/** expiry: rows are kept from their arrival, or from their own time when that is later, so that replayed history is not deleted on arrival. */
const expiry = (timeMs: number, brokerMs: number, retentionMs: number): number =>
  Math.min(Math.max(timeMs, brokerMs) + retentionMs, STORABLE_MAX_MS);

/** contentHash: the first 64 bits of SHA-256 of the bytes as sent: an event sent again counts as a duplicate, a changed one as amended. */
const contentHash = (value: Buffer): bigint => hash('sha256', value, 'buffer').readBigUInt64LE(0);

const tagsOf = ({ tags }: PredictionEvent): Record<string, string> => {
  if (tags === undefined) return NO_TAGS;
  const kept = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(tags)) {
    const value = tags[name];
    const text = readText(value);
    if (typeof text === 'string') kept[name] = text;
  }
  return kept;
};

/** encodePrediction: a valid event of a known version → its row. */
export const encodePrediction = (
  { event, timeMs }: Timed<PredictionEvent>,
  origin: Origin,
  { layout, times }: { layout: Layout; times: ModelTimes },
): PredictionRow => {
  const { label = '', score = NaN, value = NaN, scores = NO_NUMBERS } = event.prediction;
  const features = encodeFeatures(event.features ?? {}, layout, timeMs);
  const { attributions, unknown } = encodeAttributions(event.attributions, layout);
  return {
    model: event.model,
    version: event.version,
    bucketMs: Math.floor(timeMs / times.bucketMs) * times.bucketMs,
    id: event.id,
    timeMs,
    schema: layout.revision,
    ...features,
    ...(unknown !== '' && { invalid: { ...features.invalid, [UNKNOWN_ATTRIBUTIONS]: unknown } }),
    label: label === '' ? label : readClass(label),
    score,
    value,
    scores,
    attributions,
    tags: tagsOf(event),
    brokerTimeMs: origin.brokerMs,
    offset: origin.offset,
    contentHash: contentHash(origin.value),
    expiresMs: expiry(timeMs, origin.brokerMs, times.retentionMs),
  };
};

/** encodeLabel: a valid ground truth event → its row; the store finds the predictions it belongs to. */
export const encodeLabel = (
  { event, timeMs, predictedAtMs }: Timed<GroundTruthEvent> & { predictedAtMs: number | null },
  origin: Origin,
  { retentionMs }: Pick<ModelTimes, 'retentionMs'>,
): LabelRow => ({
  model: event.model,
  version: event.version ?? '',
  id: event.id,
  timeMs,
  label: readClass(event.label),
  value: event.value ?? NaN,
  retracted: event.retract ?? false,
  predictedAtMs,
  brokerTimeMs: origin.brokerMs,
  offset: origin.offset,
  expiresMs: expiry(timeMs, origin.brokerMs, retentionMs),
});
