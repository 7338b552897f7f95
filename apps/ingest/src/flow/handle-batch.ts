import type { BatchHandler, RecordBatch } from '#libs/kafka';
import type { Logger } from '#libs/platform';
import type { Intake, IntakeBatch } from '#libs/store';

import { inParts, type Lane } from '../lanes/lane.js';
import { withUnreadable } from '../lanes/unreadable.js';
import type { DeadLetters } from './dead-letters.js';
import type { IngestMetrics } from './ingest-metrics.js';
import { persist, type Outages } from './persist.js';

/** Stream: one topic with its lane; the topic decides the project, never the event. */
export type Stream = { topic: string; project: string; lane: Lane };

export type HandleBatch = {
  streams: readonly Stream[];
  intake: Pick<Intake, 'write'>;
  deadLetters: DeadLetters;
  metrics: IngestMetrics;
  outages: Outages;
  logger: Logger;
  onHandled: () => void;
  now: () => number;
};

const streamOf = (streams: readonly Stream[], { topic }: RecordBatch): Stream => {
  const stream = streams.find((each) => each.topic === topic);
  if (stream === undefined) throw new Error(`records of ${topic} arrived, which no project reads`);
  return stream;
};

const logBad = (logger: Logger, batch: IntakeBatch): void => {
  const { project, topic, partition, quarantined } = batch;
  const [first] = quarantined;
  if (first === undefined) return;
  const { reason, field, message, offset } = first;
  const example = { reason, field, message, offset: String(offset) };
  logger.warn({ project, topic, partition, count: quarantined.length, example }, 'events were quarantined');
};

/**
 * handleBatch: lane → store → dead-letter topic, part by part; the caller commits afterwards. Every part may be repeated. What is away is
 * waited for; the wait ends when the batch no longer belongs to this process. What nobody can decode has no event to send on.
 */
export const handleBatch = (parts: HandleBatch): BatchHandler => {
  const { intake, deadLetters, metrics, outages, logger, now } = parts;
  return async (batch, { signal, confirm }) => {
    const { lane, project } = streamOf(parts.streams, batch);
    const waiting = { signal, logger, outages };
    const take = (rest: RecordBatch) => persist('ClickHouse or Redis', () => lane(rest, project), waiting);
    for await (const { part, rows: readable } of inParts(batch, take)) {
      const rows = withUnreadable(readable, part, now());
      const startedMs = now();
      const write = async () => {
        await confirm();
        await intake.write(rows);
      };
      await persist('ClickHouse', write, waiting);
      metrics.handled(rows, now() - startedMs);
      logBad(logger, rows);
      await deadLetters(readable, signal);
    }
    parts.onHandled();
  };
};
