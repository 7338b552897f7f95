import type { Finding } from '#libs/contracts';
import { durationMs, type CheckConfig } from '#libs/contracts';
import { localClock, windowsBetween } from '#libs/monitoring';
import { ROWS_STEP_MS, type DataCut, type DataWindow } from '#libs/store';
import type { ConfigFile } from './config-file.js';
import { CheckProblem } from './problem.js';

/** A finding with the monitor and the window that it belongs to. */
export type FoundIn = { monitor: string; window: number; finding: Finding };

const DAY_MS = 86_400_000;
const MAX_WINDOWS = 10_000;

/** One window of the current file: its key in the store, and what the report says of it. */
export type CheckWindow = {
  startMs: number;
  endMs: number;
  rows: number;
  start: string | null;
  end: string | null;
};

/** cutOf: how the configuration cuts rows into windows. */
export function cutOf({ config, at }: ConfigFile, time: string | undefined): DataCut {
  const { window } = config;
  if (window === undefined || window === 'whole') return { kind: 'whole' };
  if (window.rows !== undefined) return { kind: 'rows', rows: window.rows };
  const { every = 'P1D', timezone: timeZone = 'UTC' } = window;
  if (time === undefined)
    throw new CheckProblem(
      `${at(['window', 'every'])}: windows of time need a time column; name it under columns.time, or use rows`,
    );
  const stepMs = durationMs(every);
  if (stepMs < 1_000 || DAY_MS % stepMs !== 0)
    throw new CheckProblem(
      `${at(['window', 'every'])}: '${every}' does not divide a day; use P1D, or a duration such as PT1H or PT6H`,
    );
  const zone = zoneOf(timeZone, at(['window', 'timezone']));
  return { kind: 'every', stepMs, timeZone: zone, ...(zone !== 'UTC' && { dayStarts: dayStartsOf(zone) }) };
}

/** The days of a zone are those of the service: 23 or 25 hours where clocks change, and whole where a midnight is skipped. */
const dayStartsOf =
  (timeZone: string) =>
  (utcDaysMs: readonly number[]): number[] => {
    const clock = localClock(timeZone);
    const days = new Set(
      utcDaysMs.flatMap((ms) => [
        clock.dayOf(ms),
        clock.dayOf(ms + DAY_MS / 2),
        clock.dayOf(ms + DAY_MS - 1),
      ]),
    );
    const starts = [...days].map((day) => clock.startOfDay(day)).filter((ms) => Number.isFinite(ms));
    return [...new Set(starts)].toSorted((a, b) => a - b);
  };

function zoneOf(timeZone: string, where: string): string {
  try {
    localClock(timeZone);
    if (/^[A-Z][\w+/-]*$/.test(timeZone)) return timeZone;
  } catch {
    // Said below.
  }
  throw new CheckProblem(`${where}: '${timeZone}' is no time zone; use a name such as Europe/Berlin or UTC`);
}

/** baselineCut: chunks of the baseline are cut as the windows are; a whole file by days, where it has time, to see how days differ. */
export const baselineCut = (cut: DataCut, time: string | undefined): DataCut =>
  cut.kind === 'whole' && time !== undefined ? { kind: 'every', stepMs: DAY_MS, timeZone: 'UTC' } : cut;

/** windowsOf: the windows that hold rows, oldest first. */
export function windowsOf(
  cut: DataCut,
  { windows: buckets, config }: { windows: readonly DataWindow[]; config: CheckConfig },
): CheckWindow[] {
  if (buckets.length > MAX_WINDOWS)
    throw new CheckProblem(
      `the configuration cuts the current file into ${buckets.length} windows; ${MAX_WINDOWS} are the most: use longer ones`,
    );
  const iso = (ms: number): string => new Date(ms).toISOString();
  const ends = cut.kind === 'every' ? endsOf(cut.timeZone, buckets, config) : new Map<number, number>();
  return buckets.map(({ startMs, rows, firstMs, lastMs }) => {
    const endMs = ends.get(startMs) ?? startMs + ROWS_STEP_MS;
    if (cut.kind === 'every') return { startMs, endMs, rows, start: iso(startMs), end: iso(endMs) };
    const isTimed = lastMs > 0;
    return {
      startMs,
      endMs,
      rows,
      start: isTimed ? iso(firstMs) : null,
      end: isTimed ? iso(lastMs + 1) : null,
    };
  });
}

function endsOf(
  timeZone: string,
  buckets: readonly DataWindow[],
  { window }: CheckConfig,
): Map<number, number> {
  const every = typeof window === 'object' ? (window.every ?? 'P1D') : 'P1D';
  const [fromMs = 0, lastMs = 0] = [buckets[0]?.startMs, buckets.at(-1)?.startMs];
  const windows = windowsBetween({ every, timeZone, fromMs, toMs: lastMs + 1 });
  return new Map(windows.map(({ startMs, endMs }) => [startMs, endMs]));
}
