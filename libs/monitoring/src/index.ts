export {
  advance,
  advanceAll,
  type Advance,
  type AdvanceAllInput,
  type AdvanceInput,
} from './alerts/advance.js';
export { withFormerVerdicts } from './alerts/former-verdicts.js';
export { severityOf, worstFirst } from './alerts/excess.js';
export { alertMessage, TOLD_BY_NOTE, type MessageInput } from './alerts/message.js';
export { channelsFor, matches, silencedBy, type Matchable } from './alerts/routes.js';
export { describeFeature, describeSegment, isShare, METRIC_LABELS, sentenceOf } from './alerts/words.js';
export { biasSentence, hasBiasWords, namesFor } from './alerts/bias-words.js';
export { groupTable, type GroupRow } from './bias/group-table.js';
export { describeSubject } from './alerts/subject.js';
export { contribution, explained, psiWeight, type Contribution, type Part } from './causes/contribution.js';
export { foldCauses, isOverAll, isSymptom, type Cause } from './causes/fold.js';
export { originOf, type Dimension, type Origin } from './causes/origin.js';
export { dimensionScores, type Candidate } from './causes/rank.js';
export { aboveChance, forSegmentValues } from './suggest-values.js';
export { originSentence } from './causes/words.js';
export { chartOf, type ComparedCells } from './chart.js';
export { baselineCut } from './baseline-cut.js';
export { countWindows, type BucketRows } from './count-windows.js';
export { isoToMs, localClock, msToIso, type LocalClock } from './civil-time.js';
export {
  coarseCounts,
  coarseLabel,
  COARSE_CELLS,
  coarsen,
  type CoarseCell,
  type FeatureCell,
} from './coarsen.js';
export {
  closedWindows,
  dueWindows,
  windowKey,
  type ClosedWindow,
  type DueWindow,
  type IngestState,
  type Patience,
  type RecordedWindow,
} from './due-windows.js';
export { condenser, type Condense } from './condense.js';
export { evaluate } from './evaluate.js';
export { LESS_IS_WORSE } from './limits.js';
export { advanceGap, type GapAlertInput, type MissingRecords } from './intake/gap-alert.js';
export { intakeMessage } from './intake/message.js';
export {
  advanceSilence,
  silenceLimit,
  type SilenceInput,
  type SilenceLimit,
  type UsualSilences,
} from './intake/silence-alert.js';
export { formatCount, formatNumber, formatPercent } from './format.js';
export { limitOf } from './limits.js';
export { cellKey, mergeCells, mergeProfiles } from './merge.js';
export { monitors, type Monitor } from './monitors.js';
export { qualityWarnings } from './monitors/quality.js';
export { baselineComponents } from './monitors/components.js';
export type { MonitorInput, Pair, SegmentValue } from './pair.js';
export { monitorId, suggestMonitors, type SuggestInput } from './suggest.js';
export { MAX_WINDOWS, windowsBetween, type Span } from './windows.js';
export {
  decidedIn,
  decidedSentence,
  findingsIn,
  mergeTallies,
  tallyOf,
  verdictOver,
  verdictSentence,
  VERDICT_WORDS,
} from './verdict.js';
