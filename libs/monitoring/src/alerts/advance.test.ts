import { describe, expect, it } from 'vitest';
import { findingStatuses, isDecided, type AlertState, type Finding } from '#libs/contracts';
import { findingOf, where } from '../../../../tests/fixtures/monitoring/cells.js';
import { advance, advanceAll, type AdvanceInput } from './advance.js';

const identity = {
  project: 'p',
  model: 'm',
  version: '1',
  monitor: 'drift',
  segment: 'origin',
  segmentValue: 'ATL',
  facet: '',
  facetValue: '',
};
const day = (n: number) => ({ startMs: n * 100, endMs: (n + 1) * 100 });
const hash = (text: string) => `#${text}`;

const breach = (feature = 'distance', value = 0.3): Finding =>
  findingOf({ feature, value, status: 'breached', pAdjusted: 0.001 });
const fine = (feature = 'distance'): Finding => findingOf({ feature });

const input = (changes: Partial<AdvanceInput>): AdvanceInput => ({
  previous: null,
  identity,
  window: day(1),
  inputs: 'a',
  findings: [],
  severity: 'warning',
  hash,
  ...changes,
});

/** Feeds windows one after the other, as a worker does. */
function play(
  ...steps: { findings: Finding[]; window?: { startMs: number; endMs: number }; inputs?: string }[]
) {
  let previous: AlertState | null = null;
  return steps.map((step, i) => {
    const result = advance(input({ previous, window: day(i), inputs: `i${i}`, ...step }));
    previous = result.next;
    return result;
  });
}
const kinds = (results: ReturnType<typeof play>) => results.map(({ transition }) => transition?.kind ?? null);

describe('advance', () => {
  it('opens when anything is breached, with the breached findings worst first', () => {
    const findings = [breach('a', 0.25), fine('b'), breach('c', 0.45)];
    const { next, transition } = advance(input({ findings }));
    expect(transition).toMatchObject({
      kind: 'opened',
      why: 'c, a passed their limits',
      window: day(1),
      inputs: 'a',
    });
    expect(transition!.findings.map((f) => f.feature)).toEqual(['c', 'a']);
    expect(transition!.state).toEqual(next);
    expect(next).toMatchObject({
      ...identity,
      status: 'open',
      severity: 'warning',
      openedAtMs: day(1).startMs,
      windowEndMs: day(1).endMs,
      features: ['c', 'a'],
    });
  });

  it.each<{ name: string; second: Finding[]; kind: string | null; why?: string }>([
    { name: 'the same again', second: [breach('a', 0.4), breach('b', 0.3)], kind: null },
    { name: 'other values, same order', second: [breach('a', 0.35), breach('b', 0.21)], kind: null },
    {
      name: 'another feature',
      second: [breach('a', 0.4), breach('b', 0.3), breach('c', 0.25)],
      kind: 'updated',
      why: 'now also c',
    },
    { name: 'one less', second: [breach('a', 0.4), fine('b')], kind: 'updated', why: 'no longer b' },
    {
      name: 'another worst',
      second: [breach('a', 0.3), breach('b', 0.4)],
      kind: 'updated',
      why: 'the worst is now b',
    },
    {
      name: 'far beyond the limit',
      second: [breach('a', 0.5), breach('b', 0.3)],
      kind: 'updated',
      why: 'severity is now critical',
    },
    {
      name: 'all healthy',
      second: [fine('a'), fine('b')],
      kind: 'resolved',
      why: 'a, b are back within their limits',
    },
  ])('then $name: $kind', ({ second, kind, why }) => {
    const [opened, then] = play({ findings: [breach('a', 0.4), breach('b', 0.3)] }, { findings: second });
    expect(then!.transition?.kind ?? null).toBe(kind);
    if (why !== undefined) expect(then!.transition!.why).toBe(why);
    expect(then!.next!.alertId).toBe(opened!.next!.alertId);
    expect(then!.next!.openedAtMs).toBe(opened!.next!.openedAtMs);
  });

  it.each<{ name: string; findings: Finding[] }>([
    { name: 'no findings', findings: [] },
    ...findingStatuses
      .filter((status) => !isDecided({ status }))
      .map((status) => ({ name: status, findings: [findingOf({ status })] })),
    {
      name: 'a value beyond its limit without evidence, whatever else is fine',
      findings: [findingOf({ value: 0.3, status: 'inconclusive' }), fine('other')],
    },
    { name: 'another feature only', findings: [findingOf({ status: 'not_computable' }), fine('other')] },
  ])('is not resolved by $name', ({ findings }) => {
    expect(kinds(play({ findings: [breach()] }, { findings }))).toEqual(['opened', null]);
  });

  it('is resolved when the feature is not watched any more', () => {
    expect(kinds(play({ findings: [breach()] }, { findings: [fine('other')] }))).toEqual([
      'opened',
      'resolved',
    ]);
  });

  it('empties features and findings when it is resolved, and reopens as another alert', () => {
    const results = play(
      { findings: [breach()] },
      { findings: [fine()] },
      { findings: [fine()] },
      { findings: [breach()] },
    );
    expect(kinds(results)).toEqual(['opened', 'resolved', null, 'opened']);
    expect(results[1]!.transition).toMatchObject({
      findings: [],
      state: { status: 'resolved', features: [] },
    });
    expect(results[3]!.next!.alertId).not.toBe(results[0]!.next!.alertId);
  });

  it.each(findingStatuses.filter((status) => status !== 'breached'))('never opens for %s', (status) => {
    const findings = [fine(), findingOf({ feature: 'other', value: 0.3, status })];
    expect(advance(input({ findings }))).toEqual({ next: null, transition: null });
  });

  it('gives the same ids for the same evaluation, in every process', () => {
    const first = advance(input({ findings: [breach()] }));
    expect(advance(input({ findings: [breach()] }))).toEqual(first);
    const again = advance(input({ previous: first.next, findings: [breach()] }));
    expect(again).toEqual({ next: first.next, transition: null });
    const revised = advance(input({ findings: [breach()], inputs: 'b' }));
    expect(revised.next!.alertId).toBe(first.next!.alertId);
    expect(revised.transition!.transitionId).not.toBe(first.transition!.transitionId);
  });

  it.each([
    { name: 'an older window', window: day(0), newestWindowEndMs: null },
    {
      name: 'a revision of a window that is not the newest',
      window: day(1),
      newestWindowEndMs: day(3).endMs,
    },
  ])('$name changes nothing', ({ window, newestWindowEndMs }) => {
    const { next } = advance(input({ findings: [breach()] }));
    const later = advance(input({ previous: next, findings: [fine()], window, newestWindowEndMs }));
    expect(later).toEqual({ next, transition: null });
  });

  it('a revision of the newest window counts', () => {
    const { next } = advance(input({ findings: [breach()] }));
    const revised = advance(
      input({ previous: next, findings: [fine()], inputs: 'b', newestWindowEndMs: day(1).endMs }),
    );
    expect(revised.transition?.kind).toBe('resolved');
  });

  it('tells the first few of many features', () => {
    const findings = Array.from({ length: 40 }, (_, i) => breach(`f${String(i).padStart(2, '0')}`));
    expect(advance(input({ findings })).transition!.why).toBe(
      'f00, f01, f02, f03, f04 and 35 more passed their limits',
    );
  });
});

