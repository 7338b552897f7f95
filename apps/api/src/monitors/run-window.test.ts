import { monitorBodySchema } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { newestWindow, wantedWindow } from './run-window.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const monitor = (every: string) =>
  monitorBodySchema.parse({ name: 'n', kind: 'drift', model: 'm', version: '1', window: { every } });
const hourly = { bucket: 'PT1H', timeZone: 'UTC' } as const;
const day = Date.UTC(2026, 3, 1);

describe('newestWindow', () => {
  const cases: [string, string, { firstMs: number; lastMs: number } | null, number | null, number | null][] =
    [
      ['no data', 'P1D', null, null, null],
      ['a whole day', 'P1D', { firstMs: day, lastMs: day + 23 * HOUR_MS }, day, day + DAY_MS],
      ['a day and a half', 'P1D', { firstMs: day, lastMs: day + 36 * HOUR_MS }, day, day + DAY_MS],
      ['half a day', 'P1D', { firstMs: day, lastMs: day + 12 * HOUR_MS }, day, day + DAY_MS],
      ['hours', 'PT1H', { firstMs: day, lastMs: day + 5 * HOUR_MS }, day + 5 * HOUR_MS, day + 6 * HOUR_MS],
    ];
  it.each(cases)('%s', (_, every, span, startMs, endMs) => {
    const window = newestWindow(monitor(every), hourly, span);
    expect(window).toEqual(startMs === null ? null : { startMs, endMs });
  });

  it('takes days of the time zone', () => {
    const span = { firstMs: day, lastMs: day + 40 * HOUR_MS };
    expect(newestWindow(monitor('P1D'), { bucket: 'PT1H', timeZone: 'America/New_York' }, span)).toEqual({
      startMs: day + 4 * HOUR_MS,
      endMs: day + 28 * HOUR_MS,
    });
  });
});

describe('wantedWindow', () => {
  const ask = (start: string, end: string) =>
    wantedWindow({ start, end }, monitor('P1D'), { bucket: 'PT15M', timeZone: 'UTC' }, null);
  it('takes what was asked for, on buckets', () => {
    expect(ask('2026-04-01T00:15:00Z', '2026-04-01T06:00:00Z')).toEqual({
      startMs: day + 900_000,
      endMs: day + 6 * HOUR_MS,
    });
  });

  it.each([
    ['2026-04-01T00:10:00Z', '2026-04-01T06:00:00Z', 'start'],
    ['2026-04-01T06:00:00Z', '2026-04-01T06:00:00Z', 'end'],
    ['2024-04-01T06:00:00Z', '2026-04-01T06:00:00Z', 'end'],
  ])('%s to %s is refused', (start, end, field) => {
    expect(ask(start, end)).toMatchObject([{ field }]);
  });
});
