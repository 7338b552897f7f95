import type { Evaluation } from '#libs/contracts';
import { RowBinary, type Database } from '../client/index.js';
import { encodeFindings, FINDING_COLUMNS } from './finding-rows.js';
import { LAST_SECOND } from './evaluation-filter.js';

export type EvaluationMeta = { revision: number; durationMs: number };

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
  'method',
  'findings',
  'breached',
  'wait_exceeded',
  'duration_ms',
  'at',
] as const;

/** recordFindings: of an evaluation that nobody sees before its row in the ledger. */
export async function recordFindings(database: Database, evaluation: Evaluation): Promise<void> {
  if (evaluation.findings.length > 0)
    await database.insertRowBinary({
      table: 'findings',
      columns: FINDING_COLUMNS,
      data: encodeFindings(evaluation, Date.now()).chunks(),
    });
}

/** recordLedger: from now on the window is evaluated. */
export async function recordLedger(
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
  writer.uint16(evaluation.method);
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
