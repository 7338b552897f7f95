import { z } from 'zod';
import type { Evaluation, FindingStatus, MonitorKind, Window } from '#libs/contracts';
import { cursors, flag, integer, RowBinary, type Database } from '../client/index.js';
import {
  encodeFindings,
  FINDING_COLUMNS,
  findingRow,
  SELECT_FINDING,
  type StoredFinding,
} from './finding-rows.js';

export type EvaluationSummary = {
  project: string;
  model: string;
  version: string;
  monitor: string;
  monitorKind: MonitorKind;
  window: Window;
  inputs: string;
  revision: number;
  /** 0 for what was recorded before it was kept. */
  monitorRevision: number;
  findings: number;
  breached: number;
  waitExceeded: boolean;
  durationMs: number;
  atMs: number;
};

export type EvaluationFilter = {
  model?: string;
  version?: string;
  monitor?: string;
  /** Windows that overlap [fromMs, toMs). */
  fromMs?: number;
  toMs?: number;
  limit: number;
};
export type FindingFilter = EvaluationFilter & {
  segment?: string;
  segmentValue?: string;
  feature?: string;
  metric?: string;
  facet?: string;
  facetValue?: string;
  /** Of monitors of this kind. */
  kind?: MonitorKind;
  exceptKinds?: MonitorKind[];
  status?: FindingStatus;
  /** Cursor of the last one of the page before. */
  before?: string;
};
export type RecordedWindow = { startMs: number; endMs: number; inputs: string; revision: number };

/** `cursor` continues the list after it. */
export type ListedFinding = StoredFinding & { cursor: string };

type EvaluationMeta = { revision: number; durationMs: number };

/** What monitors found. A window without a row in the ledger is not evaluated, whatever findings lie there. */
export type Evaluations = {
  /** Newest revision of every evaluated window. */
  recorded: (project: string, monitor: string, version: string) => Promise<RecordedWindow[]>;
  /** Findings first, the ledger row last; the same evaluation recorded again replaces itself. */
  record: (evaluation: Evaluation, meta: EvaluationMeta) => Promise<void>;
  /** The first half of {@link Evaluations.record}, for a caller who has something to write in between. */
  recordFindings: (evaluation: Evaluation) => Promise<void>;
  /** The second half: from now on the window is evaluated. */
  recordLedger: (evaluation: Evaluation, meta: EvaluationMeta) => Promise<void>;
  /** Newest revisions, latest window first. */
  list: (project: string, filter: EvaluationFilter) => Promise<EvaluationSummary[]>;
  /** Of newest revisions only, latest window first. Throws a StoreError BAD_CURSOR when `before` is no cursor of this list. */
  findings: (project: string, filter: FindingFilter) => Promise<ListedFinding[]>;
};

export const EVALUATION_COLUMNS = [
  'project',
  'model',
  'version',
  'monitor',
  'monitor_kind',
  'window_start',
  'window_end',
  'inputs',
  'revision',
  'monitor_revision',
  'findings',
  'breached',
  'wait_exceeded',
  'duration_ms',
  'at',
] as const;

const RECORDED = `
SELECT
  toUnixTimestamp(window_start) * 1000 AS start_ms, toUnixTimestamp(window_end) * 1000 AS end_ms,
  argMax(e.inputs, e.revision) AS inputs, max(e.revision) AS revision
FROM evaluations AS e FINAL
WHERE project = {project: String} AND monitor = {monitor: String} AND version = {version: String}
GROUP BY window_start, window_end
ORDER BY window_start, window_end`;

/** '' and 0 mean "any"; no name, time or text that is looked for is empty. */
const CURRENT = `
  FROM evaluations FINAL
  WHERE project = {project: String}
    AND ({model: String} = '' OR model = {model: String})
    AND ({version: String} = '' OR version = {version: String})
    AND ({monitor: String} = '' OR monitor = {monitor: String})
    AND window_end > toDateTime({from: UInt32}) AND ({to: UInt32} = 0 OR window_start < toDateTime({to: UInt32}))`;

