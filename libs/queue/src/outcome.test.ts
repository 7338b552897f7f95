import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from 'vitest';

import { jobId } from './definition.js';
import { retryDelayMs, settle, type JobOutcome } from './outcome.js';

const errorOf = (outcome: JobOutcome): unknown => {
  try {
    settle(outcome);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('settle', () => {
  it('lets a done job end, repeats a retry and ends a failure for good', () => {
    expect(errorOf({ kind: 'done' })).toBeUndefined();
    expect(errorOf({ kind: 'retry', reason: 'busy' })).toMatchObject({ message: 'busy' });
    expect(errorOf({ kind: 'retry', reason: 'busy' })).not.toBeInstanceOf(UnrecoverableError);
    expect(errorOf({ kind: 'fail', reason: 'gone' })).toBeInstanceOf(UnrecoverableError);
  });
});

describe('retryDelayMs', () => {
  it.each([
    ['first failure', 1, new Error('x'), 0.5, 500],
    ['third failure', 3, new Error('x'), 0.5, 2_000],
    ['long row of failures', 40, new Error('x'), 1, 300_000],
    [
      'time named by the other side',
      1,
      errorOf({ kind: 'retry', reason: 'x', afterMs: 30_000 }),
      0.5,
      30_500,
    ],
    ['named time, later try', 20, errorOf({ kind: 'retry', reason: 'x', afterMs: 30_000 }), 1, 31_000],
    ['absurd named time', 1, errorOf({ kind: 'retry', reason: 'x', afterMs: 1e12 }), 0, 3_600_000],
  ])('%s', (_, attempts, error, draw, expected) => {
    expect(retryDelayMs(attempts, error, () => draw)).toBe(expected);
  });
});

describe('jobId', () => {
  it('is stable, distinguishes parts from their concatenation, and has a form that BullMQ takes', () => {
    expect(jobId('a', 'b')).toBe(jobId('a', 'b'));
    expect(
      new Set([jobId('a', 'b'), jobId('ab'), jobId('a', 'b', ''), jobId('b', 'a'), jobId('a:b')]).size,
    ).toBe(5);
    expect(jobId('2026-01-01T00:00:00Z', '7')).toMatch(/^job-[\da-f]{40}$/);
  });
});
