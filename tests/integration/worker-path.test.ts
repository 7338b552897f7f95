import type { AlertMessage } from '#libs/contracts';
import { loadPlan } from '#libs/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  flushQueues,
  openWorld,
  PROJECT,
  putChannel,
  startWorker,
  ticksGoBy,
  until,
  type World,
  type WorkerUnderTest,
} from './worker-fixture.js';

const DAY_MS = 86_400_000;
const startOfDay = (daysAgo: number): string =>
  new Date((Math.floor(Date.now() / DAY_MS) - daysAgo) * DAY_MS).toISOString();
let world: World;
let workers: WorkerUnderTest[];

const start = async (): Promise<WorkerUnderTest> => {
  const worker = await startWorker(world);
  workers.push(worker);
  return worker;
};
const stopAll = async (): Promise<boolean[]> => Promise.all(workers.splice(0).map((worker) => worker.stop()));
const evaluated = (count: number) =>
  until(async () => expect((await world.outcome())['evaluations']).toHaveLength(count));
const noticesAre = (outcomes: string[]) =>
  until(async () => {
    const notices = (await world.outcome())['notices'] as { outcome: string }[];
    expect(notices.map(({ outcome }) => outcome)).toEqual(outcomes);
  });
const messages = (path = '/hook'): AlertMessage[] =>
  world.sink.received.filter((each) => each.path === path).map((each) => each.body as AlertMessage);

beforeEach(async () => {
  workers = [];
  world = await openWorld(11);
});
afterEach(async () => {
  await stopAll();
  await world.close();
});

