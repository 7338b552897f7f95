import { describe, expect, it } from 'vitest';
import type { AlertTransition, Finding, ProfileCell } from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  findingOf,
  numericBinning,
  numericCell,
  range,
  where,
} from '../../../../tests/fixtures/monitoring/cells.js';
import { isoToMs } from '../civil-time.js';
import { alertMessage, type MessageInput } from './message.js';
import { describeSegment, sentenceOf } from './words.js';

const atl = where('origin', 'ATL');
const distance = numericBinning('distance', 0, 2_000, 100);
const carrier = categoricalBinning('carrier', ['AA', 'DL', 'UA']);
const moved = findingOf({
  ...atl,
  value: 0.8312,
  rows: 1_204,
  baselineRows: 22_310,
  pAdjusted: 0.0001,
  status: 'breached',
});

const cells = (values: number[], counts: Record<string, number>): { cells: ProfileCell[] } => ({
  cells: [numericCell(distance, values, atl), categoricalCell(carrier, counts, atl)],
});

const transition = (changes: Partial<AlertTransition> = {}): AlertTransition => ({
  transitionId: 't1',
  kind: 'opened',
  why: 'distance passed its limit',
  state: {
    ...{ project: 'default', model: 'delay-risk', version: '1', monitor: 'delay-risk-1-drift', ...atl },
    ...{ facet: '', facetValue: '', alertId: 'a1', status: 'open', severity: 'critical', windowEndMs: 0 },
    openedAtMs: isoToMs('2026-05-01T00:00:00Z'),
    features: ['distance'],
  },
  window: { startMs: isoToMs('2026-05-02T00:00:00Z'), endMs: isoToMs('2026-05-03T00:00:00Z') },
  inputs: 'i',
  findings: [moved],
  ...changes,
});

const input = (changes: Partial<MessageInput> = {}): MessageInput => ({
  transition: transition(),
  monitor: { id: 'delay-risk-1-drift', name: 'delay-risk 1: drift', kind: 'drift' },
  binning: binningOf([distance, carrier]),
  baseline: cells(range(1_000, 140, 1_140), { AA: 500, DL: 300, UA: 200 }),
  window: cells(range(500, 520, 1_520), { AA: 200, DL: 150, UA: 100, WN: 50 }),
  timeZone: 'America/New_York',
  links: { alert: 'https://x/alerts/a1', model: 'https://x/models/delay-risk' },
  ...changes,
});

