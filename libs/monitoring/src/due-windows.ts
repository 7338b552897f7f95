import type { Window } from '#libs/contracts';

/** IngestState: how far ingest of a project has come. */
export type IngestState = {
  /** Lowest broker time over the partitions that are not idle; null when all are. */
  readonly watermarkMs: number | null;
  /** Since when the slowest partition has been behind; null when none is. */
  readonly behindSinceMs: number | null;
};

/** Patience: how long a window waits for its data. */
export type Patience = { readonly nowMs: number; readonly settleMs: number; readonly maxWaitMs: number };

/** ClosedWindow: a window that may be evaluated; `waitExceeded` when ingest had not passed it and the maximum wait ran out. */
export type ClosedWindow = { window: Window; waitExceeded: boolean };

function close(
  window: Window,
  { watermarkMs, behindSinceMs }: IngestState,
  patience: Patience,
): ClosedWindow | null {
  const readyMs = window.endMs + patience.settleMs;
  if (patience.nowMs < readyMs) return null;
  if (watermarkMs === null || watermarkMs >= readyMs) return { window, waitExceeded: false };
  const giveUpMs = Math.max(readyMs, behindSinceMs ?? readyMs) + patience.maxWaitMs;
  return patience.nowMs >= giveUpMs ? { window, waitExceeded: true } : null;
}

/**
 * closedWindows: windows that clock and ingest watermark have both passed by the settle time, or that have waited for the maximum
 * wait, counted from when ingest fell behind: so a backlog looks neither like drift nor like silence.
 */
export const closedWindows = (
  windows: readonly Window[],
  ingest: IngestState,
  patience: Patience,
): ClosedWindow[] =>
  windows.map((window) => close(window, ingest, patience)).filter((closed) => closed !== null);

/** RecordedWindow: what the ledger knows of an evaluated window. */
export type RecordedWindow = Window & { inputs: string; revision: number };

/** DueWindow: a window to be evaluated, as which revision. */
export type DueWindow = ClosedWindow & { inputs: string; revision: number };

/** windowKey: names a window in the map of inputs that {@link dueWindows} takes. */
export const windowKey = ({ startMs, endMs }: Window): string => `${startMs}/${endMs}`;

/**
 * dueWindows: closed windows that the ledger does not have, or has under other inputs; in order. Windows without an entry in
 * `inputs` (by {@link windowKey}) have nothing to be evaluated from yet and are left out.
 */
export function dueWindows({
  closed,
  recorded,
  inputs,
}: {
  readonly closed: readonly ClosedWindow[];
  readonly recorded: readonly RecordedWindow[];
  readonly inputs: ReadonlyMap<string, string>;
}): DueWindow[] {
  const known = new Map(recorded.map((entry) => [windowKey(entry), entry]));
  return closed.flatMap((entry) => {
    const now = inputs.get(windowKey(entry.window));
    const before = known.get(windowKey(entry.window));
    if (now === undefined || before?.inputs === now) return [];
    return [{ ...entry, inputs: now, revision: (before?.revision ?? 0) + 1 }];
  });
}
