import type { IntakeBatch, Replay, ReplayEntry, ReplayOutcome } from '#libs/store';
import { describe, expect, it, vi } from 'vitest';

import type { Stream } from '../flow/handle-batch.js';
import { UnavailableError } from '../flow/persist.js';
import type { LaneBatch } from '../lanes/lane.js';
import { ReplayRunner } from './replay-runner.js';

const signal = new AbortController().signal;
const entry = (offset: number, rest: Partial<ReplayEntry> = {}): ReplayEntry => ({
  ...{ topic: 't', incarnation: 'i', partition: 0, offset: BigInt(offset), brokerTimeMs: 1_000 + offset },
  ...{ reason: 'schema', key: 'k', raw: Buffer.from('{}'), rawBytes: 2, headers: {} },
  ...rest,
});
const request = (rest: Partial<Replay> = {}): Replay => ({
  ...{ project: 'p', id: 'r', filter: {}, dry: false, state: 'requested', note: '' },
  ...{ author: 'ann', reason: '', requestedMs: 0 },
  ...rest,
});

/** A store that hands out each entry once, and a lane that refuses odd offsets. */
function setUp(entries: ReplayEntry[], replay = request(), fault?: Error) {
  const seen = {
    written: [] as bigint[],
    outcomes: [] as ReplayOutcome[],
    states: [] as string[],
    times: [] as number[],
  };
  const lane: Stream['lane'] = (batch, project) => {
    if (fault !== undefined) return Promise.reject(fault);
    seen.times.push(...batch.records.map(({ timestampMs }) => timestampMs));
    const refused = batch.records.filter(({ offset }) => offset % 2n === 1n);
    return Promise.resolve({
      ...{ project, topic: batch.topic, incarnation: batch.incarnation, partition: batch.partition },
      ...{ first: batch.first, last: batch.last },
      predictions: batch.records.filter(({ offset }) => offset % 2n === 0n).map(({ offset }) => ({ offset })),
      labels: [],
      quarantined: refused.map(({ offset }) => ({
        offset,
        reason: 'schema',
        field: 'id',
        message: 'is missing',
      })),
    } as unknown as LaneBatch);
  };
  const replays = {
    open: () => Promise.resolve([replay]),
    read: () => Promise.resolve({ ...replay, state: seen.states.at(-1) ?? 'requested' }),
    write: ({ state }: Replay) => Promise.resolve(void seen.states.push(state)),
    next: () => {
      const done = new Set(seen.outcomes.map(({ topic, offset }) => `${topic}/${offset}`));
      return Promise.resolve(
        entries.filter(({ topic, offset }) => !done.has(`${topic}/${offset}`)).slice(0, 2),
      );
    },
    settle: (_: Replay, outcomes: ReplayOutcome[]) => Promise.resolve(void seen.outcomes.push(...outcomes)),
  };
  const metrics = { replayed: vi.fn() };
  const runner = new ReplayRunner({
    streams: [{ topic: 't', project: 'p', lane }],
    dryStreams: [{ topic: 't', project: 'p', lane }],
    intake: {
      replays,
      writeReplayed: ({ predictions }: IntakeBatch) =>
        Promise.resolve(void seen.written.push(...predictions.map(({ offset }) => offset))),
    } as unknown as ConstructorParameters<typeof ReplayRunner>[0]['intake'],
    locks: (_, act) => act(),
    metrics,
    logger: { info: vi.fn(), error: vi.fn(), debug: vi.fn() } as never,
  });
  return { seen, metrics, pass: () => runner.pass(signal) };
}

describe('ReplayRunner', () => {
  it('stores what passes now, says why the rest does not, and is done', async () => {
    const { seen, metrics, pass } = setUp([entry(0), entry(1), entry(2)]);
    await pass();
    expect(seen.written).toEqual([0n, 2n]);
    expect(
      seen.outcomes.map(({ offset, accepted, reason, field }) => [offset, accepted, reason, field]),
    ).toEqual([
      [0n, true, '', ''],
      [1n, false, 'schema', 'id'],
      [2n, true, '', ''],
    ]);
    expect(seen.states).toEqual(['done']);
    expect(metrics.replayed.mock.calls).toEqual([
      ['p', 1, 1],
      ['p', 1, 0],
    ]);
  });

  it('judges with the time at which the broker took the event', async () => {
    const { seen, pass } = setUp([entry(4)]);
    await pass();
    expect(seen.times).toEqual([1_004]);
  });

  it('stores nothing in a dry run', async () => {
    const { seen, metrics, pass } = setUp([entry(0), entry(1)], request({ dry: true }));
    await pass();
    expect(seen).toMatchObject({ written: [], states: ['done'] });
    expect(seen.outcomes).toHaveLength(2);
    expect(metrics.replayed).not.toHaveBeenCalled();
  });

  it.each([
    {
      name: 'an event of which only the beginning is kept',
      bad: entry(2, { rawBytes: 9, reason: 'too_large' }),
      reason: 'too_large',
    },
    {
      name: 'an event that was never decoded',
      bad: entry(2, { reason: 'unreadable' }),
      reason: 'unreadable',
    },
    {
      name: 'an event of a topic that no project reads',
      bad: entry(2, { topic: 'gone' }),
      reason: 'unknown_project',
    },
  ])('$name stays where it is', async ({ bad, reason }) => {
    const { seen, pass } = setUp([bad, entry(4)]);
    await pass();
    expect(seen.outcomes.find(({ offset }) => offset === 2n)).toMatchObject({ accepted: false, reason });
    expect(seen.written).toEqual([4n]);
  });

  it('waits out what is away and ends on a defect', async () => {
    const away = setUp([entry(0)], request(), new UnavailableError('Redis'));
    await expect(away.pass()).rejects.toThrow('Redis');
    expect(away.seen.states).toEqual([]);
    const broken = setUp([entry(0)], request(), new TypeError('a defect'));
    await broken.pass();
    expect(broken.seen.states).toEqual(['failed']);
  });

  it('leaves a request alone that another process has ended', async () => {
    const { seen, pass } = setUp([entry(0)]);
    seen.states.push('done');
    await pass();
    expect(seen).toMatchObject({ written: [], states: ['done'] });
  });
});