const LIST = `
SELECT
  project, model, version, monitor, monitor_kind, toUnixTimestamp(window_start) * 1000 AS start_ms,
  toUnixTimestamp(window_end) * 1000 AS end_ms, inputs, revision, monitor_revision, findings, breached, wait_exceeded, duration_ms,
  toUnixTimestamp64Milli(at) AS at_ms
FROM (
  SELECT * ${CURRENT}
  ORDER BY revision DESC
  LIMIT 1 BY model, version, monitor, window_start, window_end
)
ORDER BY window_end DESC, model, version, monitor, window_start
LIMIT {limit: UInt32}`;

const FINDINGS = `
SELECT ${SELECT_FINDING}
FROM findings FINAL
WHERE project = {project: String}
  AND (model, version, monitor, window_start, window_end, inputs) IN (
    SELECT model, version, monitor, window_start, window_end, argMax(inputs, revision)
    ${CURRENT}
    GROUP BY model, version, monitor, window_start, window_end
  )
  AND ({segment: String} = '' OR segment = {segment: String})
  AND ({segmentValue: String} = '' OR segment_value = {segmentValue: String})
  AND ({feature: String} = '' OR feature = {feature: String})
  AND ({metric: String} = '' OR metric = {metric: String})
  AND ({facet: String} = '' OR facet = {facet: String})
  AND ({facetValue: String} = '' OR facet_value = {facetValue: String})
  AND ({kind: String} = '' OR monitor_kind = {kind: String})
  AND NOT has({exceptKinds: Array(String)}, monitor_kind)
  AND ({status: String} = '' OR status = {status: String})
  AND (window_end < toDateTime({endBefore: UInt32}) OR (window_end = toDateTime({endBefore: UInt32})
    AND (model, version, monitor, toUnixTimestamp(window_start), segment, segment_value, feature, metric, facet, facet_value)
      > ({afterModel: String}, {afterVersion: String}, {afterMonitor: String}, {afterStart: UInt32}, {afterSegment: String},
         {afterSegmentValue: String}, {afterFeature: String}, {afterMetric: String}, {afterFacet: String}, {afterFacetValue: String})))
ORDER BY window_end DESC, model, version, monitor, window_start, segment, segment_value, feature, metric, facet, facet_value
LIMIT {limit: UInt32}`;

const LAST_SECOND = 4_294_967_295;
const seconds = (ms: number): number => Math.min(LAST_SECOND, Math.max(0, Math.floor(ms / 1_000)));

const second = z.number().int().min(0).max(LAST_SECOND);
const text = z.string();
/** In the order of the list: end of the window, then what is equal in it. */
const places = cursors(
  z.tuple([second, text, text, text, second, text, text, text, text, text, text]),
  'list-findings',
);

const placeOf = (finding: StoredFinding): Parameters<typeof places.write>[0] => {
  const { window, model, version, monitor, segment, segmentValue, feature, metric, facet, facetValue } =
    finding;
  const [end, start] = [seconds(window.endMs), seconds(window.startMs)];
  return [end, model, version, monitor, start, segment, segmentValue, feature, metric, facet, facetValue];
};

/** No window ends as late, so all come after it. */
const FIRST: ReturnType<typeof places.read> = [LAST_SECOND, '', '', '', 0, '', '', '', '', '', ''];

function afterParams(before: string | undefined) {
  const [endBefore, afterModel, afterVersion, afterMonitor, afterStart, ...names] =
    before === undefined ? FIRST : places.read(before);
  const [afterSegment, afterSegmentValue, afterFeature, afterMetric, afterFacet, afterFacetValue] = names;
  return {
    ...{ endBefore, afterModel, afterVersion, afterMonitor, afterStart, afterSegment, afterSegmentValue },
    ...{ afterFeature, afterMetric, afterFacet, afterFacetValue },
  };
}

const recordedRow = z
  .object({ start_ms: integer, end_ms: integer, inputs: z.string(), revision: integer })
  .transform(({ start_ms: startMs, end_ms: endMs, ...rest }): RecordedWindow => ({
    startMs,
    endMs,
    ...rest,
  }));

