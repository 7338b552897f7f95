import { describe, expect, it } from 'vitest';
import { closedWindows, dueWindows, windowKey } from './due-windows.js';

const window = { startMs: 0, endMs: 1_000 };
const settleMs = 100;
const maxWaitMs = 500;

describe('closedWindows', () => {
  it.each([
    {
      name: 'the clock has not settled',
      nowMs: 1_099,
      watermarkMs: 5_000,
      behindSinceMs: null,
      expected: null,
    },
    {
      name: 'clock and watermark are past',
      nowMs: 1_100,
      watermarkMs: 1_100,
      behindSinceMs: null,
      expected: false,
    },
    {
      name: 'the watermark is not past',
      nowMs: 1_200,
      watermarkMs: 1_099,
      behindSinceMs: null,
      expected: null,
    },
    {
      name: 'all partitions are idle',
      nowMs: 1_100,
      watermarkMs: null,
      behindSinceMs: null,
      expected: false,
    },
    {
      name: 'the wait runs from when the window was ready',
      nowMs: 1_599,
      watermarkMs: 0,
      behindSinceMs: 50,
      expected: null,
    },
    { name: 'the wait is over', nowMs: 1_600, watermarkMs: 0, behindSinceMs: 50, expected: true },
    {
      name: 'the wait runs from when ingest fell behind',
      nowMs: 9_000,
      watermarkMs: 0,
      behindSinceMs: 8_600,
      expected: null,
    },
    { name: 'that wait is over too', nowMs: 9_100, watermarkMs: 0, behindSinceMs: 8_600, expected: true },
    {
      name: 'an old window of a replay waits for it',
      nowMs: 900_000,
      watermarkMs: 500,
      behindSinceMs: 899_900,
      expected: null,
    },
  ])('$name', ({ nowMs, watermarkMs, behindSinceMs, expected }) => {
    const closed = closedWindows([window], { watermarkMs, behindSinceMs }, { nowMs, settleMs, maxWaitMs });
    expect(closed).toEqual(expected === null ? [] : [{ window, waitExceeded: expected }]);
  });
});

describe('dueWindows', () => {
  const closed = [{ window, waitExceeded: false }];
  const inputs = new Map([[windowKey(window), 'b']]);
  it.each([
    { name: 'not in the ledger', recorded: [], revision: 1 },
    {
      name: 'recorded under the same inputs',
      recorded: [{ ...window, inputs: 'b', revision: 1 }],
      revision: null,
    },
    { name: 'recorded under other inputs', recorded: [{ ...window, inputs: 'a', revision: 3 }], revision: 4 },
    {
      name: 'another window recorded',
      recorded: [{ ...window, endMs: 2_000, inputs: 'b', revision: 3 }],
      revision: 1,
    },
  ])('$name', ({ recorded, revision }) => {
    expect(dueWindows({ closed, recorded, inputs })).toEqual(
      revision === null ? [] : [{ window, waitExceeded: false, inputs: 'b', revision }],
    );
  });

  it('leaves out what has no inputs yet', () => {
    expect(dueWindows({ closed, recorded: [], inputs: new Map() })).toEqual([]);
  });
});
