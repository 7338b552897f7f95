import type { AlertState } from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import { advanceGap, type MissingRecords } from './gap-alert.js';

const hash = (text: string): string => `#${text}`;
const NOW_MS = 1_700_000_000_000;
const gap = (first: number, last: number, rest: Partial<MissingRecords> = {}): MissingRecords => ({
  ...{ incarnation: 'i1', first: BigInt(first), last: BigInt(last), cause: 'skipped' },
  ...{ sinceMs: NOW_MS - 60_000, acknowledged: null },
  ...rest,
});
const step = (previous: AlertState | null, gaps: MissingRecords[]) =>
  advanceGap({ project: 'p', topic: 'orders', partition: 2, previous, gaps, nowMs: NOW_MS, hash });
const open = (...gaps: MissingRecords[]): AlertState => step(null, gaps)!.state;

describe('advanceGap', () => {
  it('says nothing while nothing is missing', () => {
    expect(step(null, [])).toBeNull();
    expect(step(null, [gap(3, 9, { acknowledged: { author: 'ann', comment: '' } })])).toBeNull();
  });

  it('opens with the exact range, in plain words, and what to do', () => {
    const opened = step(null, [gap(3, 1_009), gap(12, 12, { cause: 'recreated', incarnation: 'i0' })]);
    expect(opened).toMatchObject({
      kind: 'opened',
      state: {
        ...{
          monitor: 'ingestion-gap',
          segment: 'orders',
          segmentValue: '2',
          model: '',
          severity: 'critical',
        },
        openedAtMs: NOW_MS - 60_000,
      },
      notice: {
        headline: 'orders, partition 2: 1,008 records are missing',
        missing: [
          { incarnation: 'i1', from: '3', to: '1009', cause: 'skipped' },
          { incarnation: 'i0', from: '12', to: '12', cause: 'recreated' },
        ],
      },
    });
    const [first, second, advice] = opened?.notice?.sentences ?? [];
    expect(first).toMatch(/^Offsets 3 to 1009 \(1,007 records\): gone before they could be read/);
    expect(second).toMatch(/^Offset 12 \(1 record\): not read yet when the topic was deleted/);
    expect(advice).toMatch(/set the consumer group back.*acknowledge/);
    expect(opened?.notice?.facts).toContainEqual({
      label: 'Newest record before',
      value: '2023-11-14T22:12:20.000Z',
    });
  });

  it('tells the same ranges once, and changed ones again under the same alert', () => {
    const state = open(gap(3, 9));
    expect(step(state, [gap(3, 9)])).toBeNull();
    const grown = step(state, [gap(3, 9), gap(20, 21)]);
    expect(grown).toMatchObject({ kind: 'updated', state: { alertId: state.alertId } });
    const filled = step(state, [gap(3, 5)]);
    expect(filled).toMatchObject({
      kind: 'updated',
      notice: { headline: 'orders, partition 2: 3 records are missing' },
    });
    expect(new Set([grown?.transitionId, filled?.transitionId]).size).toBe(2);
  });

  it.each([
    { name: 'filled', gaps: [], why: 'the missing records were read after all' },
    {
      name: 'acknowledged',
      gaps: [gap(3, 9, { acknowledged: { author: 'ann', comment: 'test data' } })],
      why: 'acknowledged by ann: test data',
    },
  ])('ends when it was $name, and says so', ({ gaps, why }) => {
    const state = open(gap(3, 9));
    const ended = step(state, gaps);
    expect(ended).toMatchObject({
      kind: 'resolved',
      why,
      state: { status: 'resolved', alertId: state.alertId },
    });
    expect(step(ended!.state, gaps)).toBeNull();
    expect(step(ended!.state, [...gaps, gap(30, 31)])).toMatchObject({ kind: 'opened' });
    expect(step(ended!.state, [...gaps, gap(30, 31)])?.state.alertId).not.toBe(state.alertId);
  });

  it('gives the same step the same ids, whenever it is taken', () => {
    const input = { project: 'p', topic: 'orders', partition: 2, previous: null, gaps: [gap(1, 2)], hash };
    const [a, b] = [advanceGap({ ...input, nowMs: NOW_MS }), advanceGap({ ...input, nowMs: NOW_MS + 5_000 })];
    expect(a?.transitionId).toBe(b?.transitionId);
  });

  it('stays readable with very many gaps', () => {
    const many = Array.from({ length: 500 }, (_, at) => gap(at * 10, at * 10 + 1));
    const opened = step(null, many);
    expect(opened?.state.features).toHaveLength(51);
    expect(opened?.notice?.sentences).toHaveLength(7);
    expect(opened?.notice?.headline).toMatch(/1,000 records are missing/);
  });
});
