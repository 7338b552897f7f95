import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysFromCivil, isoToMs, localClock, msToIso } from './civil-time.js';

describe('daysFromCivil', () => {
  it.each([
    { date: [1970, 1, 1], days: 0 },
    { date: [1969, 12, 31], days: -1 },
    { date: [2000, 2, 29], days: 11_016 },
    { date: [2000, 3, 1], days: 11_017 },
    { date: [1900, 3, 1], days: -25_508 },
    { date: [2100, 3, 1], days: 47_541 },
  ] as const)('$date is $days', ({ date: [year, month, day], days }) => {
    expect(daysFromCivil(year, month, day)).toBe(days);
  });
});

describe('isoToMs', () => {
  it.each([
    { text: '1970-01-01T00:00:00Z', ms: 0 },
    { text: '2026-05-01T12:30:15.250Z', ms: 1_777_638_615_250 },
    { text: '2026-05-01T12:30Z', ms: 1_777_638_600_000 },
    { text: '2026-05-01T14:30:00+02:00', ms: 1_777_638_600_000 },
    { text: '2026-05-01T09:00:00-03:30', ms: 1_777_638_600_000 },
    { text: '2026-05-01T12:30:15.2509Z', ms: 1_777_638_615_250 },
  ])('$text', ({ text, ms }) => expect(isoToMs(text)).toBe(ms));

  it.each(['', 'yesterday', '2026-05-01', '2026-05-01T12:30:15'])("refuses '%s'", (text) => {
    expect(() => isoToMs(text)).toThrow(RangeError);
  });

  it('is undone by msToIso', () => {
    const instants = fc.integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 });
    fc.assert(
      fc.property(instants, (ms) => {
        expect(isoToMs(msToIso(ms))).toBe(ms);
      }),
    );
  });
});

describe('localClock', () => {
  it.each([
    { name: 'UTC', zone: 'UTC', date: [2026, 5, 1], start: '2026-05-01T00:00:00.000Z' },
    { name: 'west of it', zone: 'America/New_York', date: [2026, 5, 1], start: '2026-05-01T04:00:00.000Z' },
    {
      name: 'the day clocks go forward',
      zone: 'America/New_York',
      date: [2026, 3, 8],
      start: '2026-03-08T05:00:00.000Z',
    },
    {
      name: 'the day after',
      zone: 'America/New_York',
      date: [2026, 3, 9],
      start: '2026-03-09T04:00:00.000Z',
    },
    {
      name: 'the day clocks go back',
      zone: 'Europe/Berlin',
      date: [2026, 10, 25],
      start: '2026-10-24T22:00:00.000Z',
    },
    { name: 'half an hour off', zone: 'Asia/Kolkata', date: [2026, 5, 1], start: '2026-04-30T18:30:00.000Z' },
    {
      name: 'no midnight',
      zone: 'America/Sao_Paulo',
      date: [2018, 11, 4],
      start: '2018-11-04T03:00:00.000Z',
    },
    { name: 'two midnights', zone: 'America/Havana', date: [2025, 11, 2], start: '2025-11-02T04:00:00.000Z' },
    {
      name: 'back over midnight',
      zone: 'America/Sao_Paulo',
      date: [2018, 2, 18],
      start: '2018-02-18T03:00:00.000Z',
    },
  ] as const)('first instant: $name', ({ zone, date: [year, month, day], start }) => {
    const clock = localClock(zone);
    const days = daysFromCivil(year, month, day);
    expect(msToIso(clock.startOfDay(days))).toBe(start);
    expect(clock.dayOf(clock.startOfDay(days))).toBe(days);
    expect(clock.dayOf(clock.startOfDay(days) - 1)).toBe(days - 1);
  });

  it('refuses an unknown zone', () => expect(() => localClock('Mars/Olympus')).toThrow(RangeError));
});
