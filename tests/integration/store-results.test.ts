import type { AlertTransition, Evaluation, Finding } from '#libs/contracts';
import { describe, expect, test } from 'vitest';
import { DAY_MS, freshStore, rowsOf, START_MS } from './store-fixture.js';

const { store, raw } = await freshStore();

const finding = (rest: Partial<Finding> = {}): Finding => ({
  segment: 'hub',
  segmentValue: 'ATL',
  feature: 'distance',
  facet: '',
  facetValue: '',
  metric: 'psi',
  variant: '10-cells',
  value: 0.75,
  baselineValue: null,
  interval: null,
  threshold: 0.2,
  p: 1e-12,
  pAdjusted: 1e-9,
  evidence: 'test',
  deff: 1.5,
  resolution: null,
  rows: 1_000,
  baselineRows: 2_000,
  status: 'breached',
  note: 'é \\ \' "',
  ...rest,
});

const evaluation = (day: number, rest: Partial<Evaluation> = {}): Evaluation => ({
  project: 'p',
  model: 'm',
  version: '1',
  monitor: 'drift',
  monitorKind: 'drift',
  window: { startMs: START_MS + day * DAY_MS, endMs: START_MS + (day + 1) * DAY_MS },
  inputs: `inputs-${day}`,
  findings: [finding(), finding({ segmentValue: 'ORD', status: 'ok', value: 0.01 })],
  waitExceeded: false,
  monitorRevision: 4,
  method: 2,
  ...rest,
});
const window = (day: number) => ({ startMs: START_MS + day * DAY_MS, endMs: START_MS + (day + 1) * DAY_MS });