describe('a worker', () => {
  it('tells of the hub that sends kilometres, once, and finds nothing new in a second life', async () => {
    await putChannel(world, 'hook');
    await putChannel(world, 'slack', 'slack');
    await world.day(3);
    await world.day(2, { faultyHub: 'ATL' });
    await world.day(1, { faultyHub: 'ATL' });
    await start();
    await evaluated(3);
    await noticesAre(['sent', 'sent']);
    const [message] = messages();
    expect(message).toMatchObject({
      transition: 'opened',
      model: 'm',
      segment: 'hub',
      segmentValue: 'ATL',
      window: { start: startOfDay(2) },
      findings: [{ feature: 'distance', metric: 'psi', rows: 200, baselineRows: 2_000 }],
      chart: { kind: 'numeric' },
    });
    expect(message?.links.alert).toMatch(/^https:\/\/plumbline\.example\/alerts\/p\/\w+\?exp=\d+&sig=/);
    const first = await world.outcome();
    expect(await stopAll()).toEqual([true]);
    await ticksGoBy(await start());
    expect(await world.outcome()).toEqual(first);
    expect(world.sink.received).toHaveLength(2);
  });

  it('evaluates a window again when late rows change it, as history that nobody is told of', async () => {
    await putChannel(world, 'hook');
    await world.day(2);
    await world.day(1);
    const worker = await start();
    await evaluated(2);
    await world.day(2, { faultyHub: 'ATL', rowsPerHub: 300, offset: 5_000_000 });
    await evaluated(3);
    await ticksGoBy(worker);
    const { evaluations, findings, transitions } = await world.outcome();
    const revisions = (evaluations as { window_start: string; revision: number }[]).map(
      ({ window_start: window, revision }) => `${window} ${revision}`,
    );
    const [older, newer] = [2, 1].map((daysAgo) => startOfDay(daysAgo).slice(0, 19).replace('T', ' '));
    expect(revisions.sort()).toEqual([`${older} 1`, `${older} 2`, `${newer} 1`]);
    expect(findings).toContainEqual(expect.objectContaining({ status: 'breached', segment_value: 'ATL' }));
    expect(transitions).toEqual([]);
    expect(world.sink.received).toEqual([]);
  });

  it('shares the work with a second one: each notice is sent once', async () => {
    await putChannel(world, 'hook');
    for (const daysAgo of [4, 3, 2, 1]) await world.day(daysAgo, { faultyHub: daysAgo > 2 ? 'ATL' : '' });
    const [one] = await Promise.all([start(), start()]);
    await evaluated(4);
    await noticesAre(['sent', 'sent']);
    await ticksGoBy(one);
    expect(messages().map(({ transition }) => transition)).toEqual(['opened', 'resolved']);
  });

  it('finds its way back after Redis lost everything', async () => {
    await putChannel(world, 'hook');
    await world.day(2);
    const worker = await start();
    await evaluated(2);
    await flushQueues(world.config);
    await world.day(1, { faultyHub: 'ATL' });
    await noticesAre(['sent']);
    await ticksGoBy(worker);
    expect((await world.outcome())['evaluations']).toHaveLength(3);
    expect(messages()).toHaveLength(1);
  });

  it('keeps silent where a silence is in force, and says so in the log', async () => {
    await putChannel(world, 'hook');
    await world.put('silence', 'works', {
      match: { segment: 'hub' },
      startsAt: new Date(Date.now() - DAY_MS).toISOString(),
      endsAt: new Date(Date.now() + DAY_MS).toISOString(),
      comment: 'the hub is being rebuilt',
    });
    await world.day(1, { faultyHub: 'ATL' });
    await start();
    await noticesAre(['silenced']);
    expect(world.sink.received).toEqual([]);
  });

  it('tries again after a 500 and logs what was sent at last', async () => {
    await putChannel(world, 'slack', 'slack');
    world.sink.answer = (_, count) => (count === 1 ? 500 : 200);
    await world.day(1, { faultyHub: 'ATL' });
    await start();
    await noticesAre(['sent']);
    expect(world.sink.received).toHaveLength(2);
    const [alert] = await world.store.alerts.list(PROJECT, { limit: 1 });
    expect(await world.store.notices.forAlert(PROJECT, alert?.alertId ?? '')).toMatchObject([
      { attempts: 2 },
    ]);
  });

  it('gives up on a channel that is gone, and says why', async () => {
    await putChannel(world, 'slack', 'slack');
    world.sink.answer = () => 404;
    await world.day(1, { faultyHub: 'ATL' });
    await start();
    await noticesAre(['failed']);
    const [alert] = await world.store.alerts.list(PROJECT, { limit: 1 });
    const [notice] = await world.store.notices.forAlert(PROJECT, alert?.alertId ?? '');
    expect(notice?.detail).toContain('404');
    expect(notice?.detail).not.toContain('127.0.0.1');
    expect(world.sink.received).toHaveLength(1);
  });

  it('evaluates nothing that ingest has not passed, and then flags what waited too long', async () => {
    const position = (brokerTimeMs: number, behindSinceMs: number | null) =>
      world.store.intake.positions([
        {
          ...{ project: PROJECT, topic: 'predictions', incarnation: 'i1', partition: 0, nextOffset: 1n },
          ...{ endOffset: behindSinceMs === null ? 1n : 9n, brokerTimeMs, behindSinceMs },
          lastRecordAtMs: Date.now(),
        },
      ]);
    // Days that ended longer ago than the longest wait, whatever the hour of the day is now.
    await world.day(3);
    await world.day(2);
    await position(Date.parse(startOfDay(2)) + 60_000, Date.now() - 1_000);
    const worker = await start();
    await evaluated(1);
    await ticksGoBy(worker);
    expect((await world.outcome())['evaluations']).toMatchObject([{ wait_exceeded: false }]);
    await position(Date.parse(startOfDay(2)) + 60_000, Date.now() - DAY_MS);
    await evaluated(2);
    const { evaluations, findings } = await world.outcome();
    expect(evaluations).toMatchObject([{ wait_exceeded: false }, { wait_exceeded: true }]);
    const notes = (findings as { window_start: string; note: string }[]).map(({ note }) => note);
    expect(notes.filter((note) => note.includes('ingest was behind'))).toHaveLength(notes.length / 2);
  });

  it('profiles a version without a baseline by its own first rows', async () => {
    await world.put('version', 'm/2', {
      ...{ model: 'm', version: '2', status: 'draft' },
      features: [{ name: 'distance', type: 'numeric', role: 'input' }],
    });
    await world.day(1, { version: '2', rowsPerHub: 5_000 });
    await start();
    await until(async () => {
      const plan = await loadPlan(world.store, { project: PROJECT, model: 'm', version: '2' });
      if (plan === null) throw new Error('there is no binning yet');
      expect(await world.store.profiles.inputsHash(plan, 'all')).toMatchObject({
        rows: 10_000,
        complete: true,
      });
    });
    const [binning] = await world.store.documents.list(PROJECT, 'binning', { prefix: 'm/2/' });
    expect(binning).toMatchObject({ author: 'plumbline', body: { features: [{ feature: 'distance' }] } });
  });

  it('does not let a monitor that cannot be evaluated stop the others', async () => {
    await world.put('monitor', 'a-broken', {
      ...{ name: 'broken', kind: 'drift', model: 'm', version: '1' },
      window: { every: 'PT7H', settle: 'PT0S', maxWait: 'PT6H' },
    });
    await world.day(1);
    const worker = await start();
    await evaluated(1);
    expect(await worker.metrics.text()).toMatch(/evaluations_total\{kind="drift",outcome="failed".* [1-9]/);
  });
});