describe('severity', () => {
  const opened = (finding: Finding) => advance(input({ findings: [finding] })).next!.severity;
  it.each<{ name: string; finding: Finding; severity: string }>([
    { name: 'a distance just beyond its limit', finding: breach('a', 0.21), severity: 'warning' },
    { name: 'a distance 2.5 times its limit', finding: breach('a', 0.5), severity: 'critical' },
    {
      name: 'a missing column',
      finding: findingOf({
        metric: 'missing_column',
        value: 1,
        threshold: 0,
        evidence: 'exact',
        status: 'breached',
      }),
      severity: 'critical',
    },
    {
      name: 'a rate far beyond its limit',
      finding: findingOf({ metric: 'missing_rate', value: 0.5, threshold: 0.01, status: 'breached' }),
      severity: 'warning',
    },
    {
      name: 'accuracy far below its limit',
      finding: findingOf({ metric: 'accuracy', value: 0.1, threshold: 0.9, status: 'breached' }),
      severity: 'warning',
    },
  ])('$name is $severity', ({ finding, severity }) => expect(opened(finding)).toBe(severity));

  it('is at least what the monitor says', () => {
    expect(advance(input({ findings: [breach()], severity: 'critical' })).next!.severity).toBe('critical');
  });
});

describe('advanceAll', () => {
  const evaluation = { project: 'p', model: 'm', version: '1', monitor: 'drift' };
  const at = (value: string, finding: Finding): Finding => ({ ...finding, ...where('origin', value) });
  const all = (previous: AlertState[], findings: Finding[], window = day(1)) =>
    advanceAll({ previous, evaluation, findings, window, inputs: 'a', severity: 'warning', hash });

  it('advances each segment value by itself', () => {
    const opened = all([], [at('ATL', breach()), at('ORD', fine()), at('DFW', breach())]);
    expect(opened.map((t) => [t.state.segmentValue, t.kind])).toEqual([
      ['ATL', 'opened'],
      ['DFW', 'opened'],
    ]);
    const states = opened.map((t) => t.state);
    const next = all(states, [at('ATL', fine()), at('DFW', breach()), at('ORD', breach())], day(2));
    expect(next.map((t) => [t.state.segmentValue, t.kind])).toEqual([
      ['ATL', 'resolved'],
      ['ORD', 'opened'],
    ]);
  });

  it('changes nothing the second time', () => {
    const findings = [at('ATL', breach()), at('ORD', breach())];
    const states = all([], findings).map((t) => t.state);
    expect(all(states, findings)).toEqual([]);
  });

  it('leaves alerts alone that the findings do not speak of', () => {
    const states = all([], [at('ATL', breach())]).map((t) => t.state);
    expect(all(states, [at('ORD', fine())], day(2))).toEqual([]);
  });
});
