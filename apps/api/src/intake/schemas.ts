import { GAP_CAUSES, QUARANTINE_REASONS, replayFilterSchema, replayStates } from '#libs/contracts';
import { z } from 'zod';

const time = z.iso.datetime();
const partition = { topic: z.string(), incarnation: z.string(), partition: z.int() };
const offset = z.string().regex(/^\d+$/);
const counts = { received: z.int(), accepted: z.int(), quarantined: z.int() };
const fates = {
  current: z.int(),
  duplicates: z.int(),
  amended: z.int(),
  erased: z.int().describe('Of ids that were erased; of ground truth, those that came afterwards.'),
  tooLate: z.int().describe('For buckets that were sealed before; these are among the others too.'),
};

const accountSchema = z
  .object({
    ...partition,
    first: offset,
    last: offset,
    ...counts,
    gaps: z.array(z.object({ from: offset, to: offset })),
    ...fates,
  })
  .meta({ title: 'PartitionAccount' });

export const gapSchema = z
  .object({
    ...partition,
    from: offset,
    to: offset,
    records: z.int(),
    cause: z.enum(GAP_CAUSES),
    since: time.describe('When the newest record before it was written.'),
    acknowledged: z.object({ by: z.string(), comment: z.string(), at: time }).nullable(),
  })
  .meta({ title: 'IngestionGap' });

const totalsSchema = z
  .object({
    ...counts,
    ...fates,
    gaps: z.int(),
    missing: z.int().describe('Records in gaps, acknowledged or not.'),
    openGaps: z.int().describe('Gaps that nobody has acknowledged.'),
    balanced: z
      .boolean()
      .describe('received = accepted + quarantined, and no prediction is counted that was not accepted.'),
  })
  .meta({ title: 'IngestionTotals' });

const modelSchema = z
  .object({
    model: z.string(),
    watermark: time.nullable().describe('All that was written before is stored; null: nothing waits.'),
    behindSince: time.nullable().describe('Since when records wait; null: none do.'),
    lagRecords: z.int().describe('Of the topic that the model shares with the others of its project.'),
    lastEvent: time.nullable(),
  })
  .meta({ title: 'ModelIntake' });

const hourSchema = z.object({ hour: time, ...partition, ...counts }).meta({ title: 'IngestionHour' });

export const ingestionSchema = z
  .object({
    items: z.array(accountSchema),
    totals: totalsSchema,
    gaps: z.array(gapSchema),
    models: z.array(modelSchema),
    hours: z.array(hourSchema).optional().describe('Where hours were asked for, oldest first.'),
  })
  .meta({ title: 'Ingestion' });

export const quarantineSchema = z
  .object({
    ...partition,
    offset,
    brokerTime: time,
    at: time,
    reason: z.enum(QUARANTINE_REASONS),
    field: z.string(),
    message: z.string(),
    key: z.string(),
    headers: z.record(z.string(), z.string()),
    rawBytes: z.int().describe('Length of the whole event.'),
    raw: z.base64().describe('The event as it came; in lists its first 2,048 bytes.'),
    text: z.string().nullable().describe('The same as text; null where it is not valid UTF-8.'),
    rawIsWhole: z.boolean(),
    replayedAt: time.nullable().describe('When a replay stored it after all.'),
    cursor: z.string(),
  })
  .meta({ title: 'QuarantinedEvent' });

export const quarantineCountsSchema = z
  .object({
    items: z.array(
      z.object({
        reason: z.enum(QUARANTINE_REASONS),
        waiting: z.int(),
        replayed: z.int(),
        first: time,
        last: time,
      }),
    ),
    waiting: z.int(),
    replayed: z.int(),
  })
  .meta({ title: 'QuarantineCounts' });

export const replayInputSchema = z
  .strictObject({
    filter: replayFilterSchema.default({}),
    dryRun: z.boolean().default(false).describe('Says what would become of each event, and changes nothing.'),
    comment: z.string().max(500).default(''),
  })
  .meta({ title: 'Replay' });

const verdict = {
  accepted: z.boolean(),
  reason: z.enum([...QUARANTINE_REASONS, '']).describe('Empty where it was accepted.'),
};

export const replaySchema = z
  .object({
    id: z.string(),
    state: z.enum(replayStates),
    note: z.string().describe('Why it failed.'),
    dryRun: z.boolean(),
    filter: replayFilterSchema,
    author: z.string(),
    comment: z.string(),
    requestedAt: time,
    accepted: z.int(),
    refused: z.int(),
    counts: z.array(z.object({ ...verdict, events: z.int() })),
    outcomes: z
      .array(z.object({ ...partition, offset, ...verdict, field: z.string(), message: z.string() }))
      .describe('Refused events first; at most as many as were asked for.'),
  })
  .meta({ title: 'ReplayView' });
