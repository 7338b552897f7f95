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

const share = z.number();
const dimensionSchema = z.strictObject({
  column: z.string(),
  used: z.boolean().describe('Whether its values became segments.'),
  values: z.array(z.string()).describe('Those that are segments of their own; all others are `other`.'),
  why: z.string().describe('What it has, or why it was not used.'),
});
export type CheckDimension = z.infer<typeof dimensionSchema>;

const originSchema = z
  .strictObject({
    kind: z
      .enum(['values', 'mix', 'alike', 'only'])
      .describe(
        '`values`: some segment values carry the change; `mix`: values became more or less frequent, and within them little changed; `alike`: all of them show it; `only`: some show it, all rows together do not.',
      ),
    segment: z.string(),
    segment_values: z
      .array(z.string())
      .describe('Those that the kind speaks of, the one that carries most first.'),
    share: share.describe('Of the change that they carry; 0 where it was not taken apart.'),
    parts: z
      .array(
        z.strictObject({
          segment_value: z.string(),
          within: share.describe('Share of the change by what changed among its own rows.'),
          mix: share.describe('Share of the change by its becoming more or less frequent.'),
          rows_before: share.describe('Its share of the rows of the baseline.'),
          rows_now: share.describe('Its share of the rows of the window.'),
        }),
      )
      .describe('The change of all rows taken apart: `within` and `mix` of all parts add up to 1.'),
  })
  .describe('Where a change comes from.');

const causeSchema = z.strictObject({
  subject: z
    .string()
    .describe(
      'A feature, `prediction`, a metric of rows as a whole, a group of a facet; empty for the quality of the model.',
    ),
  finding: count.describe('Index of the finding that stands for all.'),
  windows: z.array(count).describe('Windows in which it breached, oldest first.'),
  findings: z.array(count).describe('Indexes of all its breached findings.'),
  comes_from: originSchema.nullable().describe('In the window of `finding`; null where nothing can be said.'),
  segment_values: z
    .array(
      z.strictObject({
        segment: z.string(),
        segment_value: z.string(),
        finding: count.describe('Index of the finding that stands for it.'),
        breached: count,
      }),
    )
    .describe('Segment values that show it too, the worst first.'),
  sentence: z.string(),
});
export type CheckCause = z.infer<typeof causeSchema>;

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
      causes: z
        .array(causeSchema)
        .describe(
          'What breached, one entry for each cause, the worst first, with its segment values folded under it.',
        ),
      dimensions: z
        .array(dimensionSchema)
        .describe(
          'Columns that could be segments where the configuration names none; empty where it does or declines.',
        ),
      notes: z
        .array(z.strictObject({ status: z.enum(findingStatuses), note: z.string(), findings: count }))
        .describe('Why findings are what they are, with the number of findings that say so.'),
      warnings: z.array(z.string()).describe('About the files as a whole.'),
    }),
  })
  .meta({ title: 'Report of plumbline check' });
export type CheckReport = z.infer<typeof checkReportSchema>;
