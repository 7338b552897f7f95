import {
  findingStatuses,
  metricNames,
  monitorKinds,
  QUARANTINE_REASONS,
  severities,
  type Finding,
} from '#libs/contracts';
import { z } from 'zod';

const number = z.number().nullable();
const time = z.iso.datetime();

const findingFields = {
  segment: z.string(),
  segmentValue: z.string(),
  feature: z.string().describe('Empty for findings about the segment value as a whole.'),
  facet: z.string(),
  facetValue: z.string(),
  metric: z.enum(metricNames),
  variant: z.string().describe('Which of several definitions was computed.'),
  value: number,
  baselineValue: number,
  interval: z
    .object({ low: z.number(), high: z.number() })
    .nullable()
    .describe('95 % interval of the value, or of its difference to the baseline where the note says so.'),
  threshold: number,
  p: number.describe('Of the one test of this feature and segment value, on rows / deff.'),
  pAdjusted: number.describe('After Benjamini–Hochberg over the evaluation.'),
  evidence: z.enum(['test', 'exact', 'none']),
  deff: z.number(),
  resolution: number.describe('Smallest difference that the bins can show.'),
  rows: z.int(),
  baselineRows: z.int(),
  status: z.enum(findingStatuses),
  note: z.string(),
};
const windowFields = { windowStart: time, windowEnd: time };
const monitorFields = {
  project: z.string(),
  model: z.string(),
  version: z.string(),
  monitor: z.string(),
  monitorKind: z.enum(monitorKinds),
};

/** findingSchema: a finding as it is answered. */
export const findingSchema: z.ZodType<Finding> = z.object(findingFields).meta({ title: 'Finding' });

export const storedFindingSchema = z
  .object({ ...monitorFields, ...windowFields, ...findingFields, inputs: z.string() })
  .meta({ title: 'StoredFinding' });

export const evaluationSchema = z
  .object({
    ...monitorFields,
    ...windowFields,
    inputs: z.string().describe('Hash of everything that went in.'),
    revision: z.int(),
    findings: z.int(),
    breached: z.int(),
    waitExceeded: z.boolean().describe('Ingest was still behind when the longest wait ran out.'),
    durationMs: z.int(),
    at: time,
  })
  .meta({ title: 'Evaluation' });

export const windowSchema = z.object({ start: time, end: time }).meta({ title: 'Window' });

const status = z.enum(['open', 'resolved']);

export const alertSchema = z
  .object({
    alertId: z.string(),
    project: z.string(),
    model: z.string(),
    version: z.string(),
    monitor: z.string(),
    segment: z.string(),
    segmentValue: z.string(),
    facet: z.string(),
    facetValue: z.string(),
    status,
    severity: z.enum(severities),
    openedAt: time,
    windowEnd: time,
    features: z.array(z.string()).describe('Breached features, worst first.'),
  })
  .meta({ title: 'Alert' });

export const transitionSchema = z
  .object({
    transitionId: z.string(),
    kind: z.enum(['opened', 'updated', 'resolved']),
    why: z.string(),
    ...windowFields,
    inputs: z.string(),
    severity: z.enum(severities),
    status,
    features: z.array(z.string()),
    findings: z.array(findingSchema),
  })
  .meta({ title: 'AlertTransition' });

export const noticeSchema = z
  .object({
    transitionId: z.string(),
    channel: z.string(),
    outcome: z.enum(['sent', 'silenced', 'failed', 'superseded']),
    detail: z.string(),
    attempts: z.int(),
    at: time,
  })
  .meta({ title: 'Notice' });

const partition = { topic: z.string(), incarnation: z.string(), partition: z.int() };
const offset = z.string().regex(/^\d+$/);

export const accountSchema = z
  .object({
    ...partition,
    first: offset,
    last: offset,
    received: z.int(),
    accepted: z.int(),
    quarantined: z.int(),
    gaps: z.array(z.object({ from: offset, to: offset })),
    current: z.int(),
    duplicates: z.int(),
    amended: z.int(),
    erased: z.int().describe('Of ids that were erased; of ground truth, those that came afterwards.'),
    tooLate: z.int().describe('For buckets that were sealed before; these are among the others too.'),
  })
  .meta({ title: 'PartitionAccount' });

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
    rawEncoding: z.enum(['utf-8', 'base64']),
    raw: z.string().describe('Its beginning.'),
    rawIsWhole: z.boolean(),
    cursor: z.string(),
  })
  .meta({ title: 'QuarantinedEvent' });
