export type { StoreConfig } from './client/index.js';
export { StoreError } from './client/index.js';
export { migrate } from './migrate/migrate.js';
export type { Labels } from './labels/labels.js';
export { createStore, type Store } from './store.js';
export type { Documents } from './registry/documents.js';
export type { Intake } from './intake/intake.js';
export {
  INVALID_CATEGORY,
  UNKNOWN_ATTRIBUTIONS,
  UNKNOWN_SEPARATOR,
  NULL_CATEGORY,
  type IngestPosition,
  type IntakeBatch,
  type LabelRow,
  type PredictionRow,
  type QuarantineRow,
  type TopicPartition,
} from './intake/rows.js';
export { redactValue } from './privacy/redact-value.js';
export { createRedactor, type Redactor } from './privacy/redactor.js';
export type { BaselineOrigin, ErasureTarget, Privacy } from './privacy/index.js';
export type { Retention, SealRule, TooLateEntry, TooLatePage } from './retention/index.js';
export type { HourAccount, PartitionAccount } from './intake/accounting.js';
export type { MergeMemory } from './intake/compact.js';
export type { Gap, PartitionRange } from './intake/gaps.js';
export type { ModelArrivals, QuietLimits } from './intake/model-arrivals.js';
export type { Watermark } from './intake/positions.js';
export type { QuarantineCount, QuarantineEntry, QuarantinePage } from './intake/quarantine.js';
export type { OutcomeCount, Replay, ReplayEntry, ReplayOutcome } from './intake/replays.js';
export type { LinkResult } from './labels/link.js';
export type {
  EvaluationFilter,
  Evaluations,
  EvaluationSummary,
  FindingFilter,
  ListedFinding,
  RecordedWindow,
} from './results/evaluations.js';
export type { StoredFinding } from './results/finding-rows.js';
export type { Alerts } from './results/alerts.js';
export type { NoticeEntry, NoticeOutcome, Notices } from './results/notices.js';
export {
  binningHash,
  numericEdges,
  type OrderedSample,
  type BaselineColumns,
  type BaselineInsert,
  type Baselines,
  type CountedWords,
} from './baselines/index.js';
export { planHash, type DirtyBucket, type ProfilePlan, type Profiles } from './profiles/index.js';
export {
  decideAlike,
  evaluationInputsId,
  loadBaselineProfile,
  loadComparedProfiles,
  loadEvaluationInputs,
  loadMonitorContext,
  loadPlan,
  newestBaseline,
  readSamples,
  samplesFor,
  wantedSamples,
  withScores,
  type EvaluationInputs,
  type InputsId,
  type MonitorContext,
  type Samples,
  type WantedSamples,
} from './plans/index.js';
export {
  openFileStore,
  openForm,
  ROWS_STEP_MS,
  unknownColumn,
  type DataColumn,
  type DataCut,
  type ShownFacts,
  type DataFile,
  type DataFormat,
  type DataParts,
  type DataRowsInput,
  type DataWindow,
  type FileForm,
  type FileStore,
  type StagedSample,
} from './files/index.js';
export type { Refusal } from './baselines/refusal.js';
export { countsOn, judgeColumn, type Judged } from './baselines/feature-type.js';
export { contentOf, contentWarnings } from './baselines/content-warnings.js';
export { noFacts, type ColumnFacts } from './baselines/column-facts.js';
export type { BaselineName } from './baselines/remove.js';
export { goesTogether } from './segments/feature-columns.js';
