import type { Metrics } from '#libs/service';
import type { IntakeBatch } from '#libs/store';

const ROWS_BUCKETS = [1, 10, 100, 500, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000];

/** IngestMetrics: what this process has handled; an event that comes again counts again (the store's accounting does not). */
export class IngestMetrics {
  private readonly received;
  private readonly accepted;
  private readonly quarantined;
  private readonly batchRows;
  private readonly writeSeconds;
  private readonly gaps;
  private readonly lag;
  private readonly watermark;
  private readonly replays;
  private readonly manyValues;

  constructor(metrics: Metrics) {
    this.received = metrics.counter({
      name: 'ingest_events_received_total',
      help: 'Records read from Kafka and handled',
      labels: ['project', 'topic'],
    });
    this.accepted = metrics.counter({
      name: 'ingest_events_accepted_total',
      help: 'Events stored',
      labels: ['project', 'topic'],
    });
    this.quarantined = metrics.counter({
      name: 'ingest_events_quarantined_total',
      help: 'Events not stored, by reason',
      labels: ['project', 'topic', 'reason'],
    });
    this.batchRows = metrics.histogram({
      name: 'ingest_batch_rows',
      help: 'Records per write',
      labels: ['topic'],
      buckets: ROWS_BUCKETS,
    });
    this.writeSeconds = metrics.histogram({
      name: 'ingest_write_seconds',
      help: 'Time of one write to the store, waits for it included',
      labels: ['topic'],
    });
    this.gaps = metrics.counter({
      name: 'ingest_gap_records_total',
      help: 'Offsets that were gone before they could be read',
      labels: ['topic'],
    });
    this.lag = metrics.gauge({
      name: 'ingest_lag_records',
      help: 'Records not handled yet, per partition assigned to this process',
      labels: ['topic', 'partition'],
    });
    this.replays = metrics.counter({
      name: 'ingest_events_replayed_total',
      help: 'Quarantined events that were run again: accepted now, or refused again',
      labels: ['project', 'outcome'],
    });
    this.manyValues = metrics.counter({
      name: 'ingest_high_cardinality_total',
      help: 'Tags and categorical features found to have very many values; each is counted once per process',
      labels: ['project', 'kind'],
    });
    this.watermark = metrics.gauge({
      name: 'ingest_watermark_seconds',
      help: 'Lowest time stamp handled over the partitions of this process that are not idle; 0 before the first record',
      labels: ['project', 'topic'],
    });
  }

  handled(batch: IntakeBatch, writeMs: number): void {
    const { project, topic } = batch;
    this.received.inc({ project, topic }, batch.received);
    this.accepted.inc({ project, topic }, batch.predictions.length + batch.labels.length);
    for (const { reason } of batch.quarantined) this.quarantined.inc({ project, topic, reason });
    this.batchRows.observe({ topic }, batch.received);
    this.writeSeconds.observe({ topic }, writeMs / 1_000);
  }

  replayed(project: string, accepted: number, refused: number): void {
    this.replays.inc({ project, outcome: 'accepted' }, accepted);
    this.replays.inc({ project, outcome: 'refused' }, refused);
  }

  hasManyValues(project: string, kind: 'tag' | 'tag_names' | 'feature'): void {
    this.manyValues.inc({ project, kind });
  }

  gap(topic: string, records: bigint): void {
    this.gaps.inc({ topic }, Number(records));
  }

  setLags(lags: readonly { topic: string; partition: number; lag: bigint }[]): void {
    this.lag.reset();
    for (const { topic, partition, lag } of lags) this.lag.set({ topic, partition }, Number(lag));
  }

  setWatermark(project: string, topic: string, ms: number): void {
    this.watermark.set({ project, topic }, ms / 1_000);
  }
}
