import {
  sageMakerCheckOf,
  type AlertState,
  type AlertTransition,
  type Finding,
  type SageMakerCheck,
  type Window,
} from '#libs/contracts';
import { decidedIn, verdictOver } from '#libs/monitoring';
import type { EvaluationSummary, ListedFinding, NoticeEntry } from '#libs/store';

const iso = (ms: number): string => new Date(ms).toISOString();

const shownWindow = ({ startMs, endMs }: Window) => ({ windowStart: iso(startMs), windowEnd: iso(endMs) });

/** ShownFinding: a finding with the name that SageMaker has for its check. */
export type ShownFinding = Finding & { check: SageMakerCheck | null };

export const withCheck = <F extends Finding>(finding: F): F & ShownFinding => ({
  ...finding,
  check: sageMakerCheckOf(finding.metric),
});

/** shownAlert: the state of an alert, times as ISO 8601. */
export const shownAlert = ({ openedAtMs, windowEndMs, ...state }: AlertState) => ({
  ...state,
  openedAt: iso(openedAtMs),
  windowEnd: iso(windowEndMs),
});

/** shownTransition: what happened to an alert; the state is that after it. */
export const shownTransition = ({ state, window, findings, ...transition }: AlertTransition) => ({
  ...transition,
  findings: findings.map(withCheck),
  ...shownWindow(window),
  severity: state.severity,
  status: state.status,
  features: state.features,
});

export const shownNotice = ({ atMs, transitionId, channel, outcome, detail, attempts }: NoticeEntry) => ({
  transitionId,
  channel,
  outcome,
  detail,
  attempts,
  at: iso(atMs),
});

/** shownEvaluation: an evaluation with what it decided, and its verdict. */
export const shownEvaluation = ({ window, atMs, ...summary }: EvaluationSummary) => ({
  ...summary,
  decided: decidedIn(summary.statuses),
  verdict: verdictOver([summary.statuses]),
  ...shownWindow(window),
  at: iso(atMs),
});

export const shownFinding = ({ window, ...finding }: ListedFinding) => ({
  ...withCheck(finding),
  ...shownWindow(window),
});
