import { describe, expect, it } from 'vitest';
import { isoToMs, msToIso } from './civil-time.js';
import { MAX_WINDOWS, windowsBetween } from './windows.js';

const between = (every: string, timeZone: string, from: string, to: string) =>
  windowsBetween({ every, timeZone, fromMs: isoToMs(from), toMs: isoToMs(to) });
const starts = (windows: readonly { startMs: number }[]) =>
  windows.map(({ startMs }) => msToIso(startMs).slice(0, 16));
const hours = (windows: readonly { startMs: number; endMs: number }[]) =>
  windows.map(({ startMs, endMs }) => (endMs - startMs) / 3_600_000);

describe('windowsBetween', () => {
  it('gives whole days that overlap the span', () => {
    const windows = between('P1D', 'UTC', '2026-05-01T13:00Z', '2026-05-03T01:00Z');
    expect(starts(windows)).toEqual(['2026-05-01T00:00', '2026-05-02T00:00', '2026-05-03T00:00']);
    expect(hours(windows)).toEqual([24, 24, 24]);
  });

  it('takes the span as half-open', () => {
    expect(starts(between('P1D', 'UTC', '2026-05-01T00:00Z', '2026-05-02T00:00Z'))).toEqual([
      '2026-05-01T00:00',
    ]);
    expect(between('P1D', 'UTC', '2026-05-01T00:00Z', '2026-05-01T00:00Z')).toEqual([]);
  });

  it.each([
    { name: 'forward', from: '2026-03-07T12:00Z', to: '2026-03-09T12:00Z', expected: [24, 23, 24] },
    { name: 'back', from: '2026-10-31T12:00Z', to: '2026-11-02T12:00Z', expected: [24, 25, 24] },
  ])('days follow clocks that go $name', ({ from, to, expected }) => {
    expect(hours(between('P1D', 'America/New_York', from, to))).toEqual(expected);
  });

  it.each([
    { name: 'an ordinary day', from: '2026-04-30T22:00Z', to: '2026-05-01T22:00Z', expected: [6, 6, 6, 6] },
    { name: 'a short day', from: '2026-03-28T23:00Z', to: '2026-03-29T22:00Z', expected: [6, 6, 6, 5] },
    { name: 'a long day', from: '2026-10-24T22:00Z', to: '2026-10-25T23:00Z', expected: [6, 6, 6, 6, 1] },
  ])('cuts $name into equal parts from its start', ({ from, to, expected }) => {
    expect(hours(between('PT6H', 'Europe/Berlin', from, to))).toEqual(expected);
  });

  it.each(['PT1H', 'PT5M', 'PT24H'])('%s windows meet without gap or overlap over clock changes', (every) => {
    const windows = between(every, 'Europe/Berlin', '2026-03-27T00:00Z', '2026-03-31T00:00Z');
    windows.slice(1).forEach((window, i) => expect(window.startMs).toBe(windows[i]!.endMs));
    expect(windows.length).toBeGreaterThan(3);
  });

  it('goes on over a date that a zone skipped', () => {
    const windows = between('P1D', 'Pacific/Apia', '2011-12-29T20:00Z', '2011-12-31T20:00Z');
    windows.slice(1).forEach((window, i) => expect(window.startMs).toBe(windows[i]!.endMs));
    expect(windows.at(-1)!.endMs).toBeGreaterThan(isoToMs('2011-12-31T20:00Z'));
  });

  it('keeps the newest of too many', () => {
    const windows = between('PT5M', 'UTC', '2020-01-01T00:00Z', '2026-01-01T00:00Z');
    expect(windows).toHaveLength(MAX_WINDOWS);
    expect(msToIso(windows.at(-1)!.endMs)).toBe('2026-01-01T00:00:00.000Z');
  });

  it.each(['PT7H', 'P7D'])('refuses %s, which does not divide a day', (every) => {
    expect(() => between(every, 'UTC', '2026-05-01T00:00Z', '2026-05-02T00:00Z')).toThrow(RangeError);
  });
});

describe('windows longer than a step', () => {
  it('slide by the step and are whole, also over a clock change', () => {
    const windows = windowsBetween({
      every: 'P1D',
      size: 'P7D',
      timeZone: 'Europe/Berlin',
      fromMs: isoToMs('2026-03-25T12:00Z'),
      toMs: isoToMs('2026-04-02T12:00Z'),
    });
    expect(starts(windows)).toEqual(['2026-03-24T23:00', '2026-03-25T23:00', '2026-03-26T23:00']);
    expect(hours(windows)).toEqual([167, 167, 167]);
  });

  it('are none before the first is full, and refuse a size between steps', () => {
    const span = { every: 'PT6H', timeZone: 'UTC', fromMs: 0, toMs: 12 * 3_600_000 };
    expect(windowsBetween({ ...span, size: 'PT18H' })).toEqual([]);
    expect(windowsBetween({ ...span, size: 'PT12H' })).toEqual([{ startMs: 0, endMs: 12 * 3_600_000 }]);
    expect(() => windowsBetween({ ...span, size: 'PT8H' })).toThrow('whole number of steps of PT6H');
  });
});
