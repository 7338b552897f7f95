import { describe, expect, it } from 'vitest';
import type { AlertMatch, AlertState, RouteBody } from '#libs/contracts';
import { channelsFor, matches, silencedBy } from './routes.js';

const state: AlertState = {
  project: 'p',
  model: 'delay-risk',
  version: '1',
  monitor: 'drift',
  segment: 'origin',
  segmentValue: 'ATL',
  facet: '',
  facetValue: '',
  alertId: 'a',
  status: 'open',
  severity: 'warning',
  openedAtMs: 0,
  windowEndMs: 1,
  features: ['distance'],
};

describe('matches', () => {
  it.each<{ match: AlertMatch; expected: boolean }>([
    { match: {}, expected: true },
    { match: { model: 'delay-risk' }, expected: true },
    {
      match: { model: 'delay-risk', segment: 'origin', segmentValue: 'ATL', severity: 'warning' },
      expected: true,
    },
    { match: { model: 'other' }, expected: false },
    { match: { version: '2' }, expected: false },
    { match: { monitor: 'data-quality' }, expected: false },
    { match: { segment: 'haul' }, expected: false },
    { match: { segmentValue: 'ORD' }, expected: false },
    { match: { severity: 'critical' }, expected: false },
    { match: { model: 'delay-risk', segmentValue: 'ORD' }, expected: false },
  ])('$match: $expected', ({ match, expected }) => expect(matches(match, state)).toBe(expected));
});

describe('channelsFor', () => {
  const route = (changes: Partial<RouteBody>): RouteBody => ({
    match: {},
    channels: ['slack'],
    sendResolved: true,
    ...changes,
  });
  it.each<{ name: string; routes: RouteBody[]; kind?: 'opened' | 'resolved'; expected: string[] }>([
    { name: 'no routes', routes: [], expected: [] },
    {
      name: 'every channel once, by name',
      routes: [route({ channels: ['slack', 'mail'] }), route({ channels: ['slack'] })],
      expected: ['mail', 'slack'],
    },
    {
      name: 'matching routes only',
      routes: [route({ match: { model: 'other' } }), route({ channels: ['mail'] })],
      expected: ['mail'],
    },
    {
      name: 'resolutions where wanted',
      kind: 'resolved',
      routes: [route({ sendResolved: false }), route({ channels: ['mail'] })],
      expected: ['mail'],
    },
  ])('$name', ({ routes, kind = 'opened', expected }) => {
    expect(channelsFor({ kind, state }, routes)).toEqual(expected);
  });
});

describe('silencedBy', () => {
  const silence = {
    match: { segmentValue: 'ATL' },
    startsAt: '1970-01-01T00:00:10Z',
    endsAt: '1970-01-01T00:00:10.500Z',
  };
  it.each([
    { name: 'before', atMs: 9_999, expected: null },
    { name: 'from its start', atMs: 10_000, expected: silence },
    { name: 'until its end', atMs: 10_499, expected: silence },
    { name: 'not at its end', atMs: 10_500, expected: null },
  ])('$name', ({ atMs, expected }) => expect(silencedBy(state, [silence], atMs)).toBe(expected));

  it('only what it matches', () => {
    expect(silencedBy({ ...state, segmentValue: 'ORD' }, [silence], 10_000)).toBeNull();
  });
});
