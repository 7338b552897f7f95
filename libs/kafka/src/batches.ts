import type { Logger } from '#libs/platform';
import { retry } from '#libs/platform';
import kafkajs from 'kafkajs';
import type { EachBatchPayload } from 'kafkajs';

import { contentOf } from './content.js';
import type { ConsumerEvent } from './consumer-event.js';
import { startHeartbeats, type Heartbeats } from './heartbeats.js';
import type { Arrival } from './progress.js';
import { slices, type RecordBatch } from './records.js';
import type { Seek, Session } from './session.js';

/**
 * BatchContext: `signal` aborts when the batch belongs to someone else now, or the consumer gives up; the handler must then reject
 * soon. `confirm` throws when the group no longer counts this process as the partition's owner: a process that was stopped for a while
 * learns nothing of that by itself, so it is to be asked right before something is written.
 */
export type BatchContext = { readonly signal: AbortSignal; readonly confirm: () => Promise<void> };

/** BatchHandler: stores a batch for good; the offset is committed after it returns. It must be repeatable: any batch may come again, cut differently. */
export type BatchHandler = (batch: RecordBatch, context: BatchContext) => Promise<void>;

/** BatchRules: bounds and clocks of handling one fetched batch. */
export type BatchRules = {
  handler: BatchHandler;
  logger: Logger;
  onEvent: (event: ConsumerEvent) => void;
  maxRecords: number;
  maxBytes: number;
  heartbeatIntervalMs: number;
  sessionTimeoutMs: number;
  rebalanceGraceMs: number;
  now: () => number;
};

const COMMIT_ATTEMPTS = 5;

const isTransient = (error: unknown): boolean => error instanceof kafkajs.KafkaJSError && error.retriable;

const newest = ({ records }: RecordBatch): number =>
  records.reduce((latest, { timestampMs }) => Math.max(latest, timestampMs), 0);

/**
 * BatchFlow: what happens to one fetched batch: is it what should come next → cut → handle → commit, part by part. A part is
 * committed only after its handler returned; one that throws comes again. When the group begins to rebalance, the part at hand is
 * ended and committed, and no other is begun: the rest comes again, to whoever gets the partition.
 */
export class BatchFlow {
  constructor(
    private readonly rules: BatchRules,
    private readonly session: Session,
    private readonly signal: AbortSignal,
    private readonly seekTo: (seek: Seek) => void,
  ) {}

  async run(payload: EachBatchPayload): Promise<void> {
    if (this.session.isEnding) return;
    const { heartbeatIntervalMs, rebalanceGraceMs, sessionTimeoutMs, now } = this.rules;
    const heartbeats = startHeartbeats({
      beat: () => payload.heartbeat(),
      intervalMs: heartbeatIntervalMs,
      rebalanceGraceMs,
      onEnding: () => this.session.end(),
      sessionTimeoutMs,
      now,
      parent: this.signal,
    });
    try {
      await this.session.loaded;
      const batch = await this.place(payload);
      if (batch !== undefined) await this.handleParts(payload, batch, heartbeats);
    } finally {
      heartbeats.stop();
    }
  }

  /** The batch with the range it stands for, or nothing when it has to be read anew from elsewhere. */
  private async place(payload: EachBatchPayload): Promise<RecordBatch | undefined> {
    const { batch } = payload;
    const { topic, partition } = batch;
    const { progress } = this.session;
    await this.follow(topic);
    if (payload.isStale()) return undefined;
    const content = contentOf(batch, progress.expected(topic, partition));
    const arrival = progress.arrive(topic, partition, content.first);
    const incarnation = progress.incarnation(topic, partition) ?? '';
    this.report(arrival, { topic, partition, incarnation });
    return { topic, partition, incarnation, ...content, first: arrival.first };
  }

  /** Seeks where the topic was created anew; batches at hand of its partitions are stale from then on. */
  private async follow(topic: string): Promise<void> {
    for (const seek of await this.session.recreated(topic)) {
      this.rules.onEvent(seek.event);
      this.seekTo(seek);
    }
  }

  private report(arrival: Arrival, where: { topic: string; partition: number; incarnation: string }): void {
    if (arrival.kind === 'gap') this.rules.onEvent({ type: 'gap', ...where, ...arrival.missing });
    if (arrival.kind === 'again')
      this.rules.logger.info(
        { topic: where.topic, partition: where.partition, offset: String(arrival.first) },
        'records come again; storing them again changes nothing',
      );
  }

  private async handleParts(
    payload: EachBatchPayload,
    batch: RecordBatch,
    { signal, confirm }: Heartbeats,
  ): Promise<void> {
    for (const part of slices(batch, this.rules)) {
      signal.throwIfAborted();
      if (!payload.isRunning() || this.session.isEnding) return;
      await this.rules.handler(part, { signal, confirm });
      await this.commit(payload, part, signal);
      payload.resolveOffset(String(part.last));
      this.session.progress.done(part.topic, part.partition, {
        last: part.last,
        brokerTimeMs: newest(part),
        nowMs: this.rules.now(),
      });
    }
  }

  private async commit(payload: EachBatchPayload, part: RecordBatch, signal: AbortSignal): Promise<void> {
    const { topic, partition, incarnation } = part;
    const offset = { partition, offset: String(part.last + 1n), metadata: incarnation };
    await retry(() => payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [offset] }] }), {
      attempts: COMMIT_ATTEMPTS,
      signal,
      isRetryable: isTransient,
    });
  }
}
