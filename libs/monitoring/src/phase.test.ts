import { describe, expect, it } from 'vitest';
import { isoToMs } from './civil-time.js';
import { phaser } from './phase.js';

const HOUR_MS = 3_600_000;
const window = (start: string, hours: number, timeZone: string) => {
  const startMs = isoToMs(start);
  return { startMs, endMs: startMs + hours * HOUR_MS, timeZone };
};

describe('phaser', () => {
  it.each([
    // A Thursday in winter and a Wednesday in summer, by the same clock on the wall.
    ['2026-01-15T05:00:00Z', { day: 0.25, weekday: 3 }],
    ['2026-07-15T04:00:00Z', { day: 0.25, weekday: 2 }],
    // The first instant of a Monday; in UTC it is Sunday still.
    ['2026-11-22T23:00:00Z', { day: 0, weekday: 0 }],
  ])('tells the phase of %s in Berlin', (instant, phase) => {
    expect(phaser(window(instant, 1, 'Europe/Berlin'))?.(isoToMs(instant))).toEqual(phase);
  });

  it('is there for a day that clocks are put back on, and not for what is longer', () => {
    expect(phaser(window('2026-10-24T22:00:00Z', 25, 'Europe/Berlin'))).not.toBeNull();
    expect(phaser(window('2026-10-24T22:00:00Z', 48, 'Europe/Berlin'))).toBeNull();
    expect(phaser(undefined)).toBeNull();
  });
});
