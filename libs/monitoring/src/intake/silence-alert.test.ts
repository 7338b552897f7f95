import type { AlertState } from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import { advanceSilence, silenceLimit, type SilenceInput } from './silence-alert.js';

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;
/** Monday 2026-01-05, 0:00 UTC. */
const MONDAY_MS = 1_767_571_200_000;
const hash = (text: string): string => `#${text}`;

describe('silenceLimit', () => {
  const usual = {
    sinceMs: MONDAY_MS - 4 * WEEK_MS,
    hours: [
      { hour: 0, quantileMs: 3 * HOUR_MS },
      { hour: 9, quantileMs: 20_000 },
    ],
  };
  it.each([
    { name: 'no history', usual: null, atMs: MONDAY_MS, expected: { limitMs: 6 * HOUR_MS, basis: 'fixed' } },
    {
      name: 'less than four weeks',
      usual: { ...usual, sinceMs: usual.sinceMs + 1 },
      atMs: MONDAY_MS,
      expected: { limitMs: 6 * HOUR_MS, basis: 'fixed' },
    },
    {
      name: 'twice what was usual at that hour of the week',
      usual,
      atMs: MONDAY_MS + HOUR_MS - 1,
      expected: { limitMs: 6 * HOUR_MS, basis: 'usual' },
    },
    {
      name: 'never less than five minutes',
      usual,
      atMs: MONDAY_MS + 9 * HOUR_MS,
      expected: { limitMs: 300_000, basis: 'usual' },
    },
    {
      name: 'an hour of which nothing is known',
      usual,
      atMs: MONDAY_MS + HOUR_MS,
      expected: { limitMs: 6 * HOUR_MS, basis: 'fixed' },
    },
  ])('$name', ({ usual: known, atMs, expected }) => {
    expect(silenceLimit(known, 6 * HOUR_MS, atMs)).toEqual(expected);
  });
});

describe('advanceSilence', () => {
  const limit = { limitMs: HOUR_MS, basis: 'fixed' } as const;
  const step = (rest: Partial<SilenceInput>) =>
    advanceSilence({
      ...{
        project: 'p',
        model: 'm',
        previous: null,
        lastMs: MONDAY_MS,
        limit,
        nowMs: MONDAY_MS + 2 * HOUR_MS,
        hash,
      },
      ...rest,
    });
  const open = (): AlertState => step({})!.state;

  it('opens after the limit, not at it', () => {
    expect(step({ nowMs: MONDAY_MS + HOUR_MS })).toBeNull();
    expect(step({ nowMs: MONDAY_MS + HOUR_MS + 1 })).toMatchObject({
      kind: 'opened',
      state: { monitor: 'ingestion-silence', model: 'm', segment: 'all', openedAtMs: MONDAY_MS },
      notice: { headline: 'm: no prediction events for 1 hour' },
    });
  });

  it('says where the limit comes from', () => {
    expect(step({})?.notice?.sentences[1]).toMatch(/limit is 1 hour.*silenceAfter/);
    const usual = { limitMs: HOUR_MS, basis: 'usual' } as const;
    expect(step({ limit: usual })?.notice?.sentences[1]).toMatch(/up to 1 hour is usual/);
  });

  it('decides nothing while ingest is behind', () => {
    expect(step({ limit: null })).toBeNull();
    expect(step({ limit: null, previous: open() })).toBeNull();
  });

  it('stays as it is until events come again', () => {
    const previous = open();
    expect(step({ previous, nowMs: MONDAY_MS + 9 * HOUR_MS })).toBeNull();
    expect(step({ previous, limit: { limitMs: 99 * HOUR_MS, basis: 'usual' } })).toBeNull();
    const ended = step({ previous, lastMs: MONDAY_MS + 2 * HOUR_MS });
    expect(ended).toMatchObject({
      kind: 'resolved',
      why: 'events come again',
      state: { alertId: previous.alertId },
    });
    expect(step({ previous: ended!.state, lastMs: MONDAY_MS + 2 * HOUR_MS })).toBeNull();
  });

  it('ends when the model is no longer watched', () => {
    expect(step({ previous: open(), lastMs: null })).toMatchObject({ kind: 'resolved' });
    expect(step({ lastMs: null })).toBeNull();
  });

  it('another silence is another alert', () => {
    const again = step({ lastMs: MONDAY_MS + 3 * HOUR_MS, nowMs: MONDAY_MS + 9 * HOUR_MS });
    expect(again?.state.alertId).not.toBe(open().alertId);
  });
});
