import { MAX_TEXT_LENGTH, NAME_PATTERN } from './names.js';

/** The largest event that is read; a larger one is quarantined with its first bytes. */
export const MAX_EVENT_BYTES = 1_048_576;
export const MAX_FEATURES = 2_000;
const MAX_TAGS = 64;
const MAX_CLASSES = 1_000;

const name = { type: 'string', pattern: NAME_PATTERN } as const;
const id = { type: 'string', minLength: 1, maxLength: 128 } as const;
const time = { type: 'string', minLength: 20, maxLength: 40, format: 'date-time' } as const;
const text = { type: 'string', maxLength: MAX_TEXT_LENGTH } as const;
const numbers = (maxProperties: number) =>
  ({ type: 'object', maxProperties, additionalProperties: { type: 'number' } }) as const;

/** JSON Schema of a prediction event. Feature values are checked against the model version's schema later, one by one, so that a bad value spoils itself only. */
export const predictionEventSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://plumbline.dev/schemas/prediction-event.json',
  title: 'Prediction event',
  type: 'object',
  required: ['id', 'model', 'version', 'time', 'prediction'],
  properties: {
    id,
    model: name,
    version: name,
    time,
    features: { type: 'object', maxProperties: MAX_FEATURES },
    prediction: {
      type: 'object',
      minProperties: 1,
      properties: {
        label: text,
        score: { type: 'number' },
        value: { type: 'number' },
        scores: numbers(MAX_CLASSES),
      },
      additionalProperties: false,
    },
    /** What is no number spoils itself only: it is counted as invalid. */
    attributions: { type: 'object', maxProperties: MAX_FEATURES },
    tags: {
      type: 'object',
      maxProperties: MAX_TAGS,
      additionalProperties: { type: ['string', 'null'], maxLength: MAX_TEXT_LENGTH },
    },
  },
  additionalProperties: false,
} as const;

/** JSON Schema of a ground truth event: exactly one of `label`, `value`, `retract`. */
export const groundTruthEventSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://plumbline.dev/schemas/ground-truth-event.json',
  title: 'Ground truth event',
  type: 'object',
  required: ['id', 'model', 'time'],
  oneOf: [{ required: ['label'] }, { required: ['value'] }, { required: ['retract'] }],
  properties: {
    id,
    model: name,
    version: name,
    time,
    label: text,
    value: { type: 'number' },
    retract: { const: true },
    predictedAt: time,
  },
  additionalProperties: false,
} as const;

export type Prediction = { label?: string; score?: number; value?: number; scores?: Record<string, number> };

export type PredictionEvent = {
  id: string;
  model: string;
  version: string;
  /** ISO-8601 with zone: when the prediction was made. */
  time: string;
  features?: Record<string, unknown>;
  prediction: Prediction;
  attributions?: Record<string, unknown>;
  tags?: Record<string, string | null>;
};

export type GroundTruthEvent = {
  id: string;
  model: string;
  version?: string;
  /** ISO-8601 with zone: when the truth became known. */
  time: string;
  label?: string;
  value?: number;
  retract?: true;
  /** A hint only: the time of the prediction, so that its bucket is looked at first. */
  predictedAt?: string;
};

/** Why an event was not stored; counted and listed under these codes. */
export const QUARANTINE_REASONS = [
  'not_json',
  'too_large',
  'schema',
  'event_time_range',
  'too_many_features',
  'too_many_drafts',
  'unknown_project',
  'empty',
  'unreadable',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];
