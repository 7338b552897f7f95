import { z } from 'zod';
import type { Evaluation, Finding, MetricName, MonitorKind, FindingStatus, Window } from '#libs/contracts';
import { float, integer, RowBinary } from '../client/index.js';

export const FINDING_COLUMNS = [
  'project',
  'model',
  'version',
  'monitor',
  'monitor_kind',
  'window_start',
  'window_end',
  'inputs',
  'monitor_revision',
  'segment',
  'segment_value',
  'feature',
  'facet',
  'facet_value',
  'metric',
  'variant',
  'value',
  'baseline_value',
  'interval_low',
  'interval_high',
  'threshold',
  'p',
  'p_adjusted',
  'evidence',
  'deff',
  'resolution',
  'rows',
  'baseline_rows',
  'status',
  'note',
  'at',
] as const;

const nullableFloat = (writer: RowBinary, value: number | null): void => {
  if (!writer.nullable(value === null)) writer.float64(value ?? NaN);
};

/** encodeFindings: all findings of one evaluation. */
export function encodeFindings(evaluation: Evaluation, atMs: number): RowBinary {
  const writer = new RowBinary();
  for (const finding of evaluation.findings) {
    writer.string(evaluation.project);
    writer.string(evaluation.model);
    writer.string(evaluation.version);
    writer.string(evaluation.monitor);
    writer.string(evaluation.monitorKind);
    writer.dateTime(evaluation.window.startMs);
    writer.dateTime(evaluation.window.endMs);
    writer.string(evaluation.inputs);
    writer.uint32(evaluation.monitorRevision);
    writer.string(finding.segment);
    writer.string(finding.segmentValue);
    writer.string(finding.feature);
    writer.string(finding.facet);
    writer.string(finding.facetValue);
    writer.string(finding.metric);
    writer.string(finding.variant);
    nullableFloat(writer, finding.value);
    nullableFloat(writer, finding.baselineValue);
    nullableFloat(writer, finding.interval?.low ?? null);
    nullableFloat(writer, finding.interval?.high ?? null);
    nullableFloat(writer, finding.threshold);
    nullableFloat(writer, finding.p);
    nullableFloat(writer, finding.pAdjusted);
    writer.string(finding.evidence);
    writer.float64(finding.deff);
    nullableFloat(writer, finding.resolution);
    writer.uint64(BigInt(finding.rows));
    writer.uint64(BigInt(finding.baselineRows));
    writer.string(finding.status);
    writer.string(finding.note);
    writer.dateTime64(atMs);
  }
  return writer;
}

/** A finding with the evaluation that it belongs to. */
export type StoredFinding = Finding & {
  project: string;
  model: string;
  version: string;
  monitor: string;
  monitorKind: MonitorKind;
  window: Window;
  inputs: string;
  monitorRevision: number;
  atMs: number;
};

/** Before chi2 and g_test became the statistics themselves they were divided by their degrees of freedom, as their variant says. */
const METRIC = `if(metric IN ('chi2', 'g_test') AND variant = 'two-sample-per-df', concat(metric, '_per_df'), metric) AS metric`;

export const SELECT_FINDING = `
  project, model, version, monitor, monitor_kind, toUnixTimestamp(window_start) * 1000 AS start_ms,
  toUnixTimestamp(window_end) * 1000 AS end_ms, inputs, monitor_revision, segment, segment_value, feature, facet, facet_value, ${METRIC}, variant,
  value, baseline_value, interval_low, interval_high, threshold, p, p_adjusted, evidence, deff, resolution, rows, baseline_rows, status, note,
  toUnixTimestamp64Milli(at) AS at_ms`;

const optional = float.nullable();
const text = z.string();
/** Words of the contracts, written by this code only; they are not looked up again. */
const word = <T extends string>() => z.string().transform((value) => value as T);

const intervalOf = (low: number | null, high: number | null): Finding['interval'] =>
  low === null || high === null ? null : { low, high };

export const findingRow = z
  .object({
    project: text,
    model: text,
    version: text,
    monitor: text,
    monitor_kind: word<MonitorKind>(),
    start_ms: integer,
    end_ms: integer,
    inputs: text,
    monitor_revision: integer,
    segment: text,
    segment_value: text,
    feature: text,
    facet: text,
    facet_value: text,
    metric: word<MetricName>(),
    variant: text,
    value: optional,
    baseline_value: optional,
    interval_low: optional,
    interval_high: optional,
    threshold: optional,
    p: optional,
    p_adjusted: optional,
    evidence: word<Finding['evidence']>(),
    deff: float,
    resolution: optional,
    rows: integer,
    baseline_rows: integer,
    status: word<FindingStatus>(),
    note: text,
    at_ms: integer,
  })
  .transform((row): StoredFinding => ({
    project: row.project,
    model: row.model,
    version: row.version,
    monitor: row.monitor,
    monitorKind: row.monitor_kind,
    window: { startMs: row.start_ms, endMs: row.end_ms },
    inputs: row.inputs,
    monitorRevision: row.monitor_revision,
    segment: row.segment,
    segmentValue: row.segment_value,
    feature: row.feature,
    facet: row.facet,
    facetValue: row.facet_value,
    metric: row.metric,
    variant: row.variant,
    value: row.value,
    baselineValue: row.baseline_value,
    interval: intervalOf(row.interval_low, row.interval_high),
    threshold: row.threshold,
    p: row.p,
    pAdjusted: row.p_adjusted,
    evidence: row.evidence,
    deff: row.deff,
    resolution: row.resolution,
    rows: row.rows,
    baselineRows: row.baseline_rows,
    status: row.status,
    note: row.note,
    atMs: row.at_ms,
  }));
