import type { AlertTransition, RegistryDocument } from '#libs/contracts';
import { tallyOf } from '#libs/monitoring';
import type { Logger } from '#libs/platform';
import type { Documents, Store } from '#libs/store';
import type { TickTask } from '../tick-task.js';
import { registrySnapshot } from '../registry-snapshot.js';
import type { WorkerMetrics } from '../worker-metrics.js';
import type { MonitorRun, Recorded } from './monitor-run.js';
import type { WindowWatch } from './window-watch.js';

type MonitorDocument = RegistryDocument<'monitor'>;
type Options = {
  store: Pick<Store, 'documents'>;
  run: Pick<MonitorRun, 'run'>;
  watch: WindowWatch;
  metrics: Pick<WorkerMetrics, 'evaluated' | 'oldestDueAge'>;
  logger: Logger;
  /** A pass ends after this long; the next tick goes on with the monitor after the last one. */
  budgetMs: number;
  now: () => number;
};

const PAUSE_BASE_MS = 2_000;
const PAUSE_MAX_MS = 300_000;

/** EvaluateMonitors: one pass over all enabled monitors. One that fails is tried again later, ever more seldom, and stops no other. */
export class EvaluateMonitors {
  private readonly pauses = new Map<string, { failures: number; untilMs: number }>();
  private nextKey = '';

  constructor(private readonly options: Options) {}

  readonly tick: TickTask = async (signal) => {
    const endMs = performance.now() + this.options.budgetMs;
    const isOver = () => signal.aborted || performance.now() >= endMs;
    const documents = registrySnapshot(this.options.store.documents);
    const monitors = this.inTurn(await this.enabled(documents));
    this.options.watch.keep(new Set(monitors.map(keyOf)));
    let oldestDueMs = 0;
    for (const monitor of monitors) {
      if (isOver()) {
        this.nextKey = keyOf(monitor);
        break;
      }
      oldestDueMs = Math.max(oldestDueMs, await this.guarded(monitor, { documents, isOver }));
    }
    this.options.metrics.oldestDueAge(oldestDueMs);
  };

  private async enabled(documents: Documents): Promise<MonitorDocument[]> {
    const lists = await Promise.all(
      (await documents.projects()).map((project) => documents.list(project, 'monitor')),
    );
    return lists.flat().filter(({ body }) => body.enabled);
  }

  /** Starts with the monitor that the last pass had no time for. */
  private inTurn(monitors: readonly MonitorDocument[]): MonitorDocument[] {
    const at = Math.max(
      0,
      monitors.findIndex((monitor) => keyOf(monitor) === this.nextKey),
    );
    return [...monitors.slice(at), ...monitors.slice(0, at)];
  }

  private async guarded(monitor: MonitorDocument, args: Parameters<MonitorRun['run']>[1]): Promise<number> {
    const { run, metrics, logger, now } = this.options;
    const key = keyOf(monitor);
    const pause = this.pauses.get(key);
    if (pause !== undefined && now() < pause.untilMs) return 0;
    const startedMs = performance.now();
    try {
      const { oldestDueMs } = await run.run(monitor, args);
      this.pauses.delete(key);
      return oldestDueMs;
    } catch (error) {
      const failures = (pause?.failures ?? 0) + 1;
      const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_BASE_MS * 2 ** (failures - 1));
      this.pauses.set(key, { failures, untilMs: now() + pauseMs });
      metrics.evaluated(monitor.body.kind, 'failed', performance.now() - startedMs);
      logger.error(
        { err: error, project: monitor.project, monitor: monitor.id, failures, pauseMs },
        'a monitor could not be evaluated; it is tried again',
      );
      return 0;
    }
  }
}

const keyOf = ({ project, id }: MonitorDocument): string => `${project}/${id}`;

type ReportOptions = {
  metrics: Pick<WorkerMetrics, 'evaluated' | 'found' | 'moved'>;
  logger: Logger;
  announce: (project: string, transitions: readonly AlertTransition[]) => Promise<void>;
};

/**
 * reportRecorded: counts and logs what an evaluation found, and rings for its notices. A bell that cannot be rung is only logged: the
 * reconciling tick finds the transition without an outcome.
 */
export const reportRecorded =
  ({ metrics, logger, announce }: ReportOptions) =>
  async ({ evaluation, transitions, durationMs }: Recorded): Promise<void> => {
    const { project, model, version, monitor, monitorKind, window, findings } = evaluation;
    metrics.evaluated(monitorKind, 'recorded', durationMs);
    metrics.found(findings.map((finding) => finding.status));
    const statuses = tallyOf(findings);
    const start = new Date(window.startMs).toISOString();
    logger.info(
      { project, model, version, monitor, window: start, findings: findings.length, statuses, durationMs },
      'window evaluated',
    );
    for (const { kind, state, why } of transitions) {
      metrics.moved(kind);
      const { alertId, segment, segmentValue } = state;
      logger.info({ project, monitor, alert: alertId, segment, segmentValue, kind, why }, 'alert moved');
    }
    if (transitions.length === 0) return;
    await announce(project, transitions).catch((error: unknown) =>
      logger.warn({ err: error, project }, 'notices were not queued; they will be found without an outcome'),
    );
  };
