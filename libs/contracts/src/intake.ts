import { z } from 'zod';
import { QUARANTINE_REASONS, type QuarantineReason } from './events.js';

/** INTAKE_MONITORS: names under which ingestion itself raises alerts; no monitor of a person may have them. Routes and silences match on them. */
export const INTAKE_MONITORS = { gap: 'ingestion-gap', silence: 'ingestion-silence' } as const;

/** SILENCE_AFTER_DEFAULT: the fixed limit of a model that names none. */
export const SILENCE_AFTER_DEFAULT = 'PT6H';

/** Why records are missing: deleted or jumped over before they were read, or lost with a topic that was created anew. */
export const GAP_CAUSES = ['skipped', 'recreated'] as const;
export type GapCause = (typeof GAP_CAUSES)[number];

/** MissingRange: a gap as messages and answers carry it. Offsets are 64-bit and go as text: a JSON number would round them. */
export type MissingRange = { incarnation: string; from: string; to: string; cause: GapCause };

/** TransitionNotice: what an alert of ingestion has to say; there are no findings behind it. */
export type TransitionNotice = {
  kind: 'ingestion_gap' | 'ingestion_silence';
  headline: string;
  /** In plain words: what happened, since when, what to do. */
  sentences: string[];
  facts: { label: string; value: string }[];
  /** Of a gap. */
  topic?: string;
  partition?: number;
  missing?: MissingRange[];
};

const POSITIONS_MAX = 1_000;
const OFFSET_MAX = 2n ** 63n - 1n;

/** offsetSchema: an offset as text. */
export const offsetSchema = z
  .string()
  .regex(/^\d{1,19}$/, 'must be an offset as text, such as "42"')
  .refine((text) => BigInt(text) <= OFFSET_MAX, 'is larger than any offset');

/** Where an event lies. Without an incarnation: in whichever life of the topic. */
export const eventPositionSchema = z.strictObject({
  topic: z.string().min(1).max(249),
  partition: z.int().min(0).max(65_535),
  offset: offsetSchema,
  incarnation: z.string().max(64).optional(),
});
export type EventPosition = z.infer<typeof eventPositionSchema>;

/** Which quarantined events a replay takes; fields that are left out take all. */
export const replayFilterSchema = z.strictObject({
  reason: z.enum(QUARANTINE_REASONS).optional(),
  /** By the broker's clock, [from, to). */
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  ids: z.array(eventPositionSchema).min(1).max(POSITIONS_MAX).optional(),
});
export type ReplayFilter = z.infer<typeof replayFilterSchema>;

export const replayStates = ['requested', 'done', 'failed'] as const;
export type ReplayState = (typeof replayStates)[number];

/** What became of one event; reason, field and message are empty where it was accepted. */
export type ReplayVerdict = {
  accepted: boolean;
  reason: QuarantineReason | '';
  field: string;
  message: string;
};
