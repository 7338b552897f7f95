import type { Evaluation } from '#libs/contracts';
import type { Database } from '../client/index.js';
import {
  listEvaluations,
  listRecorded,
  newestEvaluations,
  type EvaluationSummary,
  type RecordedWindow,
} from './list-evaluations.js';
import type { StoredFinding } from './finding-rows.js';
import {
  findingsOf,
  listFindings,
  type EvaluationName,
  type FindingFilter,
  type ListedFinding,
} from './list-findings.js';
import type { EvaluationFilter } from './evaluation-filter.js';
import { recordFindings, recordLedger, type EvaluationMeta } from './record-evaluation.js';

export type { EvaluationSummary, RecordedWindow } from './list-evaluations.js';
export type { FindingFilter, ListedFinding } from './list-findings.js';
export type { EvaluationFilter } from './evaluation-filter.js';

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
  /** The newest evaluated window of each monitor of each version, latest first. */
  newest: (project: string, filter: EvaluationFilter) => Promise<EvaluationSummary[]>;
  /** Of newest revisions only, latest window first. Throws a StoreError BAD_CURSOR when `before` is no cursor of this list. */
  findings: (project: string, filter: FindingFilter) => Promise<ListedFinding[]>;
  /** Of one evaluation, whether it is the newest of its window or not. */
  findingsOf: (evaluation: EvaluationName) => Promise<StoredFinding[]>;
};

export const createEvaluations = (database: Database): Evaluations => ({
  recorded: (project, monitor, version) => listRecorded(database, { project, monitor, version }),
  record: async (evaluation, meta) => {
    await recordFindings(database, evaluation);
    await recordLedger(database, evaluation, meta);
  },
  recordFindings: (evaluation) => recordFindings(database, evaluation),
  recordLedger: (evaluation, meta) => recordLedger(database, evaluation, meta),
  list: (project, filter) => listEvaluations(database, project, filter),
  newest: (project, filter) => newestEvaluations(database, project, filter),
  findings: (project, filter) => listFindings(database, project, filter),
  findingsOf: (evaluation) => findingsOf(database, evaluation),
});