describe('alertMessage', () => {
  it('says in plain words what moved, by how much, against which limit, on how many rows, since when', () => {
    const message = alertMessage(input());
    expect(message).toMatchObject({
      transition: 'opened',
      alertId: 'a1',
      transitionId: 't1',
      severity: 'critical',
      model: 'delay-risk',
      version: '1',
      segment: 'origin',
      segmentValue: 'ATL',
      window: {
        start: '2026-05-02T00:00:00.000Z',
        end: '2026-05-03T00:00:00.000Z',
        timeZone: 'America/New_York',
      },
      since: '2026-05-01T00:00:00.000Z',
      headline: 'delay-risk 1: distance moved for origin = ATL',
      why: 'distance passed its limit',
      links: { alert: 'https://x/alerts/a1', model: 'https://x/models/delay-risk' },
    });
    expect(message.findings).toEqual([
      {
        feature: 'distance',
        metric: 'psi',
        metricLabel: 'PSI',
        value: 0.8312,
        threshold: 0.2,
        pAdjusted: 0.0001,
        rows: 1_204,
        baselineRows: 22_310,
        sentence:
          'distance moved for origin = ATL: PSI 0.831 (limit 0.2), 1,204 rows against 22,310 at training; mean 1,019 instead of 640.',
      },
    ]);
    expect(message).not.toHaveProperty('facetValue');
  });

  it('draws the worst feature in about ten cells whose shares add up', () => {
    const { chart } = alertMessage(input());
    expect(chart).toMatchObject({ title: 'distance for origin = ATL', kind: 'numeric' });
    expect(chart!.cells).toHaveLength(10);
    expect(chart!.cells[0]!.label).toBe('below 240');
    for (const side of ['baseline', 'window'] as const) {
      expect(chart!.cells.reduce((total, cell) => total + cell[side], 0)).toBeCloseTo(1, 10);
    }
  });

  it('names the categories that changed most and new ones', () => {
    const finding = { ...moved, feature: 'carrier', metric: 'jensen_shannon' as const };
    const { findings, chart } = alertMessage(input({ transition: transition({ findings: [finding] }) }));
    expect(findings[0]!.sentence).toContain('; WN 10% (new), AA 40% instead of 50%.');
    expect(chart!.cells.map((cell) => cell.label)).toEqual(['AA', 'DL', 'UA', 'new values']);
  });

  it.each<{ name: string; changes: Partial<MessageInput> }>([
    { name: 'no profiles', changes: { baseline: { cells: [] }, window: { cells: [] } } },
    { name: 'no binning', changes: { binning: null } },
  ])('is complete but for chart and detail with $name', ({ changes }) => {
    const message = alertMessage(input(changes));
    expect(message).not.toHaveProperty('chart');
    expect(message.findings[0]!.sentence).toBe(
      'distance moved for origin = ATL: PSI 0.831 (limit 0.2), 1,204 rows against 22,310 at training.',
    );
  });

  it('tells a resolution without findings', () => {
    const message = alertMessage(input({ transition: transition({ kind: 'resolved', findings: [] }) }));
    expect(message.headline).toBe('delay-risk 1: origin = ATL is back within limits');
    expect(message.findings).toEqual([]);
  });

  it('counts features beyond the worst and lists ten findings at most', () => {
    const findings = Array.from({ length: 30 }, (_, i) => ({ ...moved, feature: `f${i}` }));
    const { state } = transition();
    const many = transition({ findings, state: { ...state, features: findings.map((f) => f.feature) } });
    const message = alertMessage(input({ transition: many }));
    expect(message.headline).toBe('delay-risk 1: f0 moved and 29 more features for origin = ATL');
    expect(message.findings).toHaveLength(10);
  });
});

describe('sentenceOf', () => {
  it.each<{ name: string; finding: Partial<Finding>; expected: string }>([
    {
      name: 'missing values',
      finding: { metric: 'missing_rate', value: 0.0912, baselineValue: 0.04, threshold: 0.07 },
      expected:
        'distance is missing more often for all rows: missing values 9.12% (limit 7%, 4% at training), 1,000 rows against 10,000 at training.',
    },
    {
      name: 'a missing column',
      finding: { metric: 'missing_column', value: 1, threshold: 0, evidence: 'exact' },
      expected: 'distance has no value at all for all rows, 1,000 rows.',
    },
    {
      name: 'accuracy',
      finding: { feature: '', metric: 'accuracy', value: 0.7, baselineValue: 0.8, threshold: 0.75 },
      expected:
        'accuracy fell for all rows: accuracy 70% (limit 75%, 80% at training), 1,000 labelled rows against 10,000 at training.',
    },
    {
      name: 'coverage without a baseline',
      finding: { feature: '', metric: 'label_coverage', value: 0.4, threshold: 0.5, baselineRows: 0 },
      expected: 'labels are missing for all rows: label coverage 40% (limit 50%), 1,000 rows.',
    },
    {
      name: 'a part of the prediction',
      finding: { feature: 'prediction.score', value: 0.3 },
      expected:
        'predicted score moved for all rows: PSI 0.3 (limit 0.2), 1,000 rows against 10,000 at training.',
    },
  ])('$name', ({ finding, expected }) => expect(sentenceOf(findingOf(finding))).toBe(expected));
});

it.each([
  { segment: 'all', segmentValue: 'in', expected: 'all rows' },
  { segment: 'night-flights', segmentValue: 'in', expected: 'night-flights' },
  { segment: 'origin', segmentValue: 'ATL', expected: 'origin = ATL' },
])('describeSegment: $expected', ({ expected, ...segment }) => {
  expect(describeSegment(segment)).toBe(expected);
});
