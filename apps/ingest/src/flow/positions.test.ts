import { createLogger } from '#libs/platform';
import { Metrics } from '#libs/service';
import type { IngestPosition } from '#libs/store';
import { describe, expect, it } from 'vitest';

import { IngestMetrics } from './ingest-metrics.js';
import { Liveness } from './liveness.js';
import { behind, Positions } from './positions.js';

describe('behind', () => {
  it.each([
    { name: 'caught up', target: { end: 5n, sinceMs: 1 }, at: { next: 9n, end: 9n }, expected: null },
    {
      name: 'behind from now on',
      target: null,
      at: { next: 5n, end: 9n },
      expected: { end: 9n, sinceMs: 100 },
    },
    {
      name: 'still behind what was seen then',
      target: { end: 7n, sinceMs: 1 },
      at: { next: 5n, end: 9n },
      expected: { end: 7n, sinceMs: 1 },
    },
    {
      name: 'past that, and behind what came since',
      target: { end: 7n, sinceMs: 1 },
      at: { next: 7n, end: 9n },
      expected: { end: 9n, sinceMs: 100 },
    },
  ])('$name', ({ target, at, expected }) => {
    expect(behind(target, at, 100)).toEqual(expected);
  });
});

const position = (partition: number, next: bigint, brokerTimeMs: number) => ({
  topic: 't',
  partition,
  incarnation: 'i',
  next,
  brokerTimeMs,
  lastRecordAtMs: 50,
});

type Log = { partition: number; start: bigint; end: bigint };

/** Two partitions of topic `t`, in its life `i`; `ids` are what the broker says of it, one answer after the other. */
function setUp(logs: Log[], ids: (string | null)[] = ['i']) {
  const metrics = new Metrics('test');
  const written: IngestPosition[] = [];
  const positions = new Positions({
    projects: new Map([['t', 'p']]),
    consumer: { positions: () => [position(0, 5n, 2_000), position(1, 9n, 1_000)] },
    admin: {
      offsets: () => Promise.resolve(logs),
      incarnations: () => {
        const id = ids.length > 1 ? ids.shift() : ids[0];
        return Promise.resolve(new Map(id == null ? [] : [['t', id]]));
      },
    },
    intake: {
      positions: (rows) => {
        written.push(...rows);
        return Promise.resolve();
      },
    },
    metrics: new IngestMetrics(metrics),
    liveness: new Liveness({ names: () => [] }),
    logger: createLogger({ logLevel: 'silent' }, 'test'),
    now: () => 100,
  });
  return { metrics, written, positions };
}

describe('Positions', () => {
  it('writes assigned partitions with the ends of the log, lag and watermark', async () => {
    const { metrics, written, positions } = setUp([
      { partition: 0, start: 0n, end: 8n },
      { partition: 1, start: 0n, end: 9n },
      { partition: 2, start: 0n, end: 99n },
    ]);
    await positions.report();
    const common = { project: 'p', topic: 't', incarnation: 'i', lastRecordAtMs: 50 };
    expect(written).toEqual([
      { ...common, partition: 0, nextOffset: 5n, endOffset: 8n, brokerTimeMs: 2_000, behindSinceMs: 100 },
      { ...common, partition: 1, nextOffset: 9n, endOffset: 9n, brokerTimeMs: 1_000, behindSinceMs: null },
    ]);
    const text = await metrics.text();
    expect(text).toContain('plumbline_ingest_lag_records{topic="t",partition="0",app="test"} 3');
    expect(text).toContain('plumbline_ingest_watermark_seconds{project="p",topic="t",app="test"} 1');
  });

  it('writes the new life of a topic down at once, and nothing more for the earlier one', async () => {
    const { written, positions } = setUp([{ partition: 0, start: 2n, end: 70n }], ['new']);
    await positions.report();
    expect(written).toMatchObject([
      {
        incarnation: 'new',
        partition: 0,
        nextOffset: 2n,
        endOffset: 70n,
        brokerTimeMs: 0,
        behindSinceMs: 100,
      },
    ]);
  });

  it.each([
    { name: 'does not exist now', ids: [null] },
    { name: 'was created anew while its ends were read', ids: ['i', 'new'] },
  ])('writes nothing of a topic that $name', async ({ ids }) => {
    const { written, positions } = setUp([{ partition: 0, start: 0n, end: 70n }], ids);
    await positions.report();
    expect(written).toEqual([]);
  });
});
