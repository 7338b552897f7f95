import { z } from 'zod';
import { metricNameSchema } from './metrics.js';
import { findingStatuses, verdicts } from './results.js';

const count = z.int().min(0);
const side = z.strictObject({ rows: count, hash: z.string().describe('SHA-256 of the file.') });

const windowSchema = z.strictObject({
  index: count,
  start: z.iso.datetime().nullable().describe('Null where rows have no time.'),
  end: z.iso.datetime().nullable().describe('Exclusive.'),
  rows: count,
});

const findingSchema = z.strictObject({
  monitor: z.string(),
  window: count.describe('Index of a window.'),
  segment: z.string().describe('`all`, or the name of a segment.'),
  segment_value: z.string(),
  feature: z.string().describe('Empty where rows as a whole are meant.'),
  facet: z.string(),
  facet_value: z.string(),
  metric: metricNameSchema,
  variant: z.string(),
  value: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable().describe('95 %.'),
  p: z.number().nullable().describe('Of the one test of this feature of this segment value.'),
  q: z.number().nullable().describe('p, adjusted over features × segment values.'),
  threshold: z.number().nullable(),
  resolution: z
    .number()
    .nullable()
    .describe('The smallest difference that the bins can show; null where exact.'),
  status: z.enum(findingStatuses),
  rows: count,
});
export type CheckFinding = z.infer<typeof findingSchema>;

const columnSchema = z.strictObject({
  name: z.string(),
  part: z
    .string()
    .describe(
      'feature, id, time, label, prediction, score, value, segment, context, attribution or ignored.',
    ),
  type: z.string(),
  why: z.string(),
});
export type CheckColumn = z.infer<typeof columnSchema>;

/** What `plumbline check --out` writes: only ever extended, and only under `summary`. */
export const checkReportSchema = z
  .strictObject({
    baseline: side,
    windows: z.array(windowSchema),
    findings: z.array(findingSchema),
    summary: z.strictObject({
      breached: count,
      by_status: z.partialRecord(z.enum(findingStatuses), count),
      verdict: z
        .enum(verdicts)
        .describe('`ok` only where something is decided, nothing breached and no monitor left undecided.'),
      decided: count.describe('Findings that are ok or breached.'),
      undecided: z
        .array(
          z.strictObject({
            monitor: z.string(),
            status: z.enum(findingStatuses),
            note: z.string(),
            features: z
              .array(z.string())
              .describe('Or groups of facets; each once; empty where rows as a whole are meant.'),
            findings: count,
          }),
        )
        .describe('Findings that decide nothing, by monitor and reason, most first.'),
      monitors: z
        .array(
          z.strictObject({
            monitor: z.string(),
            verdict: z.enum(verdicts),
            decided: count,
            findings: count,
          }),
        )
        .describe('How much each monitor decided.'),
      inconclusive: z
        .array(
          z.strictObject({
            monitor: z.string(),
            window: count,
            segment: z.string(),
            segment_value: z.string(),
            feature: z.string(),
            facet: z.string(),
            facet_value: z.string(),
            metric: metricNameSchema,
            note: z.string(),
          }),
        )
        .describe('Findings beyond their limit without evidence, the worst first, with the reason.'),
      current: side,
      columns: z.array(columnSchema),
      breached_features: z
        .array(z.strictObject({ segment: z.string(), segment_value: z.string(), feature: z.string() }))
        .describe('Each once, the worst first.'),
      breached_groups: z
        .array(
          z.strictObject({
            segment: z.string(),
            segment_value: z.string(),
            facet: z.string(),
            facet_value: z.string(),
          }),
        )
        .describe('Groups of facets that are treated differently, each once, the worst first.'),
      notes: z
        .array(z.strictObject({ status: z.enum(findingStatuses), note: z.string(), findings: count }))
        .describe('Why findings are what they are, with the number of findings that say so.'),
      warnings: z.array(z.string()).describe('About the files as a whole.'),
    }),
  })
  .meta({ title: 'Report of plumbline check' });
export type CheckReport = z.infer<typeof checkReportSchema>;
