import type { TransitionNotice } from './intake.js';
import type { MetricName } from './metrics.js';
import type { MonitorKind, Severity } from './monitors.js';

/**
 * findingStatuses: `ok` holds its limit and `breached` does not, both decided; `inconclusive` is beyond its limit
 * without evidence; `no_limit` has nothing to be held against; all others have no value that could be decided on, for
 * the reason they name.
 */
export const findingStatuses = [
  'ok',
  'breached',
  'inconclusive',
  'no_limit',
  'not_enough_data',
  'no_data',
  'no_baseline',
  'waiting',
  'not_computable',
  'not_comparable',
  'failed',
] as const;
export type FindingStatus = (typeof findingStatuses)[number];

/** Tally: how many findings there are of each status; what is left out is none. */
export type Tally = Readonly<Partial<Record<FindingStatus, number>>>;

/** isDecided: whether a finding says healthy or not. All others say neither, and must never look healthy. */
export const isDecided = ({ status }: { status: FindingStatus }): boolean =>
  status === 'ok' || status === 'breached';

/**
 * verdicts: what a summary says of many findings. Only `ok` may look healthy: some are decided, none is breached or
 * inconclusive, and no monitor that has something to decide on is left without a decision (`partly_decided`).
 */
export const verdicts = [
  'breached',
  'undecided',
  'inconclusive',
  'partly_decided',
  'no_limit',
  'not_evaluated',
  'ok',
] as const;
export type Verdict = (typeof verdicts)[number];

/** One metric of one feature of one segment value in one window. Numbers are finite or null, never NaN. */
export type Finding = {
  segment: string;
  segmentValue: string;
  /** Empty for findings about the segment value as a whole (coverage, accuracy). */
  feature: string;
  facet: string;
  facetValue: string;
  metric: MetricName;
  /** Says which of several definitions was computed, e.g. `base2-distance`, `10-cells`. */
  variant: string;
  value: number | null;
  baselineValue: number | null;
  /** 95 % interval of the value, or of its difference to the baseline where the note says so; null where none is known. */
  interval: { low: number; high: number } | null;
  threshold: number | null;
  /** p of the one test per (feature, segment value, window), on n / deff. Null where no test applies. */
  p: number | null;
  /** p after Benjamini–Hochberg over the evaluation. */
  pAdjusted: number | null;
  /** `test`: p decides; `exact`: a fact, no test needed; `none`: nothing to decide. */
  evidence: 'test' | 'exact' | 'none';
  deff: number;
  /** Smallest difference that the bins can show; null where exact. */
  resolution: number | null;
  rows: number;
  baselineRows: number;
  status: FindingStatus;
  /** Why nothing is decided, in plain words; else how the limit or the evidence came about. */
  note: string;
};

/** Half-open [start, end), milliseconds since the epoch. */
export type Window = { startMs: number; endMs: number };

export type Evaluation = {
  project: string;
  model: string;
  version: string;
  monitor: string;
  monitorKind: MonitorKind;
  window: Window;
  /** Hash of everything that went in (profiles, baseline, settings): the same inputs are the same revision. */
  inputs: string;
  /** Revision of the monitor's document that it was evaluated under. */
  monitorRevision: number;
  /** How it was counted and judged, see `EVALUATION_METHOD`. */
  method: number;
  findings: Finding[];
  /** True when ingest was still behind and the maximum wait ran out. */
  waitExceeded: boolean;
};

export type AlertStatus = 'open' | 'resolved';
export type TransitionKind = 'opened' | 'updated' | 'resolved';

/** Who an alert is about; features are its contents, not its identity. */
export type AlertIdentity = {
  project: string;
  model: string;
  version: string;
  monitor: string;
  segment: string;
  segmentValue: string;
  facet: string;
  facetValue: string;
};

export type AlertState = AlertIdentity & {
  /** Hash of the identity and the window that opened it: a later reopening is another alert. */
  alertId: string;
  status: AlertStatus;
  severity: Severity;
  openedAtMs: number;
  /** End of the newest window that was folded in. */
  windowEndMs: number;
  /** Breached features, worst first. */
  features: string[];
};

export type AlertTransition = {
  transitionId: string;
  kind: TransitionKind;
  /** Plain words: what changed since the last one. */
  why: string;
  state: AlertState;
  window: Window;
  inputs: string;
  /** Breached findings, worst first (empty when resolved). */
  findings: Finding[];
  /** Of an alert that ingestion itself raised, which has no findings: what it says. */
  notice?: TransitionNotice;
};
