import type { FindingStatus, TickJob, TransitionKind } from '#libs/contracts';
import type { Metrics } from '#libs/service';
import type { Gap } from '#libs/store';
import type { Standing } from './intake/silence-watch.js';

/** How a notice ended this time; `retry` comes again. */
export type NoticeOutcome = 'sent' | 'silenced' | 'failed' | 'superseded' | 'retry';
/** What was found of the ingestion of one project. */
export type IntakeReading = { project: string; gaps: readonly Gap[]; standings: readonly Standing[] };
type TickOutcome = 'ran' | 'busy' | 'failed';
type EvaluationOutcome = 'recorded' | 'failed';

/** WorkerMetrics: everything the worker counts, under bounded labels. */
export class WorkerMetrics {
  private readonly ticks;
  private readonly profileSeconds;
  private readonly profileRows;
  private readonly labels;
  private readonly evaluations;
  private readonly evaluationSeconds;
  private readonly findings;
  private readonly transitions;
  private readonly notices;
  private readonly oldestDue;
  private readonly openGaps;
  private readonly missing;
  private readonly merged;
  private readonly watermark;
  private readonly silent;

  constructor(metrics: Metrics) {
    this.ticks = metrics.counter({
      name: 'worker_ticks_total',
      help: 'Ticks by kind; busy: another worker was at it',
      labels: ['kind', 'outcome'],
    });
    this.profileSeconds = metrics.histogram({
      name: 'profile_compute_seconds',
      help: 'Duration of one run over a few buckets of one model version',
    });
    this.profileRows = metrics.counter({ name: 'profile_rows_total', help: 'Rows that were profiled' });
    this.labels = metrics.counter({
      name: 'labels_linked_total',
      help: 'Labels whose prediction arrived after them',
    });
    this.evaluations = metrics.counter({
      name: 'evaluations_total',
      help: 'Evaluations of a window',
      labels: ['kind', 'outcome'],
    });
    this.evaluationSeconds = metrics.histogram({
      name: 'evaluation_seconds',
      help: 'Duration of one evaluation, reads and writes included',
    });
    this.findings = metrics.counter({
      name: 'findings_total',
      help: 'Findings by status',
      labels: ['status'],
    });
    this.transitions = metrics.counter({
      name: 'alert_transitions_total',
      help: 'Alert transitions by kind',
      labels: ['kind'],
    });
    this.notices = metrics.counter({
      name: 'notices_total',
      help: 'Tries to send a notice, by outcome',
      labels: ['outcome'],
    });
    this.openGaps = metrics.gauge({
      name: 'ingestion_gaps',
      help: 'Runs of offsets that nobody stored; acknowledged: a person knows of them',
      labels: ['project', 'acknowledged'],
    });
    this.missing = metrics.gauge({
      name: 'ingestion_missing_records',
      help: 'Records in these gaps',
      labels: ['project', 'acknowledged'],
    });
    this.merged = metrics.counter({
      name: 'ledger_ranges_merged_total',
      help: 'Ranges of the ledger that became part of a longer one',
    });
    this.watermark = metrics.gauge({
      name: 'model_watermark_seconds',
      help: 'Everything that the broker took before this has been stored; now when all partitions are idle',
      labels: ['project', 'model'],
    });
    this.silent = metrics.gauge({
      name: 'model_silence_seconds',
      help: 'Since the last prediction event of a registered version',
      labels: ['project', 'model'],
    });
    this.oldestDue = metrics.gauge({
      name: 'oldest_due_window_age_seconds',
      help: 'How long the oldest due and not yet evaluated window has been due; 0 when none is',
    });
  }

  tick(kind: TickJob['kind'], outcome: TickOutcome): void {
    this.ticks.inc({ kind, outcome });
  }

  profiled({ rows, durationMs }: { rows: number; durationMs: number }): void {
    this.profileRows.inc(rows);
    this.profileSeconds.observe(durationMs / 1_000);
  }

  linked(labels: number): void {
    this.labels.inc(labels);
  }

  evaluated(kind: string, outcome: EvaluationOutcome, durationMs: number): void {
    this.evaluations.inc({ kind, outcome });
    this.evaluationSeconds.observe(durationMs / 1_000);
  }

  found(statuses: readonly FindingStatus[]): void {
    for (const status of statuses) this.findings.inc({ status });
  }

  moved(kind: TransitionKind): void {
    this.transitions.inc({ kind });
  }

  noticed(outcome: NoticeOutcome): void {
    this.notices.inc({ outcome });
  }

  ledgerMerged(ranges: number): void {
    this.merged.inc(ranges);
  }

  /** intake: all projects at once, so that what is gone leaves no series behind and a scrape never sees half of them. */
  intake(projects: readonly IntakeReading[]): void {
    for (const gauge of [this.watermark, this.silent, this.openGaps, this.missing]) gauge.reset();
    for (const { project, gaps, standings } of projects) {
      for (const acknowledged of ['true', 'false']) {
        const own = gaps.filter((gap) => String(gap.acknowledged !== null) === acknowledged);
        const records = own.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0);
        this.openGaps.set({ project, acknowledged }, own.length);
        this.missing.set({ project, acknowledged }, records);
      }
      for (const { model, watermarkMs, silentMs } of standings) {
        this.watermark.set({ project, model }, watermarkMs / 1_000);
        this.silent.set({ project, model }, silentMs / 1_000);
      }
    }
  }

  oldestDueAge(ms: number): void {
    this.oldestDue.set(ms / 1_000);
  }
}
