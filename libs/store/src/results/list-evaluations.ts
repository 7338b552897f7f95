import { z } from 'zod';
import {
  EVALUATION_METHOD,
  findingStatuses,
  type MonitorKind,
  type Tally,
  type Window,
} from '#libs/contracts';
import { flag, integer, type Database } from '../client/index.js';
import { FILTERED, filterParams, type EvaluationFilter } from './evaluation-filter.js';

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
  /** How it was counted and judged; 1 for what was recorded before that was kept. */
  method: number;
  findings: number;
  breached: number;
  /** Its findings by status. */
  statuses: Tally;
  waitExceeded: boolean;
  durationMs: number;
  atMs: number;
};

/** The newest revision of a window. */
export type RecordedWindow = {
  startMs: number;
  endMs: number;
  inputs: string;
  revision: number;
  method: number;
  /** Its newest revision by a method before the present one; null where there is none. */
  former: { inputs: string; atMs: number } | null;
};

const RECORDED = `
SELECT
  toUnixTimestamp(window_start) * 1000 AS start_ms, toUnixTimestamp(window_end) * 1000 AS end_ms,
  argMax(e.inputs, e.revision) AS inputs, max(e.revision) AS revision, argMax(e.method, e.revision) AS method,
  argMaxIf(e.inputs, e.revision, e.method < {method: UInt16}) AS former_inputs,
  toUnixTimestamp64Milli(argMaxIf(e.at, e.revision, e.method < {method: UInt16})) AS former_at
FROM evaluations AS e FINAL
WHERE project = {project: String} AND monitor = {monitor: String} AND version = {version: String}
GROUP BY window_start, window_end
ORDER BY window_start, window_end`;

/** What makes an evaluation; findings belong to that of the same inputs. */
const KEY = 'model, version, monitor, window_start, window_end, inputs';

/** listOf: evaluations that a statement finds, with their findings by status. */
const listOf = (found: string): string => `
SELECT
  project, model, version, monitor, monitor_kind, toUnixTimestamp(window_start) * 1000 AS start_ms,
  toUnixTimestamp(window_end) * 1000 AS end_ms, inputs, revision, monitor_revision, method, findings, breached, wait_exceeded, duration_ms,
  toUnixTimestamp64Milli(at) AS at_ms, statuses
FROM (${found}) AS e
LEFT JOIN (
  SELECT ${KEY}, sumMap(map(toString(status), toUInt64(1))) AS statuses
  FROM findings FINAL
  WHERE project = {project: String} AND (${KEY}) IN (SELECT ${KEY} FROM (${found}))
  GROUP BY ${KEY}
) AS f USING (${KEY})
ORDER BY window_end DESC, model, version, monitor, window_start`;

const EVERY_WINDOW = `
  SELECT * FROM (
    SELECT * ${FILTERED}
    ORDER BY revision DESC
    LIMIT 1 BY model, version, monitor, window_start, window_end
  )
  ORDER BY window_end DESC, model, version, monitor, window_start
  LIMIT {limit: UInt32}`;

const NEWEST_WINDOW = `
  SELECT * ${FILTERED}
  ORDER BY window_end DESC, window_start DESC, revision DESC
  LIMIT 1 BY model, version, monitor
  LIMIT {limit: UInt32}`;

const LIST = listOf(EVERY_WINDOW);
const NEWEST = listOf(NEWEST_WINDOW);

const recordedRow = z
  .object({
    start_ms: integer,
    end_ms: integer,
    inputs: z.string(),
    revision: integer,
    method: integer,
    former_inputs: z.string(),
    former_at: integer,
  })
  .transform((row): RecordedWindow => ({
    startMs: row.start_ms,
    endMs: row.end_ms,
    inputs: row.inputs,
    revision: row.revision,
    method: row.method,
    former: row.former_inputs === '' ? null : { inputs: row.former_inputs, atMs: row.former_at },
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
    method: integer,
    findings: integer,
    breached: integer,
    wait_exceeded: flag,
    duration_ms: integer,
    at_ms: integer,
    statuses: z.partialRecord(z.enum(findingStatuses), integer),
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

/** listRecorded: the newest revision of every evaluated window of a monitor, oldest window first. */
export const listRecorded = (
  database: Database,
  { project, monitor, version }: { project: string; monitor: string; version: string },
): Promise<RecordedWindow[]> =>
  database.query({
    name: 'recorded-windows',
    sql: RECORDED,
    params: { project, monitor, version, method: EVALUATION_METHOD },
    row: recordedRow,
  });

/** listEvaluations: newest revisions, latest window first. */
export const listEvaluations = (
  database: Database,
  project: string,
  filter: EvaluationFilter,
): Promise<EvaluationSummary[]> =>
  database.query({
    name: 'list-evaluations',
    sql: LIST,
    params: { project, ...filterParams(filter) },
    row: summaryRow,
  });

/** newestEvaluations: of each monitor of each version the newest window that was evaluated. */
export const newestEvaluations = (
  database: Database,
  project: string,
  filter: EvaluationFilter,
): Promise<EvaluationSummary[]> =>
  database.query({
    name: 'newest-evaluations',
    sql: NEWEST,
    params: { project, ...filterParams(filter) },
    row: summaryRow,
  });
