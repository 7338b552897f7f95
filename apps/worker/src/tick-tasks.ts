import type { KeyObject } from 'node:crypto';
import type { AlertTransition, TickJob } from '#libs/contracts';
import type { Config, Logger } from '#libs/platform';
import type { Store } from '#libs/store';
import type { TickTask } from './tick-task.js';
import { EvaluateMonitors, reportRecorded } from './evaluate/evaluate-monitors.js';
import { readIngest } from './evaluate/ingest-reader.js';
import { MonitorRun } from './evaluate/monitor-run.js';
import { WindowWatch } from './evaluate/window-watch.js';
import { IntakeWatch } from './intake/watch-intake.js';
import { linkLabels } from './labels/link-labels.js';
import type { LockResult } from '#libs/queue';
import { BucketProfiler } from './profiles/profile-buckets.js';
import { makeProjection } from './profiles/projections.js';
import { makeProvisionalBinning } from './profiles/provisional-binning.js';
import { Eraser } from './retention/erase.js';
import { Retainer } from './retention/retain.js';
import type { WorkerMetrics } from './worker-metrics.js';

type Options = {
  store: Store;
  notices: {
    reconcile: TickTask;
    announce: (project: string, transitions: readonly AlertTransition[]) => Promise<void>;
  };
  lock: (name: string, act: () => Promise<void>) => Promise<LockResult<void>>;
  secretKey: KeyObject;
  config: Pick<Config, 'topics'>;
  metrics: WorkerMetrics;
  logger: Logger;
  now: () => number;
  idleMs: number;
  intakeEveryMs?: number | undefined;
};

/** A pass holds its lock no longer than this and a piece of work; the next tick goes on. */
const BUDGET_MS = 20_000;

/** tickTasks: one task per kind of tick; a kind without a task does not compile. */
export const tickTasks = (options: Options): Readonly<Record<TickJob['kind'], TickTask>> => {
  const { store, notices, lock, secretKey, config, metrics, logger, now, idleMs } = options;
  const watch = new WindowWatch();
  const ingest = { intake: store.intake, topics: config.topics, idleMs };
  const run = new MonitorRun({
    store,
    watch,
    now,
    ingest: ({ project, body }, nowMs) => readIngest(ingest, { project, kind: body.kind, nowMs }),
    onRecorded: reportRecorded({ metrics, logger, announce: notices.announce }),
  });
  const monitors = new EvaluateMonitors({ store, run, watch, metrics, logger, budgetMs: BUDGET_MS, now });
  return {
    'link-labels': linkLabels({ store, metrics, budgetMs: BUDGET_MS }),
    profile: new BucketProfiler({
      ...{ store, metrics, logger, budgetMs: BUDGET_MS },
      onUnbinned: (version) => makeProvisionalBinning({ store, lock, logger }, version),
      onMonitor: (monitor) => makeProjection({ store, lock, logger }, monitor),
    }).tick,
    evaluate: monitors.tick,
    'reconcile-notices': notices.reconcile,
    erase: new Eraser({ store, secretKey, lock, logger, now }).tick,
    retention: new Retainer({ store, lock, logger, now }).tick,
    'watch-intake': new IntakeWatch({
      ...{ store, metrics, logger, now, everyMs: options.intakeEveryMs, announce: notices.announce },
      ingest: (project, nowMs) => readIngest(ingest, { project, kind: 'drift', nowMs }),
    }).tick,
  };
};
