import { expect, test } from 'vitest';
import { nextRun } from './runs.js';

test.each([
  { name: 'the first run is the clock', given: { nowMs: 1_000, highest: 0n, current: 0n }, expected: 1_000n },
  {
    name: 'the other parity than the current one',
    given: { nowMs: 1_002, highest: 1_000n, current: 1_000n },
    expected: 1_003n,
  },
  {
    name: 'above a run that was never finished',
    given: { nowMs: 1_001, highest: 1_005n, current: 1_000n },
    expected: 1_007n,
  },
  {
    name: 'above all, although the clock went back',
    given: { nowMs: 5, highest: 1_000n, current: 1_000n },
    expected: 1_001n,
  },
])('$name', ({ given, expected }) => {
  expect(nextRun(given)).toBe(expected);
});
