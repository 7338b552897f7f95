import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { continueAtStart, decodeRecordBatches, repairKafkajs, scheduleCheck } from './guards.js';

const fake = (batches: number[]) => {
  let at = 0;
  return {
    decoder: {
      readInt32: () => 0,
      readBytes: () => Buffer.alloc(0),
      canReadBytes: () => at < batches.length,
    },
    decodeBatch: () => {
      const length = batches[at] ?? 0;
      at += 1;
      if (length < 0)
        return Promise.reject(Object.assign(new Error('cut'), { name: 'KafkaJSPartialMessageError' }));
      return Promise.resolve({ records: new Array<number>(length).fill(1) });
    },
  };
};

describe('decodeRecordBatches', () => {
  it.each([
    { name: 'a batch that would overflow the stack when spread', batches: [200_000, 3], expected: 200_003 },
    { name: 'a batch cut off at the end of a fetch', batches: [5, -1, 7], expected: 5 },
  ])('$name', async ({ batches, expected }) => {
    const { decoder, decodeBatch } = fake(batches);
    expect(await decodeRecordBatches(decoder, decodeBatch)).toHaveLength(expected);
  });

  it('throws what is not a cut', async () => {
    const { decoder } = fake([1]);
    await expect(decodeRecordBatches(decoder, () => Promise.reject(new Error('crc')))).rejects.toThrow('crc');
  });
});

describe('scheduleCheck', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const queue = (pending: unknown[], throttledUntil = -1) => ({
    throttleCheckTimeoutId: null as NodeJS.Timeout | null,
    throttledUntil,
    pending,
    checkPendingRequests: vi.fn(),
  });

  it('arms no timer while nothing waits', () => {
    scheduleCheck.call(queue([]));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('looks again soon, or when throttling ends', async () => {
    const soon = queue([1]);
    scheduleCheck.call(soon);
    scheduleCheck.call(soon);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(10);
    expect(soon.checkPendingRequests).toHaveBeenCalledTimes(1);
    const later = queue([1], Date.now() + 500);
    scheduleCheck.call(later);
    await vi.advanceTimersByTimeAsync(499);
    expect(later.checkPendingRequests).not.toHaveBeenCalled();
  });
});

describe('continueAtStart', () => {
  it('reads on at the start of the log and commits nothing', async () => {
    const fetchTopicsOffset = vi.fn(() =>
      Promise.resolve([{ partitions: [{ partition: 3, offset: '150' }] }]),
    );
    const resolveOffset = vi.fn();
    await continueAtStart.call(
      { cluster: { fetchTopicsOffset }, resolveOffset },
      { topic: 't', partition: 3 },
    );
    expect(fetchTopicsOffset).toHaveBeenCalledWith([
      { topic: 't', partitions: [{ partition: 3 }], fromBeginning: true },
    ]);
    expect(resolveOffset).toHaveBeenCalledWith({ topic: 't', partition: 3, offset: '149' });
  });
});

describe('repairKafkajs', () => {
  it('finds the modules it repairs, and may be called again', () => {
    expect(() => {
      repairKafkajs();
      repairKafkajs();
    }).not.toThrow();
  });
});
