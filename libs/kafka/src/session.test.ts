import { describe, expect, it } from 'vitest';

import type { Admin } from './admin.js';
import { eventOf, Session } from './session.js';

const standing = { topic: 't', partition: 0, incarnation: 'now', was: 'now', start: 100n, end: 200n };
const where = { topic: 't', partition: 0, incarnation: 'now' };

describe('eventOf', () => {
  it.each([
    { name: 'in the log', next: 150n, expected: undefined },
    { name: 'at its start', next: 100n, expected: undefined },
    { name: 'at its end', next: 200n, expected: undefined },
    { name: 'before its start', next: 40n, expected: { type: 'gap', ...where, from: 40n, to: 99n } },
    { name: 'beyond its end', next: 260n, expected: { type: 'rewound', ...where, from: 200n, to: 259n } },
  ])('$name', ({ next, expected }) => {
    expect(eventOf({ ...standing, next })).toEqual(expected);
  });

  it.each([
    { was: 'earlier', type: 'recreated' },
    { was: '', type: undefined },
    { was: 'unknown', type: undefined },
  ])('with what was committed under "$was"', ({ was, type }) => {
    expect(eventOf({ ...standing, was, next: 150n })?.type).toBe(type);
  });
});

/** A log that moves: tests change `log` and `id`. */
const session = (committed: { offset: bigint | null; note: string }) => {
  const log = { start: 0n, end: 200n, id: 'now' };
  const admin: Pick<Admin, 'offsets' | 'committed' | 'incarnations'> = {
    offsets: () =>
      Promise.resolve([0, 1].map((partition) => ({ partition, start: log.start, end: log.end }))),
    committed: () => Promise.resolve([{ partition: 1, ...committed }]),
    incarnations: () => Promise.resolve(new Map([['t', log.id]])),
  };
  const made = new Session({
    admin: admin as Admin,
    groupId: 'g',
    assignment: { t: [1] },
    signal: new AbortController().signal,
  });
  return { log, made };
};

describe('Session', () => {
  it('goes on at the start of the log where nothing was committed, without an event', async () => {
    const { made } = session({ offset: null, note: '' });
    expect(await made.loaded).toEqual([]);
    expect(made.progress.expected('t', 1)).toBe(0n);
    expect(made.progress.expected('t', 0)).toBeUndefined();
  });

  it.each([
    { offset: 500n, note: 'now', event: { type: 'rewound', from: 200n, to: 499n } },
    { offset: 50n, note: 'then', event: { type: 'recreated', was: 'then', is: 'now' } },
  ])('says that the log does not fit what was committed: $event.type', async ({ event, ...committed }) => {
    const { made } = session(committed);
    expect(await made.loaded).toMatchObject([{ partition: 1, offset: 0n, event }]);
    expect(made.progress.expected('t', 1)).toBe(0n);
  });

  it('finds what was deleted while it runs, once', async () => {
    const { log, made } = session({ offset: 50n, note: 'now' });
    await made.loaded;
    log.start = 80n;
    const gap = { type: 'gap', topic: 't', partition: 1, incarnation: 'now', from: 50n, to: 79n };
    expect(await made.reset('t', 1)).toEqual([{ topic: 't', partition: 1, offset: 80n, event: gap }]);
    expect(await made.reset('t', 1)).toEqual([]);
  });

  it('asks after each fetch whether the topic is still the same, once', async () => {
    const { log, made } = session({ offset: 50n, note: 'now' });
    await made.loaded;
    expect(await made.recreated('t')).toEqual([]);
    log.id = 'later';
    expect(await made.recreated('t')).toEqual([]);
    made.fetched();
    const [one, two] = await Promise.all([made.recreated('t'), made.recreated('t')]);
    expect([...one, ...two]).toMatchObject([
      { offset: 0n, event: { type: 'recreated', was: 'now', is: 'later' } },
    ]);
    expect(await made.recreated('t')).toEqual([]);
  });

  it('finds a topic that was created again while nothing is fetched', async () => {
    const { log, made } = session({ offset: 50n, note: 'now' });
    log.id = 'now';
    await made.loaded;
    log.id = 'later';
    expect(await made.look()).toMatchObject([{ offset: 0n, event: { type: 'recreated' } }]);
  });
});
