import { describe, expect, it } from 'vitest';

import { Progress } from './progress.js';

const begun = () => {
  const progress = new Progress();
  progress.begin('a/b', 3, { incarnation: 'i', next: 10n });
  return progress;
};
const done = (progress: Progress, last: bigint) =>
  progress.done('a/b', 3, { last, brokerTimeMs: 7, nowMs: 8 });

describe('Progress', () => {
  it('knows what comes next, what comes again and what is missing', () => {
    const progress = begun();
    expect(progress.arrive('a/b', 3, 10n)).toEqual({ kind: 'next', first: 10n });
    done(progress, 19n);
    expect(progress.arrive('a/b', 3, 10n)).toEqual({ kind: 'again', first: 10n });
    expect(progress.arrive('a/b', 3, 25n)).toEqual({
      kind: 'gap',
      first: 25n,
      missing: { from: 20n, to: 24n },
    });
    expect(progress.arrive('a/b', 3, 25n)).toEqual({ kind: 'next', first: 25n });
    expect([progress.expected('a/b', 3), progress.expected('x', 0)]).toEqual([25n, undefined]);
  });

  it('widens the next range over offsets that held only markers, which are no gap', () => {
    const progress = begun();
    progress.skipped('a/b', 3, { first: 10n, last: 12n });
    progress.skipped('a/b', 3, { first: 13n, last: 13n });
    expect(progress.arrive('a/b', 3, 14n)).toEqual({ kind: 'next', first: 10n });
    progress.skipped('a/b', 3, { first: 20n, last: 21n });
    expect(progress.arrive('a/b', 3, 14n).kind).toBe('next');
  });

  it('reports positions, with the newest time stamp seen', () => {
    const progress = begun();
    progress.done('a/b', 3, { last: 11n, brokerTimeMs: 100, nowMs: 8 });
    done(progress, 12n);
    expect(progress.positions()).toEqual([
      { topic: 'a/b', partition: 3, incarnation: 'i', next: 13n, brokerTimeMs: 100, lastRecordAtMs: 8 },
    ]);
  });

  it('takes a partition it does not know as seen before', () => {
    expect(new Progress().arrive('x', 0, 5n)).toEqual({ kind: 'again', first: 5n });
  });
});
