import type { Phase } from '#libs/stats';
import { localClock } from './civil-time.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WEEK = 7;

/** Stretch: when a window was, and by which clock days begin. */
export type Stretch = { readonly startMs: number; readonly endMs: number; readonly timeZone: string };

/** A day that clocks are put back on. */
const LONGEST_MS = DAY_MS + HOUR_MS;

const known = new Map<string, Map<number, Phase>>();
/** Starts of chunks come again with every window; those of windows do not. */
const MAX_KNOWN = 10_000;

function phasesIn(timeZone: string): Map<number, Phase> {
  const phases = known.get(timeZone) ?? new Map<number, Phase>();
  if (phases.size >= MAX_KNOWN) phases.clear();
  known.set(timeZone, phases);
  return phases;
}

/**
 * phaser: where in the day and the week an instant lies, by the clock on the wall; the same hour is the same phase in summer and winter.
 * Null for a window that is longer than a day, or of unknown time: it has no phase of its own.
 */
export function phaser(window: Stretch | undefined): ((atMs: number) => Phase) | null {
  if (window === undefined || window.endMs - window.startMs > LONGEST_MS) return null;
  const clock = localClock(window.timeZone);
  const phases = phasesIn(window.timeZone);
  return (atMs) => {
    const before = phases.get(atMs);
    if (before !== undefined) return before;
    const day = clock.dayOf(atMs);
    // 1 January 1970 was a Thursday; weeks begin on Monday here.
    const made = { day: clock.timeOfDay(atMs) / DAY_MS, weekday: (day + 3) % WEEK };
    phases.set(atMs, made);
    return made;
  };
}
