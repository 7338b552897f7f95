import { readFile, open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { isOurs } from '../setup/stack.js';
import {
  commitOffset,
  isLocalProcess,
  openKafka,
  range,
  withAdmin,
  type KafkaUnderTest,
  type Reading,
} from './kafka-fixture.js';

let kafka: KafkaUnderTest;
beforeEach(() => {
  kafka = openKafka({ brokers: inject('kafkaBrokers').split(',') });
});
afterEach(() => kafka.close());

const SOON = { timeout: 30_000, interval: 50 };
const next = async (topic: string): Promise<number> =>
  Number((await kafka.admin.committed(`g-${topic}`, topic))[0]?.offset ?? -1);
const typesOf = ({ events }: Reading): string[] => events.map(({ type }) => type);

/** Stops the whole process, as SIGSTOP does: no timer fires, nothing is sent or received. */
const freeze = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};
const PAST_SESSION_MS = 2_500;

describe('work that takes longer than the session', () => {
  it('is done once: heartbeats go on meanwhile', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 20);
    const reading = kafka.read(topic, { handle: () => sleep(PAST_SESSION_MS) });
    await expect.poll(() => next(topic), SOON).toBe(20);
    expect(reading.offsets()).toEqual(range(20));
  });
});

describe.skipIf(!isOurs('kafka'))('a process that was stopped past its session', () => {
  it('finds out before it writes', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 10);
    const outcomes: string[] = [];
    const reading = kafka.read(topic, {
      handle: async (_, { confirm }) => {
        if (outcomes.length === 0) freeze(PAST_SESSION_MS);
        const outcome = await confirm().then(
          () => 'ours',
          (error: unknown) => String((error as { type?: unknown }).type),
        );
        outcomes.push(outcome);
        if (outcome !== 'ours') throw new Error('not written');
      },
    });
    await expect.poll(() => next(topic), SOON).toBe(10);
    expect(outcomes).toEqual(['UNKNOWN_MEMBER_ID', 'ours']);
    expect(reading.offsets()).toEqual(range(10));
  });

  it('never commits what it wrote too late: the records come again', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 10);
    const committed: number[] = [];
    const reading = kafka.read(topic, {
      handle: async () => {
        committed.push(await next(topic));
        if (committed.length === 1) freeze(PAST_SESSION_MS);
      },
    });
    await expect.poll(() => next(topic), SOON).toBe(10);
    expect(committed).toEqual([-1, -1]);
    expect(reading.offsets()).toEqual([...range(10), ...range(10)]);
  });
});

describe('a rebalance', () => {
  it('lets the part at hand end and commits it, begins no other, and nothing is handled twice', async () => {
    const topic = await kafka.topic(2);
    for (const partition of [0, 1])
      await withProducer(async (producer) => {
        await producer.send({ topic, messages: range(6).map((n) => ({ partition, value: `${n}` })) });
      });
    let begun = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const handle = async () => {
      begun += 1;
      if (begun <= 2) await held;
    };
    const first = kafka.read(topic, { handle, maxRecords: 2 });
    await expect.poll(() => begun, SOON).toBe(2);
    const second = kafka.read(topic);
    const state = () =>
      withAdmin(kafka, async (admin) => (await admin.describeGroups([`g-${topic}`])).groups[0]?.state);
    await expect.poll(state, SOON).toBe('PreparingRebalance');
    // The next heartbeat tells the first member.
    await sleep(500);
    release();
    await expect.poll(() => second.consumer.isConnected, SOON).toBe(true);
    const handled = () =>
      [...first.batches, ...second.batches].flatMap(({ partition, records }) =>
        records.map(({ offset }) => `${partition}/${offset}`),
      );
    const wanted = [0, 1].flatMap((partition) => range(6).map((offset) => `${partition}/${offset}`));
    await expect.poll(() => handled().toSorted(), SOON).toEqual(wanted);
    expect(second.batches.map(({ first: offset }) => Number(offset))[0]).toBe(2);
  });
});

