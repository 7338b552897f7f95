import { createRequire } from 'node:module';

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { takeTurns } from './fetch-share.js';
import {
  continueAtStart,
  namePartition,
  onReset,
  repairKafkajs,
  requireVersion,
  scheduleCheck,
  setAside,
} from './guards.js';
import { hugeBatch, plainBatch } from './record-batch.fixture.js';

const load = createRequire(import.meta.url);
type Fetched = { responses: { partitions: { messages: { offset: string }[] }[] }[] };
const newest = () =>
  load('kafkajs/src/protocol/requests/fetch/v11/response') as {
    decode: (answer: Buffer) => Promise<Fetched>;
    parse: Parameters<typeof namePartition>[0];
  };

/** A broker's answer to a fetch, version 11, with one record set per partition. */
const answerOf = (sets: Buffer[]): Buffer => {
  const int32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const topic = Buffer.from('t');
  const partitions = sets.flatMap((set, partition) => [
    int32(partition),
    Buffer.alloc(2 + 8 + 8 + 8),
    int32(-1),
    int32(-1),
    int32(set.length),
    set,
  ]);
  return Buffer.concat([
    Buffer.alloc(4 + 2 + 4),
    int32(1),
    Buffer.from([0, 1]),
    topic,
    int32(sets.length),
    ...partitions,
  ]);
};

beforeAll(repairKafkajs);

describe('repairs, as the client uses them', () => {
  it('a fetch with a batch of 130,000 records and one that is damaged is read', async () => {
    const damaged = await plainBatch(0, 3);
    damaged.writeUInt8(0xff, damaged.length - 1);
    const set = Buffer.concat([damaged, await hugeBatch(3, 130_000)]);
    const { responses } = await newest().decode(answerOf([await plainBatch(7, 1), set]));
    const [second, first] = responses[0]!.partitions;
    expect(first!.messages).toHaveLength(130_001);
    expect(first!.messages[0]).toMatchObject({ unreadable: { first: 0n, last: 2n } });
    expect(second!.messages).toMatchObject([{ offset: '7' }]);
  });

  it('one answer has one budget over all its partitions, beyond the first batch', async () => {
    const packed = await hugeBatch(0, 100_000);
    const twice = Buffer.concat([packed, await hugeBatch(100_000, 100_000)]);
    const { responses } = await newest().decode(answerOf([twice, twice, twice]));
    expect(responses[0]!.partitions.map(({ messages }) => messages.length)).toEqual([100_000, 0, 0]);
  });

  it('a connection that has answered keeps no timer', () => {
    const RequestQueue = load('kafkajs/src/network/requestQueue') as new (options: object) => {
      throttleCheckTimeoutId: unknown;
      fulfillRequest(answer: object): void;
    };
    const logger = { debug: () => undefined, warn: () => undefined };
    const queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1_000, logger });
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('an offset that the broker does not hold goes our way', () => {
    const offsets = load('kafkajs/src/consumer/offsetManager') as { prototype: object };
    expect(offsets.prototype).toHaveProperty('setDefaultOffset', continueAtStart);
  });

  it('another version of the client is refused by name', () => {
    expect(() => requireVersion('2.2.5')).toThrow(/kafkajs 2\.2\.5 is installed, .* 2\.2\.4/);
    expect(repairKafkajs).not.toThrow();
  });
});

