import { createLogger, Metrics } from '#libs/platform';
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

describe('Positions', () => {
  it('writes assigned partitions with the ends of the log, lag and watermark', async () => {
    const metrics = new Metrics('test');
    const written: IngestPosition[] = [];
    const positions = new Positions({
      projects: new Map([['t', 'p']]),
      consumer: {
        positions: () => [
          position(0, 5n, 2_000),
          position(1, 9n, 1_000),
          { ...position(2, 5n, 500), incarnation: 'of a topic that was deleted' },
        ],
      },
      admin: {
        offsets: () =>
          Promise.resolve([
            { partition: 0, start: 0n, end: 8n },
            { partition: 1, start: 0n, end: 9n },
            { partition: 2, start: 0n, end: 99n },
          ]),
        incarnations: () => Promise.resolve(new Map([['t', 'i']])),
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
    await positions.report();
    expect(written).toEqual([
      {
        project: 'p',
        topic: 't',
        incarnation: 'i',
        partition: 0,
        nextOffset: 5n,
        endOffset: 8n,
        brokerTimeMs: 2_000,
        lastRecordAtMs: 50,
        behindSinceMs: 100,
      },
      {
        project: 'p',
        topic: 't',
        incarnation: 'i',
        partition: 1,
        nextOffset: 9n,
        endOffset: 9n,
        brokerTimeMs: 1_000,
        lastRecordAtMs: 50,
        behindSinceMs: null,
      },
    ]);
    const text = await metrics.text();
    expect(text).toContain('plumbline_ingest_lag_records{topic="t",partition="0",app="test"} 3');
    expect(text).toContain('plumbline_ingest_watermark_seconds{project="p",topic="t",app="test"} 1');
  });
});
