import {
  findingStatuses,
  GAP_CAUSES,
  metricNames,
  monitorKinds,
  sageMakerChecks,
  severities,
  verdicts,
} from '#libs/contracts';
import { z } from 'zod';

import type { ShownFinding } from './shown.js';

const number = z.number().nullable();
const time = z.iso.datetime();

const findingFields = {
  segment: z.string(),
  segmentValue: z.string(),
  feature: z.string().describe('Empty for findings about the segment value as a whole.'),
  facet: z.string(),
  facetValue: z.string(),
  metric: z.enum(metricNames),
  check: z
    .enum(sageMakerChecks)
    .nullable()
    .describe('What SageMaker Model Monitor calls it; null where it has no check for it.'),
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
const monitorRevision = z
  .int()
  .describe('Revision of the monitor that it was evaluated under; 0 where that was not kept yet.');
const method = z
  .int()
  .describe(
    'Version of how it was counted and judged; 1 for all that was evaluated before versions were kept.',
  );
const windowFields = { windowStart: time, windowEnd: time };
const monitorFields = {
  project: z.string(),
  model: z.string(),
  version: z.string(),
  monitor: z.string(),
  monitorKind: z.enum(monitorKinds),
};

/** statusCounts: how many findings there are of each status. */
export const statusCounts = z.partialRecord(z.enum(findingStatuses), z.int()).describe('Findings by status.');

/** findingSchema: a finding as it is answered. */
export const findingSchema: z.ZodType<ShownFinding> = z.object(findingFields).meta({ title: 'Finding' });

export const storedFindingSchema = z
  .object({
    ...monitorFields,
    ...windowFields,
    ...findingFields,
    inputs: z.string(),
    monitorRevision,
    cursor: z.string(),
  })
  .meta({ title: 'StoredFinding' });

export const evaluationSchema = z
  .object({
    ...monitorFields,
    ...windowFields,
    inputs: z.string().describe('Hash of everything that went in.'),
    revision: z.int(),
    monitorRevision,
    method,
    findings: z.int(),
    breached: z.int(),
    decided: z.int().describe('Findings that are ok or breached; the others say neither.'),
    verdict: z.enum(verdicts).describe('Only `ok` may look healthy; never without `decided`.'),
    statuses: statusCounts,
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
    notice: z
      .object({
        kind: z.enum(['ingestion_gap', 'ingestion_silence']),
        headline: z.string(),
        sentences: z.array(z.string()),
        facts: z.array(z.object({ label: z.string(), value: z.string() })),
        topic: z.string().optional(),
        partition: z.int().optional(),
        missing: z
          .array(
            z.object({
              incarnation: z.string(),
              from: z.string(),
              to: z.string(),
              cause: z.enum(GAP_CAUSES),
            }),
          )
          .optional(),
      })
      .optional()
      .describe('Of an alert that ingestion itself raised.'),
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
