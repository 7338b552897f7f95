import { describe, expect, it } from 'vitest';

import { brokerTime, hintTime, timeWithin } from './time-range.js';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 22, 12);
const rules = { range: { maxAgeMs: 90 * DAY_MS, maxAheadMs: 3_600_000 }, brokerMs: NOW_MS };
const at = (ms: number) => new Date(ms).toISOString();

describe('timeWithin', () => {
  it.each([
    { name: 'now', text: at(NOW_MS), kind: 'ok' },
    { name: 'the oldest allowed', text: at(NOW_MS - 90 * DAY_MS), kind: 'ok' },
    { name: 'the furthest ahead allowed', text: at(NOW_MS + 3_600_000), kind: 'ok' },
    { name: 'a millisecond too old', text: at(NOW_MS - 90 * DAY_MS - 1), kind: 'event_time_range' },
    { name: 'a millisecond too far ahead', text: at(NOW_MS + 3_600_001), kind: 'event_time_range' },
    { name: 'the year 9999', text: '9999-12-31T23:59:59Z', kind: 'event_time_range' },
    { name: 'the year 0', text: '0000-01-01T00:00:00Z', kind: 'event_time_range' },
    { name: 'a day that does not exist', text: '2026-02-30T00:00:00Z', kind: 'schema' },
  ])('$name: $kind', ({ text, kind }) => {
    const step = timeWithin('time', text, rules);
    expect(step.kind === 'ok' ? 'ok' : step.reason).toBe(kind);
    if (step.kind !== 'ok') expect(step.field).toBe('time');
  });

  it('never takes what the store cannot hold, however wide the project is', () => {
    const wide = { range: { maxAgeMs: 1e14, maxAheadMs: 1e14 }, brokerMs: NOW_MS };
    expect(timeWithin('time', '1970-06-01T00:00:00Z', wide).kind).toBe('quarantined');
    expect(timeWithin('time', '2106-02-08T00:00:00Z', wide).kind).toBe('quarantined');
    expect(timeWithin('time', '2001-01-01T00:00:00Z', wide).kind).toBe('ok');
  });
});

describe('brokerTime', () => {
  it.each([
    { name: 'a stamp in the past', stampMs: 5, expected: 5 },
    { name: 'a stamp a little ahead', stampMs: NOW_MS + 30_000, expected: NOW_MS + 30_000 },
    { name: 'a stamp far ahead', stampMs: NOW_MS + 3_600_000, expected: NOW_MS },
    { name: 'no stamp', stampMs: -1, expected: NOW_MS },
    { name: 'something that is no number', stampMs: NaN, expected: NOW_MS },
  ])('$name', ({ stampMs, expected }) => {
    expect(brokerTime(stampMs, NOW_MS)).toBe(expected);
  });
});

describe('hintTime', () => {
  it.each([
    { text: '2026-01-01T00:00:00Z', expected: { kind: 'ok', value: Date.UTC(2026, 0, 1) } },
    { text: '9999-01-01T00:00:00Z', expected: { kind: 'ok', value: null } },
    { text: '1969-01-01T00:00:00Z', expected: { kind: 'ok', value: null } },
    {
      text: '2026-02-31T00:00:00Z',
      expected: { kind: 'quarantined', reason: 'schema', field: 'predictedAt' },
    },
  ])('$text', ({ text, expected }) => {
    expect(hintTime('predictedAt', text)).toMatchObject(expected);
  });
});