describe('evaluations', () => {
  test('a window is recorded once, whatever is repeated', async () => {
    for (let time = 0; time < 3; time += 1)
      await store.evaluations.record(evaluation(0), { revision: 1, durationMs: 12.4 });
    expect(await store.evaluations.recorded('p', 'drift', '1')).toEqual([
      { ...window(0), inputs: 'inputs-0', revision: 1, method: 2, former: null },
    ]);
    const findings = await store.evaluations.findings('p', { limit: 10 });
    const stored = { atMs: expect.any(Number) as number, cursor: expect.any(String) as string };
    expect(findings).toEqual([
      { ...finding(), ...about(0), ...stored },
      { ...finding({ segmentValue: 'ORD', status: 'ok', value: 0.01 }), ...about(0), ...stored },
    ]);
    expect(await store.evaluations.list('p', { limit: 10 })).toMatchObject([
      {
        ...about(0),
        revision: 1,
        findings: 2,
        breached: 1,
        waitExceeded: false,
        durationMs: 12,
        statuses: { breached: 1, ok: 1 },
      },
    ]);
  });
  test('findings whose statistic was divided go by the name that this has now, in lists, filters and the view', async () => {
    const findings = [
      finding({ metric: 'chi2', variant: 'two-sample-per-df', value: 2 }),
      finding({ metric: 'g_test', variant: 'two-sample', value: 30 }),
    ];
    const recorded = evaluation(50, { project: 'former', findings });
    await store.evaluations.record(recorded, { revision: 1, durationMs: 1 });
    const metricsOf = async (metric?: string) =>
      (
        await store.evaluations.findings('former', { limit: 10, ...(metric !== undefined && { metric }) })
      ).map((each) => [each.metric, each.value]);
    const now = [
      ['chi2_per_df', 2],
      ['g_test', 30],
    ];
    expect(await metricsOf()).toEqual(now);
    expect(await metricsOf('chi2')).toEqual([]);
    expect(await metricsOf('chi2_per_df')).toEqual(now.slice(0, 1));
    expect(
      await rowsOf(
        raw,
        "SELECT metric, value FROM current_findings WHERE project = 'former' ORDER BY metric",
      ),
    ).toEqual([
      { metric: 'chi2_per_df', value: 2 },
      { metric: 'g_test', value: 30 },
    ]);
  });

  const about = (day: number) => ({
    project: 'p',
    model: 'm',
    version: '1',
    monitor: 'drift',
    monitorKind: 'drift' as const,
    window: window(day),
    inputs: `inputs-${day}`,
    monitorRevision: 4,
  });

  test('only the newest revision is read, also when inputs return to what they were', async () => {
    const project = 'revisions';
    const revise = (revision: number, inputs: string, value: number) =>
      store.evaluations.record(evaluation(0, { project, inputs, findings: [finding({ value })] }), {
        revision,
        durationMs: 1,
      });
    const now = async () =>
      (await store.evaluations.findings(project, { limit: 10 })).map(({ value }) => value);
    await revise(1, 'a', 1);
    await revise(2, 'b', 2);
    expect(await now()).toEqual([2]);
    await revise(3, 'a', 1);
    expect(await now()).toEqual([1]);
    expect(await store.evaluations.recorded(project, 'drift', '1')).toMatchObject([
      { inputs: 'a', revision: 3 },
    ]);
    expect(await store.evaluations.list(project, { limit: 10 })).toHaveLength(1);
  });

  test('the newest window of each monitor, with its findings by status', async () => {
    const project = 'newest';
    const record = (day: number, changes: Parameters<typeof evaluation>[1]) =>
      store.evaluations.record(evaluation(day, { project, ...changes }), { revision: 1, durationMs: 1 });
    await record(0, {});
    await record(1, {
      findings: [
        finding({ status: 'not_enough_data' }),
        finding({ segmentValue: 'ORD', status: 'inconclusive' }),
      ],
    });
    await record(0, { monitor: 'quality', findings: [] });
    const newest = await store.evaluations.newest(project, { limit: 10 });
    expect(newest.map(({ monitor, window: { startMs }, statuses }) => [monitor, startMs, statuses])).toEqual([
      ['drift', window(1).startMs, { not_enough_data: 1, inconclusive: 1 }],
      ['quality', window(0).startMs, {}],
    ]);
    expect(await store.evaluations.newest(project, { version: '2', limit: 10 })).toEqual([]);
    expect((await store.evaluations.list(project, { limit: 10 })).map(({ statuses }) => statuses)).toEqual([
      { not_enough_data: 1, inconclusive: 1 },
      { ok: 1, breached: 1 },
      {},
    ]);
  });

  test('findings without a ledger row do not exist, an evaluation without findings does', async () => {
    const project = 'ledger';
    await store.evaluations.record(evaluation(0, { project }), { revision: 1, durationMs: 1 });
    await raw.command({ name: 'test', sql: `DELETE FROM evaluations WHERE project = '${project}'` });
    expect(await store.evaluations.findings(project, { limit: 10 })).toEqual([]);
    await store.evaluations.record(evaluation(1, { project, findings: [] }), { revision: 1, durationMs: 1 });
    expect(await store.evaluations.recorded(project, 'drift', '1')).toHaveLength(1);
  });

  test('numbers that are null stay null', async () => {
    const project = 'nulls';
    const empty = finding({
      value: null,
      threshold: null,
      p: null,
      pAdjusted: null,
      status: 'no_data',
      evidence: 'none',
    });
    await store.evaluations.record(evaluation(0, { project, findings: [empty] }), {
      revision: 1,
      durationMs: 1,
    });
    expect(await store.evaluations.findings(project, { limit: 1 })).toMatchObject([empty]);
  });

  test.each([
    { name: 'all', filter: {}, expected: 8 },
    { name: 'model', filter: { model: 'm' }, expected: 6 },
    { name: 'version', filter: { version: '2' }, expected: 2 },
    { name: 'monitor', filter: { monitor: 'quality' }, expected: 2 },
    { name: 'segment', filter: { segment: 'hub', segmentValue: 'ORD' }, expected: 4 },
    { name: 'feature', filter: { feature: 'nonesuch' }, expected: 0 },
    { name: 'status', filter: { status: 'breached' as const }, expected: 4 },
    { name: 'windows that begin before', filter: { toMs: START_MS + DAY_MS }, expected: 6 },
    { name: 'windows that end after', filter: { fromMs: START_MS + DAY_MS }, expected: 2 },
    { name: 'between windows', filter: { fromMs: START_MS + DAY_MS, toMs: START_MS + DAY_MS }, expected: 0 },
    { name: 'limit', filter: { limit: 3 }, expected: 3 },
    { name: 'another project', filter: { project: 'nonesuch' }, expected: 0 },
  ])('filter: $name', async ({ filter: { project = 'filters', ...filter }, expected }) => {
    const meta = { revision: 1, durationMs: 1 };
    for (const rest of [{}, { monitor: 'quality' }, { version: '2', model: 'n' }])
      await store.evaluations.record(evaluation(0, { project: 'filters', ...rest }), meta);
    await store.evaluations.record(evaluation(1, { project: 'filters' }), meta);
    expect(await store.evaluations.findings(project, { limit: 100, ...filter })).toHaveLength(expected);
  });
});

/** One step of an alert about a segment value. */
function transition(
  id: string,
  day: number,
  rest: Partial<AlertTransition> & { alertId?: string; segmentValue?: string } = {},
): AlertTransition {
  const { alertId = 'alert-1', segmentValue = 'ATL', ...over } = rest;
  const kind = over.kind ?? 'updated';
  return {
    transitionId: id,
    kind,
    why: `because of ${id}`,
    window: window(day),
    inputs: 'i',
    findings: [finding()],
    state: {
      project: 'p',
      model: 'm',
      version: '1',
      monitor: 'drift',
      segment: 'hub',
      segmentValue,
      facet: '',
      facetValue: '',
      alertId,
      status: kind === 'resolved' ? 'resolved' : 'open',
      severity: 'warning',
      openedAtMs: START_MS,
      windowEndMs: window(day).endMs,
      features: ['distance'],
    },
    ...over,
  };
}