const summaryRow = z
  .object({
    project: z.string(),
    model: z.string(),
    version: z.string(),
    monitor: z.string(),
    monitor_kind: z.string().transform((kind) => kind as MonitorKind),
    start_ms: integer,
    end_ms: integer,
    inputs: z.string(),
    revision: integer,
    monitor_revision: integer,
    findings: integer,
    breached: integer,
    wait_exceeded: flag,
    duration_ms: integer,
    at_ms: integer,
  })
  .transform(
    ({
      monitor_kind: monitorKind,
      monitor_revision: monitorRevision,
      start_ms: startMs,
      end_ms: endMs,
      wait_exceeded: waitExceeded,
      duration_ms: durationMs,
      at_ms: atMs,
      ...rest
    }): EvaluationSummary => ({
      ...rest,
      monitorKind,
      monitorRevision,
      window: { startMs, endMs },
      waitExceeded,
      durationMs,
      atMs,
    }),
  );

const filterParams = (filter: EvaluationFilter) => ({
  model: filter.model ?? '',
  version: filter.version ?? '',
  monitor: filter.monitor ?? '',
  from: seconds(filter.fromMs ?? 0),
  to: filter.toMs === undefined ? 0 : Math.max(1, seconds(filter.toMs)),
  limit: filter.limit,
});

export function createEvaluations(database: Database): Evaluations {
  return {
    recorded: (project, monitor, version) =>
      database.query({
        name: 'recorded-windows',
        sql: RECORDED,
        params: { project, monitor, version },
        row: recordedRow,
      }),
    record: async (evaluation, meta) => {
      await recordFindings(database, evaluation);
      await recordLedger(database, evaluation, meta);
    },
    recordFindings: (evaluation) => recordFindings(database, evaluation),
    recordLedger: (evaluation, meta) => recordLedger(database, evaluation, meta),
    list: (project, filter) =>
      database.query({
        name: 'list-evaluations',
        sql: LIST,
        params: { project, ...filterParams(filter) },
        row: summaryRow,
      }),
    findings: async (project, filter) => {
      const found = await database.query({
        name: 'list-findings',
        sql: FINDINGS,
        params: {
          project,
          ...filterParams(filter),
          segment: filter.segment ?? '',
          segmentValue: filter.segmentValue ?? '',
          feature: filter.feature ?? '',
          metric: filter.metric ?? '',
          facet: filter.facet ?? '',
          facetValue: filter.facetValue ?? '',
          kind: filter.kind ?? '',
          exceptKinds: filter.exceptKinds ?? [],
          status: filter.status ?? '',
          ...afterParams(filter.before),
        },
        row: findingRow,
      });
      return found.map((finding) => ({ ...finding, cursor: places.write(placeOf(finding)) }));
    },
  };
}

async function recordFindings(database: Database, evaluation: Evaluation): Promise<void> {
  if (evaluation.findings.length > 0)
    await database.insertRowBinary({
      table: 'findings',
      columns: FINDING_COLUMNS,
      data: encodeFindings(evaluation, Date.now()).chunks(),
    });
}

async function recordLedger(
  database: Database,
  evaluation: Evaluation,
  { revision, durationMs }: EvaluationMeta,
): Promise<void> {
  const writer = new RowBinary();
  writer.string(evaluation.project);
  writer.string(evaluation.model);
  writer.string(evaluation.version);
  writer.string(evaluation.monitor);
  writer.string(evaluation.monitorKind);
  writer.dateTime(evaluation.window.startMs);
  writer.dateTime(evaluation.window.endMs);
  writer.string(evaluation.inputs);
  writer.uint32(revision);
  writer.uint32(evaluation.monitorRevision);
  writer.uint32(evaluation.findings.length);
  writer.uint32(evaluation.findings.filter(({ status }) => status === 'breached').length);
  writer.bool(evaluation.waitExceeded);
  writer.uint32(Math.min(LAST_SECOND, Math.round(durationMs)));
  writer.dateTime64(Date.now());
  await database.insertRowBinary({
    table: 'evaluations',
    columns: EVALUATION_COLUMNS,
    data: writer.chunks(),
  });
}
