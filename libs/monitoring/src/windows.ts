import { durationMs, type Window } from '#libs/contracts';
import { localClock } from './civil-time.js';

const DAY_MS = 86_400_000;

/** MAX_WINDOWS: the newest windows of a span that are looked at; older ones are left to an explicit run. */
export const MAX_WINDOWS = 20_000;

/** Span: the stretch of time to be covered by windows of a monitor. */
export type Span = {
  /** ISO 8601 duration: P1D, or one that divides a day. */
  readonly every: string;
  /** Length of a window, a whole number of steps; as long as a step when it is left out. */
  readonly size?: string | null;
  readonly timeZone: string;
  readonly fromMs: number;
  readonly toMs: number;
};

function stepOf(every: string): number {
  const stepMs = durationMs(every);
  if (DAY_MS % stepMs !== 0)
    throw new RangeError(`windows of ${every}: use P1D, or a duration that divides a day`);
  return stepMs;
}

/** windowsOfDay: equal steps from the start of a local day. A day with a clock change ends with a shorter window, or one more. */
function windowsOfDay(startMs: number, endMs: number, stepMs: number): Window[] {
  if (stepMs === DAY_MS) return [{ startMs, endMs }];
  const steps = Math.ceil((endMs - startMs) / stepMs);
  return Array.from({ length: steps }, (_, i) => ({
    startMs: startMs + i * stepMs,
    endMs: Math.min(endMs, startMs + (i + 1) * stepMs),
  }));
}

/** sliding: every run of so many steps that follow each other. */
const sliding = (steps: readonly Window[], count: number): Window[] =>
  steps.slice(count - 1).map(({ endMs }, i) => ({ startMs: steps[i]?.startMs ?? endMs, endMs }));

/**
 * windowsBetween: the windows that overlap [fromMs, toMs), in order, whole: calendar days of the time zone (23 or 25 hours long when
 * clocks change), or equal parts of them. Where windows are longer than a step they overlap, and start with the first step. At most {@link MAX_WINDOWS}, the newest. Throws a RangeError for a duration that
 * does not divide a day and for an unknown time zone.
 */
export function windowsBetween({ size, ...span }: Span): Window[] {
  const steps = stepsBetween(span);
  const count = size === undefined || size === null ? 1 : durationMs(size) / durationMs(span.every);
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`windows of ${String(size)}: use a whole number of steps of ${span.every}`);
  }
  return sliding(steps, count);
}

function stepsBetween({ every, timeZone, fromMs, toMs }: Omit<Span, 'size'>): Window[] {
  const stepMs = stepOf(every);
  const firstMs = Math.max(fromMs, toMs - (MAX_WINDOWS + 1) * stepMs);
  if (!(firstMs < toMs)) return [];
  const clock = localClock(timeZone);
  const windows: Window[] = [];
  let [day, startMs] = [clock.dayOf(firstMs), clock.startOfDay(clock.dayOf(firstMs))];
  while (startMs < toMs) {
    // A date that a zone skipped altogether has no first instant.
    const endMs =
      [1, 2].map((days) => clock.startOfDay(day + days)).find(Number.isFinite) ?? startMs + DAY_MS;
    windows.push(...windowsOfDay(startMs, endMs, stepMs));
    [day, startMs] = [clock.dayOf(endMs), endMs];
  }
  return windows.filter((window) => window.endMs > firstMs && window.startMs < toMs).slice(-MAX_WINDOWS);
}