const withProducer = async (work: (producer: kafkajs.Producer) => Promise<void>): Promise<void> => {
  const producer = kafka.plain().producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    await work(producer);
  } finally {
    await producer.disconnect();
  }
};

describe('a client that gives up for good', () => {
  it('is made anew, says so, and reads on', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 5);
    let failures = 0;
    const reading = kafka.read(topic, {
      handle: () => {
        failures += 1;
        if (failures === 1) throw new TypeError('a bug');
      },
    });
    await expect.poll(() => next(topic), SOON).toBe(5);
    expect(reading.events).toMatchObject([{ type: 'crashed', again: true }]);
    expect(reading.offsets()).toEqual(range(5));
  });
});

describe('a client that falls silent', () => {
  it('is made anew, and reads on', async () => {
    const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup') as {
      prototype: { fetch: () => Promise<unknown> };
    };
    const hang = vi.spyOn(prototype, 'fetch').mockImplementationOnce(() => new Promise(() => undefined));
    const topic = await kafka.topic();
    await kafka.send(topic, 5);
    const reading = kafka.read(topic, { rebalanceTimeoutMs: 2_000, silenceMs: 500 });
    await expect.poll(() => next(topic), SOON).toBe(5);
    expect(reading.events).toMatchObject([{ type: 'crashed', again: true }]);
    hang.mockRestore();
  });
});

describe('a log that does not hold the offset to go on from', () => {
  const trim = (topic: string, offset: number) =>
    withAdmin(kafka, async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
    });

  it('trimmed before it was read, with nothing left: told at once', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 100);
    await commitOffset(kafka, topic, 30);
    await trim(topic, 100);
    const reading = kafka.read(topic);
    await expect.poll(() => reading.events, SOON).toMatchObject([{ type: 'gap', from: 30n, to: 99n }]);
    await kafka.send(topic, 5);
    await expect.poll(() => reading.offsets(), SOON).toEqual(range(5, 100));
    expect(typesOf(reading)).toEqual(['gap']);
  });

  it('trimmed while it is read: told with the exact range, and nothing is committed before it is handled', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 10);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const reading = kafka.read(topic, { handle: () => held });
    await expect.poll(() => reading.consumer.isConnected, SOON).toBe(true);
    await kafka.send(topic, 90);
    await trim(topic, 60);
    release();
    await expect.poll(() => reading.offsets().at(-1), SOON).toBe(99);
    expect(reading.offsets().slice(-40)).toEqual(range(40, 60));
    const from = BigInt(reading.offsets().findLast((offset) => offset < 60) ?? -1) + 1n;
    expect(reading.events).toMatchObject([{ type: 'gap', from, to: 59n }]);
  });

  it('shorter than what was committed: told with the range, and read again from the start', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 40);
    await commitOffset(kafka, topic, 500);
    const reading = kafka.read(topic);
    await expect.poll(() => next(topic), SOON).toBe(40);
    expect(reading.events).toMatchObject([{ type: 'rewound', from: 40n, to: 499n }]);
    expect(reading.offsets()).toEqual(range(40));
  });

  it('of a topic that was created again while it is read: read from its start', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 20);
    const reading = kafka.read(topic);
    await expect.poll(() => reading.offsets(), SOON).toEqual(range(20));
    await kafka.admin.deleteTopics([topic]);
    await expect.poll(async () => (await kafka.admin.incarnations([topic])).size, SOON).toBe(0);
    await kafka.admin.ensureTopics([{ topic, partitions: 1 }]);
    await kafka.send(topic, 30);
    await expect.poll(() => reading.offsets().slice(20), SOON).toEqual(range(30));
    expect(typesOf(reading)).toContain('recreated');
    expect(new Set(reading.batches.map(({ incarnation }) => incarnation)).size).toBe(2);
  });
});

