import type { AlertState, AlertTransition, Window } from '#libs/contracts';
import type {
  EvaluationSummary,
  NoticeEntry,
  PartitionAccount,
  QuarantineEntry,
  StoredFinding,
} from '#libs/store';

const RAW_BYTES_SHOWN = 2_048;

const iso = (ms: number): string => new Date(ms).toISOString();

const shownWindow = ({ startMs, endMs }: Window) => ({ windowStart: iso(startMs), windowEnd: iso(endMs) });

/** shownAlert: the state of an alert, times as ISO 8601. */
export const shownAlert = ({ openedAtMs, windowEndMs, ...state }: AlertState) => ({
  ...state,
  openedAt: iso(openedAtMs),
  windowEnd: iso(windowEndMs),
});

/** shownTransition: what happened to an alert; the state is that after it. */
export const shownTransition = ({ state, window, ...transition }: AlertTransition) => ({
  ...transition,
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

export const shownEvaluation = ({ window, atMs, ...summary }: EvaluationSummary) => ({
  ...summary,
  ...shownWindow(window),
  at: iso(atMs),
});

export const shownFinding = ({ window, ...finding }: StoredFinding) => ({
  ...finding,
  ...shownWindow(window),
});

/** Offsets are 64-bit and go as text: a JSON number would round them. */
export const shownAccount = ({ first, last, gaps, ...account }: PartitionAccount) => ({
  ...account,
  first: String(first),
  last: String(last),
  gaps: gaps.map(([from, to]) => ({ from: String(from), to: String(to) })),
});

const isText = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
};

/** shownQuarantine: the beginning of the event as text where it is text, else in base64. */
export const shownQuarantine = ({ raw, offset, brokerTimeMs, atMs, ...entry }: QuarantineEntry) => {
  const text = isText(raw);
  const start = raw.subarray(0, RAW_BYTES_SHOWN);
  return {
    ...entry,
    offset: String(offset),
    brokerTime: iso(brokerTimeMs),
    at: iso(atMs),
    rawEncoding: text ? 'utf-8' : 'base64',
    raw: Buffer.from(start).toString(text ? 'utf8' : 'base64'),
    rawIsWhole: start.length === entry.rawBytes,
  };
};
