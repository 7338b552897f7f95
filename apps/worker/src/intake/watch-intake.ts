import { createHash } from 'node:crypto';
import type { AlertTransition } from '#libs/contracts';
import type { IngestState } from '#libs/monitoring';
import type { Logger } from '#libs/platform';
import type { MergeMemory, Store } from '#libs/store';
import type { TickTask } from '../tick-task.js';
import type { IntakeReading, WorkerMetrics } from '../worker-metrics.js';
import { watchGaps } from './gap-watch.js';
import { SilenceWatch } from './silence-watch.js';

type Options = {
  store: Pick<Store, 'documents' | 'intake' | 'alerts'>;
  ingest: (project: string, nowMs: number) => Promise<IngestState>;
  announce: (project: string, transitions: readonly AlertTransition[]) => Promise<void>;
  metrics: Pick<WorkerMetrics, 'moved' | 'intake' | 'ledgerMerged'>;
  logger: Logger;
  now: () => number;
  /** How often gaps and silences are looked for. */
  everyMs?: number | undefined;
};

const EVERY_MS = 10_000;
const MERGE_EVERY_MS = 10 * 60_000;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** IntakeWatch: looks every few seconds for records that are missing and models that are silent, and keeps the ledger of ranges short. */
export class IntakeWatch {
  private readonly silence: SilenceWatch;
  private readonly merged: MergeMemory = new Map();
  private lookedMs = -Infinity;
  private mergedMs = -Infinity;

  constructor(private readonly options: Options) {
    const { store, ingest, now } = options;
    this.silence = new SilenceWatch({ store, ingest, hash, now });
  }

  readonly tick: TickTask = async (signal) => {
    const { store, now, everyMs = EVERY_MS, metrics } = this.options;
    if (now() - this.lookedMs < everyMs) return;
    this.lookedMs = now();
    const isMergeDue = now() - this.mergedMs >= MERGE_EVERY_MS;
    if (isMergeDue) this.mergedMs = now();
    const readings: IntakeReading[] = [];
    for (const project of await store.documents.projects()) {
      if (signal.aborted) return;
      readings.push(await this.look(project));
      if (isMergeDue) metrics.ledgerMerged(await store.intake.compact(project, this.merged));
    }
    metrics.intake(readings);
  };

  private async look(project: string): Promise<IntakeReading> {
    const { store, now } = this.options;
    const { gaps, transitions } = await watchGaps({ store, hash, now }, project);
    await this.tell(project, transitions);
    const silence = await this.silence.look(project);
    await this.tell(project, silence.transitions);
    return { project, gaps, standings: silence.standings };
  }

  /** A bell that cannot be rung is only logged: the reconciling tick finds the transition without an outcome. */
  private async tell(project: string, transitions: readonly AlertTransition[]): Promise<void> {
    const { announce, metrics, logger } = this.options;
    if (transitions.length === 0) return;
    for (const { kind, state, why } of transitions) {
      metrics.moved(kind);
      logger.info({ project, monitor: state.monitor, alert: state.alertId, kind, why }, 'alert moved');
    }
    await announce(project, transitions).catch((error: unknown) =>
      logger.warn({ err: error, project }, 'notices were not queued; they will be found without an outcome'),
    );
  }
}