describe('takeTurns', () => {
  const leaders = { a: [1, 1, 1, 2], b: [1, 2] } as Record<string, number[]>;
  const assigned = [
    { topic: 'a', partitions: [0, 1, 2, 3] },
    { topic: 'b', partitions: [0, 1] },
  ];
  const ofNode = (nodeId: number, all: typeof assigned) =>
    all.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.filter((partition) => leaders[topic]![partition] === nodeId),
    }));
  beforeEach(async () => {
    await newest().decode(answerOf([await plainBatch(0, 1)]));
  });
  const group = () => ({ getNodeIds: () => [1, 2, 3], maxBytes: 900_000, minBytes: 1_000 });

  it('each partition of a broker comes first in turn, whoever fetches in between, and each is asked for each time', () => {
    const fetch = takeTurns(ofNode);
    const consumer = group();
    const firsts = Array.from({ length: 6 }, () => {
      fetch.call(consumer, 2, assigned);
      const wanted = fetch.call(consumer, 1, assigned);
      expect(
        wanted.flatMap(({ topic, partitions }) => partitions.map((each) => `${topic}${each}`)).sort(),
      ).toEqual(['a0', 'a1', 'a2', 'b0']);
      return `${wanted[0]?.topic}${wanted[0]?.partitions[0]}`;
    });
    expect(new Set(firsts)).toEqual(new Set(['a0', 'a1', 'a2', 'b0']));
  });

  it('brokers with partitions share the size of a fetch, again and again', () => {
    const fetch = takeTurns(ofNode);
    const consumer = group();
    for (let times = 0; times < 3; times += 1) fetch.call(consumer, 1, assigned);
    expect(consumer.maxBytes).toBe(450_000);
    fetch.call(consumer, 1, [{ topic: 'a', partitions: [0] }]);
    expect(consumer.maxBytes).toBe(900_000);
  });

  it('no more is fetched than can be unpacked, but never less than a fetch waits for', async () => {
    const fetch = takeTurns(ofNode);
    const consumer = { ...group(), maxBytes: 16 * 1024 * 1024 };
    await newest().decode(answerOf([await hugeBatch(0, 100_000)]));
    fetch.call(consumer, 1, assigned);
    expect(consumer.maxBytes).toBeLessThan(1024 * 1024);
    expect(consumer.maxBytes).toBeGreaterThanOrEqual(consumer.minBytes);
    await newest().decode(answerOf([await plainBatch(0, 1)]));
    fetch.call(consumer, 1, [{ topic: 'a', partitions: [0] }]);
    expect(consumer.maxBytes).toBeGreaterThan(1024 * 1024);
  });

  it('is how the client asks', () => {
    const { prototype } = load('kafkajs/src/consumer/consumerGroup') as {
      prototype: { filterPartitionsByNode: typeof ofNode; findReadReplicaForPartitions: () => object };
    };
    const consumer = {
      ...group(),
      findReadReplicaForPartitions: (topic: string) => (topic === 'a' ? { 1: [0, 1] } : {}),
    };
    const first = () =>
      prototype.filterPartitionsByNode.call(consumer, 1, [{ topic: 'a', partitions: [0, 1] }]);
    expect([first(), first()].map(([one]) => one?.partitions)).toEqual([
      [0, 1],
      [1, 0],
    ]);
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

describe('a partition whose log the broker cannot read', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const { parse } = load('kafkajs/src/protocol/requests/fetch/v0/response') as {
    parse: Parameters<typeof namePartition>[0];
  };
  const answer = (errorCode: number) => ({
    responses: [
      {
        topicName: 't',
        partitions: [
          { partition: 3, errorCode: 0 },
          { partition: 4, errorCode },
        ],
      },
    ],
  });
  beforeEach(async () => {
    await newest().decode(answerOf([await plainBatch(0, 1)]));
  });
  const group = () => ({ pause: vi.fn(), resume: vi.fn() });

  it.each([2, 56])('is set aside for a while (error %i), and the others are read on', async (code) => {
    const error: unknown = await namePartition(parse)(answer(code)).catch((caught: unknown) => caught);
    const recover = vi.fn();
    const at = [{ topic: 't', partitions: [4] }];
    const consumers = group();
    await setAside(recover).call(consumers, error);
    expect(recover).not.toHaveBeenCalled();
    expect(consumers.pause.mock.calls).toEqual([[at]]);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(consumers.resume).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(consumers.resume.mock.calls).toEqual([[at]]);
  });

  it('in the client itself', async () => {
    const error: unknown = await newest()
      .parse(answer(2))
      .catch((caught: unknown) => caught);
    const { prototype } = load('kafkajs/src/consumer/consumerGroup') as {
      prototype: { recoverFromFetch: (this: object, error: unknown) => Promise<void> };
    };
    const consumers = group();
    await prototype.recoverFromFetch.call(consumers, error);
    expect(consumers.pause.mock.calls).toEqual([[[{ topic: 't', partitions: [4] }]]]);
  });

  it('leaves answers and other errors as they are', async () => {
    expect(await namePartition(parse)(answer(0))).toEqual(answer(0));
    const error: unknown = await namePartition(parse)(answer(6)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION' });
    const recover = vi.fn();
    await setAside(recover).call(group(), error);
    expect(recover).toHaveBeenCalledWith(error);
  });
});

describe('continueAtStart', () => {
  it('reads on at the start of the log, commits nothing and says so to the member concerned', async () => {
    const fetchTopicsOffset = vi.fn(() =>
      Promise.resolve([{ partitions: [{ partition: 3, offset: '150' }] }]),
    );
    const resolveOffset = vi.fn();
    const [mine, another] = [vi.fn(), vi.fn()];
    const forget = onReset('m1', mine);
    onReset('m2', another);
    const reset = () =>
      continueAtStart.call(
        { cluster: { fetchTopicsOffset }, memberId: 'm1', resolveOffset },
        { topic: 't', partition: 3 },
      );
    await reset();
    expect(fetchTopicsOffset).toHaveBeenCalledWith([
      { topic: 't', partitions: [{ partition: 3 }], fromBeginning: true },
    ]);
    expect(resolveOffset).toHaveBeenCalledWith({ topic: 't', partition: 3, offset: '149' });
    forget();
    await reset();
    expect(mine.mock.calls).toEqual([[{ topic: 't', partition: 3 }]]);
    expect(another).not.toHaveBeenCalled();
  });
});