/** Where a record batch begins in a log file, and how long it is. */
const batchesIn = (log: Buffer): { base: number; at: number; length: number }[] => {
  const found = [];
  for (let at = 0; at + 61 <= log.length && log.readInt32BE(at + 8) > 0; at += 12 + log.readInt32BE(at + 8))
    found.push({ base: Number(log.readBigInt64BE(at)), at, length: 12 + log.readInt32BE(at + 8) });
  return found;
};

type Damage = { at: (batch: { at: number; length: number }) => number; byte: number };

/** Overwrites a byte of the batch that begins at `base` in the broker's own file of partition 0. */
const damage = async (topic: string, base: number, { at, byte }: Damage): Promise<void> => {
  const path = join(inject('stackHome'), 'kafka', 'data', `${topic}-0`, `${'0'.repeat(20)}.log`);
  const batch = batchesIn(await readFile(path)).find((each) => each.base === base)!;
  const file = await open(path, 'r+');
  await file.write(Buffer.from([byte]), 0, 1, at(batch));
  await file.close();
};

describe.skipIf(!isLocalProcess())('a record batch that is damaged in the log of the broker', () => {
  it.each<[string, Damage, string]>([
    ['a flipped record', { at: ({ at, length }) => at + length - 3, byte: 0xff }, '10–19 bad_crc'],
    ['an unknown compression', { at: ({ at }) => at + 22, byte: 5 }, '10–19 bad_crc'],
    ['an unknown format', { at: ({ at }) => at + 16, byte: 9 }, '10–19 unknown_format'],
  ])('%s: the partition moves on, with the exact range', async (_, { at, byte }, expected) => {
    const topic = await kafka.topic();
    for (const first of [0, 10, 20]) await kafka.send(topic, 10, first);
    await damage(topic, 10, { at, byte });
    const reading = kafka.read(topic);
    await expect.poll(() => next(topic), SOON).toBe(30);
    expect(reading.offsets()).toEqual([...range(10), ...range(10, 20)]);
    expect(reading.unreadable()).toEqual([expected]);
    expect(reading.events).toEqual([]);
  });
});

describe.skipIf(!isLocalProcess())(
  'a record batch whose length is damaged, so that the broker gives nothing behind it',
  () => {
    it.each([
      ['beyond the log', 0x7f],
      ['negative', 0xff],
    ])('%s: alarms with the range, and the other partitions are read on', async (_, byte) => {
      const topic = await kafka.topic(2);
      await withProducer(async (producer) => {
        for (const first of [0, 10])
          await producer.send({
            topic,
            messages: range(10, first).map((n) => ({ partition: 0, value: `${n}` })),
          });
      });
      await damage(topic, 10, { at: ({ at }) => at + 8, byte });
      const reading = kafka.read(topic, { lookEveryMs: 300 });
      const stuck = { type: 'stuck', partition: 0, from: 10n, to: 19n };
      await expect.poll(() => reading.events, SOON).toContainEqual(expect.objectContaining(stuck));
      await withProducer(async (producer) => {
        await producer.send({ topic, messages: range(10).map((n) => ({ partition: 1, value: `${n}` })) });
      });
      await expect.poll(() => reading.offsets(), SOON).toEqual([...range(10), ...range(10)]);
      expect(new Set(typesOf(reading))).toEqual(new Set(['stuck']));
    });
  },
);

describe('a record batch that is too much', () => {
  it('a bomb of 200 MB in 0.2 MB: passed over with its range, the memory stays bounded', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 3);
    const zeros = Buffer.alloc(100_000_000);
    await withProducer(async (producer) => {
      const messages = [{ value: zeros }, { value: zeros }];
      await producer.send({ topic, messages, compression: kafkajs.CompressionTypes.GZIP });
    });
    await kafka.send(topic, 3);
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
    const reading = kafka.read(topic, { sessionTimeoutMs: 10_000 });
    await expect.poll(() => next(topic), SOON).toBe(8);
    clearInterval(watch);
    expect(reading.unreadable()).toEqual(['3–4 too_large']);
    expect(reading.offsets()).toEqual([0, 1, 2, 5, 6, 7]);
    expect(most - before).toBeLessThan(200e6);
  });
});