describe('alerts', () => {
  const history = [
    transition('t1', 0, { kind: 'opened' }),
    transition('t2', 1),
    transition('t3', 2, { kind: 'resolved', findings: [] }),
    transition('t4', 3, { kind: 'opened', alertId: 'alert-2' }),
  ];

  test('the newest transition is the state; adding again changes nothing', async () => {
    const [opened, ...later] = history;
    await store.alerts.append([opened!], 'p');
    expect(await store.alerts.states('p', 'drift', '1')).toEqual([opened!.state]);
    await store.alerts.append(later, 'p');
    await store.alerts.append(history, 'p');
    await store.alerts.append(
      [transition('o1', 0, { kind: 'opened', alertId: 'alert-3', segmentValue: 'ORD' })],
      'p',
    );
    expect(
      await rowsOf(
        raw,
        `SELECT count() AS n, max(sequence) AS last FROM alert_transitions WHERE project = 'p'`,
      ),
    ).toEqual([{ n: '5', last: 4 }]);
    const states = await store.alerts.states('p', 'drift', '1');
    expect(states.map(({ alertId }) => alertId).toSorted()).toEqual(['alert-2', 'alert-3']);
    expect(await store.alerts.get('p', 'alert-1')).toEqual({
      state: history[2]!.state,
      transitions: history.slice(0, 3),
    });
    expect(await store.alerts.transition('p', 't2')).toEqual(history[1]);
  });

  test.each([
    { filter: { limit: 10 }, expected: ['alert-2', 'alert-1', 'alert-3'] },
    { filter: { limit: 10, status: 'open' as const }, expected: ['alert-2', 'alert-3'] },
    { filter: { limit: 10, status: 'resolved' as const }, expected: ['alert-1'] },
    { filter: { limit: 1 }, expected: ['alert-2'] },
    { filter: { limit: 10, model: 'nonesuch' }, expected: [] },
  ])('list $filter', async ({ filter, expected }) => {
    expect((await store.alerts.list('p', filter)).map(({ alertId }) => alertId)).toEqual(expected);
  });

  test('two transitions of one window keep their order', async () => {
    await store.alerts.append(
      [
        transition('a', 0, { kind: 'opened', alertId: 'x' }),
        transition('b', 0, { kind: 'resolved', alertId: 'x' }),
      ],
      'same',
    );
    expect(await store.alerts.states('same', 'drift', '1')).toMatchObject([{ status: 'resolved' }]);
  });

  test('what is not there', async () => {
    expect(await store.alerts.get('p', 'nonesuch')).toBeNull();
    expect(await store.alerts.transition('p', 'nonesuch')).toBeNull();
    expect(await store.alerts.states('q', 'drift', '1')).toEqual([]);
    await store.alerts.append([], 'p');
  });
});

describe('notices', () => {
  const entry = (
    transitionId: string,
    channel: string,
    outcome: 'sent' | 'failed' | 'silenced' = 'sent',
  ) => ({
    project: 'notices',
    transitionId,
    channel,
    alertId: 'alert-1',
    outcome,
    detail: 'ok',
    attempts: 1,
  });

  test('unsent: those without an entry first, a failure is none', async () => {
    const sinceMs = Date.now() - 60_000;
    await store.alerts.append(
      ['n1', 'n2', 'n3', 'n4'].map((id, day) => transition(id, day)),
      'notices',
    );
    for (const sent of [
      entry('n1', 'slack'),
      entry('n2', 'slack', 'failed'),
      entry('n4', 'slack', 'silenced'),
    ])
      await store.notices.log(sent);
    expect(await store.notices.unsent('notices', sinceMs, 10)).toEqual(['n2', 'n3', 'n1', 'n4']);
    expect(await store.notices.unsent('notices', sinceMs, 2)).toEqual(['n2', 'n3']);
    expect(await store.notices.unsent('notices', Date.now() + 60_000, 10)).toEqual([]);
  });

  test('the newest outcome of a channel replaces the one before', async () => {
    await store.notices.log(entry('n2', 'mail', 'failed'));
    await store.notices.log({ ...entry('n2', 'mail'), attempts: 70_000 });
    expect(await store.notices.forTransition('notices', 'n2')).toMatchObject([
      { channel: 'mail', outcome: 'sent', attempts: 65_535 },
      { channel: 'slack', outcome: 'failed' },
    ]);
    expect(await store.notices.forTransition('notices', 'nonesuch')).toEqual([]);
  });
});
