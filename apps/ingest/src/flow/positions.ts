import { setTimeout as sleep } from 'node:timers/promises';

import type { Admin, Consumer, PartitionPosition } from '#libs/kafka';
import type { Logger } from '#libs/platform';
import type { IngestPosition, Intake } from '#libs/store';

import type { IngestMetrics } from './ingest-metrics.js';
import type { Liveness } from './liveness.js';

export type PositionsOptions = {
  /** Topic → project. */
  projects: ReadonlyMap<string, string>;
  consumer: Pick<Consumer, 'positions'>;
  admin: Pick<Admin, 'offsets' | 'incarnations'>;
  intake: Pick<Intake, 'positions'>;
  metrics: IngestMetrics;
  liveness: Liveness;
  logger: Logger;
  now: () => number;
};

type Located = PartitionPosition & { end: bigint };
/** Target: an end of the log seen at some time; the partition is behind since then until it has been reached. */
type Target = { end: bigint; sinceMs: number };

const EVERY_MS = 2_000;
const SOON_MS = 300;
/** A caught-up partition without a record for this long does not hold the local watermark back. */
const IDLE_MS = 60_000;

const keyOf = ({ topic, partition, incarnation }: PartitionPosition): string =>
  `${topic}/${partition}/${incarnation}`;

/** behind: the target after one more look: null when caught up, else the oldest end that has not been reached yet. */
export const behind = (
  target: Target | null,
  { next, end }: { next: bigint; end: bigint },
  nowMs: number,
): Target | null => {
  if (next >= end) return null;
  return target !== null && next < target.end ? target : { end, sinceMs: nowMs };
};

/**
 * Positions: writes where each assigned partition stands, every two seconds and soon after a batch. The ingest watermark is
 * made of these rows, so they are also written while nothing arrives.
 */
export class Positions {
  private targets = new Map<string, Target>();
  private isDue = false;

  constructor(private readonly options: PositionsOptions) {}

  /** soon: a batch was handled; the next report need not wait for its turn. */
  soon(): void {
    this.isDue = true;
  }

  async run(signal: AbortSignal): Promise<void> {
    let reportedMs = -Infinity;
    while (!signal.aborted) {
      if (this.isDue || this.options.now() - reportedMs >= EVERY_MS) {
        this.isDue = false;
        reportedMs = this.options.now();
        await this.report().catch((error: unknown) =>
          this.options.logger.debug({ err: error }, 'positions are not written; the next report has them'),
        );
      }
      await sleep(SOON_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** report: one round; throws when Kafka or the store does not answer. */
  async report(): Promise<void> {
    const { now, liveness, metrics, intake } = this.options;
    const located = await this.locate();
    const nowMs = now();
    liveness.observe(located, nowMs);
    metrics.setLags(
      located.map(({ topic, partition, next, end }) => ({ topic, partition, lag: max(end - next, 0n) })),
    );
    const rows = this.rows(located, nowMs);
    this.setWatermarks(rows, nowMs);
    if (rows.length > 0) await intake.positions(rows);
  }

  /**
   * Ends of the log are asked for between two looks at the topics' ids: those of a topic that was deleted and created again in between would be
   * written down for its earlier life, as records that were lost. The new life is written down at once, though nothing of it was read yet.
   */
  private async locate(): Promise<Located[]> {
    const { admin, consumer } = this.options;
    const before = await admin.incarnations([...new Set(consumer.positions().map(({ topic }) => topic))]);
    const topics = [...before.keys()];
    const offsets = await Promise.all(
      topics.map(async (topic) => [topic, await admin.offsets(topic)] as const),
    );
    const after = await admin.incarnations(topics);
    const logs = new Map(
      offsets.flatMap(([topic, partitions]) =>
        before.get(topic) === after.get(topic)
          ? partitions.map(({ partition, ...log }) => [`${topic}/${partition}`, log] as const)
          : [],
      ),
    );
    return consumer.positions().flatMap((position) => {
      const log = logs.get(`${position.topic}/${position.partition}`);
      const incarnation = after.get(position.topic);
      if (log === undefined || incarnation === undefined) return [];
      if (incarnation === position.incarnation) return [{ ...position, end: max(log.end, position.next) }];
      return [
        { ...position, incarnation, next: log.start, end: log.end, brokerTimeMs: 0, lastRecordAtMs: 0 },
      ];
    });
  }

  private rows(located: readonly Located[], nowMs: number): IngestPosition[] {
    const targets = new Map<string, Target>();
    const rows = located.map((position) => {
      const target = behind(this.targets.get(keyOf(position)) ?? null, position, nowMs);
      if (target !== null) targets.set(keyOf(position), target);
      return {
        project: this.options.projects.get(position.topic) ?? '',
        topic: position.topic,
        incarnation: position.incarnation,
        partition: position.partition,
        nextOffset: position.next,
        endOffset: position.end,
        brokerTimeMs: position.brokerTimeMs,
        lastRecordAtMs: position.lastRecordAtMs,
        behindSinceMs: target?.sinceMs ?? null,
      };
    });
    this.targets = targets;
    return rows;
  }

  private setWatermarks(rows: readonly IngestPosition[], nowMs: number): void {
    const lowest = new Map<string, number>();
    for (const { topic, brokerTimeMs, lastRecordAtMs, behindSinceMs } of rows)
      if (behindSinceMs !== null || nowMs - lastRecordAtMs < IDLE_MS)
        lowest.set(topic, Math.min(lowest.get(topic) ?? Infinity, brokerTimeMs));
    for (const [topic, ms] of lowest)
      this.options.metrics.setWatermark(this.options.projects.get(topic) ?? '', topic, ms);
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
