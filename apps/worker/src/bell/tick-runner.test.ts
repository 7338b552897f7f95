import { createLogger } from '#libs/platform';
import { describe, expect, it } from 'vitest';
import type { TickTask } from '../tick-task.js';
import { TickRunner, type TickLock } from './tick-runner.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const free: TickLock = async (_, act) => {
  await act(new AbortController().signal);
  return { acquired: true, value: undefined };
};
const held: TickLock = () => Promise.resolve({ acquired: false });
const context = { signal: new AbortController().signal };

const setUp = (lock: TickLock, profile: TickTask) => {
  const ticks: string[] = [];
  const ran: string[] = [];
  const task =
    (name: string): TickTask =>
    () => {
      ran.push(name);
      return Promise.resolve();
    };
  const runner = new TickRunner({
    tasks: {
      profile,
      evaluate: task('evaluate'),
      'link-labels': task('link-labels'),
      'reconcile-notices': task('reconcile-notices'),
      erase: task('erase'),
      retention: task('retention'),
      'watch-intake': task('watch-intake'),
    },
    lock,
    metrics: { tick: (kind, outcome) => void ticks.push(`${kind} ${outcome}`) },
    logger,
  });
  return { runner, ticks, ran };
};
const fail: TickTask = () => Promise.reject(new Error('the database is away'));

describe('TickRunner', () => {
  it('runs the task of its kind alone', async () => {
    const { runner, ticks, ran } = setUp(free, fail);
    expect(await runner.handle({ kind: 'evaluate' }, context)).toEqual({ kind: 'done' });
    expect({ ticks, ran }).toEqual({ ticks: ['evaluate ran'], ran: ['evaluate'] });
  });

  it('leaves the work to the one who is at it', async () => {
    const { runner, ticks, ran } = setUp(held, fail);
    expect(await runner.handle({ kind: 'link-labels' }, context)).toEqual({ kind: 'done' });
    expect({ ticks, ran }).toEqual({ ticks: ['link-labels busy'], ran: [] });
  });

  it('counts a failure and waits for the next tick', async () => {
    const { runner, ticks } = setUp(free, fail);
    expect(await runner.handle({ kind: 'profile' }, context)).toEqual({ kind: 'done' });
    expect(ticks).toEqual(['profile failed']);
  });

  it('says nothing of work that a stop cut short', async () => {
    const stop = new AbortController();
    const { runner, ticks } = setUp(free, () => {
      stop.abort();
      return Promise.reject(new Error('aborted'));
    });
    await runner.handle({ kind: 'profile' }, { signal: stop.signal });
    expect(ticks).toEqual([]);
  });
});
