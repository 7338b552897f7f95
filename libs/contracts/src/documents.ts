import { z } from 'zod';
import { featureBinningSchema } from './binnings.js';
import { durationMs } from './durations.js';
import { biasSettingsSchema } from './facets.js';
import { durationSchema, nameSchema, PREDICTION_FEATURES, textSchema } from './names.js';
import { RECONSTRUCTION_ERROR } from './projection.js';
import { readingSchema } from './reading.js';
import { NO_PRIVACY_RULES, privacyRulesSchema } from './privacy.js';
import { vocabularyHashSchema } from './vocabulary.js';

export const projectBodySchema = z.strictObject({
  description: z.string().max(1_000).default(''),
  /** Event times outside [now − maxAge, now + maxAhead] are quarantined. */
  eventTime: z
    .strictObject({ maxAge: durationSchema.default('P90D'), maxAhead: durationSchema.default('PT1H') })
    .default({ maxAge: 'P90D', maxAhead: 'PT1H' }),
  maxDrafts: z.int().min(0).max(1_000).default(20),
  /** How long events that could not be stored are kept, P30D where it is left out; counts for those that come from then on. */
  quarantineRetention: durationSchema.optional(),
});
export type ProjectBody = z.infer<typeof projectBodySchema>;

export const modelBodySchema = z
  .strictObject({
    description: z.string().max(1_000).default(''),
    problem: z.enum(['binary', 'multiclass', 'regression']),
    positiveLabel: textSchema.optional(),
    bucket: z.enum(['PT5M', 'PT15M', 'PT1H']).default('PT1H'),
    timeZone: z.string().max(64).default('UTC'),
    acceptedLateness: durationSchema.default('P7D'),
    maxLabelWait: durationSchema.default('P30D'),
    retention: durationSchema.default('P90D'),
    /** Applied to events and baseline files before anything of them is stored. */
    privacy: privacyRulesSchema.default(NO_PRIVACY_RULES),
    bias: biasSettingsSchema.optional(),
    /** Where predictions are scores only: from this score on the predicted class is the positive label; 0.5 if left out. */
    scoreThreshold: z.number().optional(),
    /** Without events for this long a model counts as silent where four weeks do not show what is usual for it, PT6H if left out; `off`: never. */
    silenceAfter: z.union([z.literal('off'), durationSchema]).optional(),
  })
  .refine((m) => durationMs(m.retention) >= durationMs(m.acceptedLateness) + durationMs(m.maxLabelWait), {
    path: ['retention'],
    message: 'must be at least acceptedLateness + maxLabelWait, or rows expire before their labels arrive',
  })
  .refine(
    ({ scoreThreshold: own, bias }) =>
      own === undefined || bias?.scoreThreshold === undefined || own === bias.scoreThreshold,
    {
      path: ['bias', 'scoreThreshold'],
      message: 'differs from the scoreThreshold of the model, which holds for bias too: leave it out here',
    },
  );
export type ModelBody = z.infer<typeof modelBodySchema>;

/**
 * What a feature is. `timestamp` is compared as its age at the time of the event, in seconds; `time_of_day` (`08:30`) as hours since
 * midnight; `text` as its length in characters; of an `identifier` only whether it is there and how many differ. `unseen_words` is never
 * sent: it is made of a text feature when a version gets its first baseline, and holds the share of words that the baseline does not know.
 */
export const featureTypes = [
  'numeric',
  'categorical',
  'boolean',
  'timestamp',
  'time_of_day',
  'identifier',
  'text',
  'unseen_words',
] as const;
export type FeatureType = (typeof featureTypes)[number];

/** storedAs: whether values of a type lie among the numbers of a row, or among its texts. */
export const storedAs = (type: FeatureType): 'numeric' | 'categorical' =>
  type === 'categorical' || type === 'boolean' || type === 'identifier' ? 'categorical' : 'numeric';

export const featureSchema = z
  .strictObject({
    name: textSchema.refine(
      (n) => n !== RECONSTRUCTION_ERROR && !Object.values<string>(PREDICTION_FEATURES).includes(n),
      'is reserved for predictions and scores of rows',
    ),
    type: z.enum(featureTypes),
    /** `input` is monitored; `context` is stored and can cut segments, but is not compared (calendar fields, identifiers). */
    role: z.enum(['input', 'context']).default('input'),
    /** How its values are spelled; as usual where it is left out. */
    reading: readingSchema.optional(),
    /** Of `unseen_words`: the text feature, and what it is held against. */
    madeOf: z.strictObject({ feature: textSchema, vocabulary: vocabularyHashSchema }).optional(),
  })
  .refine(({ type, madeOf }) => (type === 'unseen_words') === (madeOf !== undefined), {
    path: ['madeOf'],
    message: 'goes with the type unseen_words, and only with it',
  });
export type Feature = z.infer<typeof featureSchema>;

/** Features only ever get appended, so a row stored under a shorter schema reads as null in the newer columns. */
export const versionBodySchema = z
  .strictObject({
    model: nameSchema,
    version: nameSchema,
    status: z.enum(['draft', 'registered']),
    features: z.array(featureSchema).max(2_000),
  })
  .refine((v) => new Set(v.features.map((f) => f.name)).size === v.features.length, {
    path: ['features'],
    message: 'names must be unique',
  });
export type VersionBody = z.infer<typeof versionBodySchema>;

export const binningBodySchema = z.strictObject({
  model: nameSchema,
  version: nameSchema,
  /** Content hash of `features`; part of every profile's key. */
  hash: z.string().regex(/^[0-9a-f]{16}$/),
  features: z.array(featureBinningSchema).max(2_003),
});
export type BinningBody = z.infer<typeof binningBodySchema>;

export const baselineBodySchema = z.strictObject({
  model: nameSchema,
  version: nameSchema,
  /** Value of `origin` in the rows and profiles of this baseline. */
  origin: z.string(),
  binning: z.string(),
  source: z.strictObject({
    format: z.enum(['csv', 'jsonl', 'parquet', 'window', 'statistics']),
    name: z.string().max(256),
    bytes: z.number(),
  }),
  rows: z.int().min(1),
  /** Set where only statistics were given: what they do not count cannot be counted later. */
  withoutRows: z.literal(true).optional(),
  contentHash: z.string(),
  /** False when no time column was given: then there are no chunks and deff is 1, which findings say. */
  hasTime: z.boolean(),
  hasLabels: z.boolean(),
  /** Whether rows carry attributions. */
  hasAttributions: z.boolean().optional(),
  /** Monitor kinds that this baseline cannot serve, each with the reason. */
  cannotServe: z.array(z.strictObject({ kind: z.string(), reason: z.string() })),
});
export type BaselineBody = z.infer<typeof baselineBodySchema>;

export const keyRoles = ['viewer', 'editor', 'admin'] as const;
export type KeyRole = (typeof keyRoles)[number];
export const apiKeyBodySchema = z.strictObject({
  name: z.string().min(1).max(128),
  role: z.enum(keyRoles),
  /** Public first characters, for finding the key in a list. */
  prefix: z.string(),
  hash: z.string(),
  expiresAt: z.iso.datetime().nullable(),
});
export type ApiKeyBody = z.infer<typeof apiKeyBodySchema>;
