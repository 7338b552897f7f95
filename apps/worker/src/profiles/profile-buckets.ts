import type { Logger } from '#libs/platform';
import { planHash, type DirtyBucket, type ProfilePlan, type Store } from '#libs/store';
import type { RegistryDocument } from '#libs/contracts';
import type { TickTask } from '../tick-task.js';
import { registrySnapshot } from '../registry-snapshot.js';
import type { WorkerMetrics } from '../worker-metrics.js';
import { plansOf, type Plans } from './live-plans.js';

type Options = {
  store: Pick<Store, 'documents' | 'profiles'>;
  metrics: Pick<WorkerMetrics, 'profiled'>;
  logger: Logger;
  /** Called for a version without binning. */
  onUnbinned: (version: RegistryDocument<'version'>) => Promise<unknown>;
  /** Called for every enabled monitor, before its plans are loaded at the next tick. */
  onMonitor: (monitor: RegistryDocument<'monitor'>) => Promise<unknown>;
  /** A pass ends after this long; the next tick goes on. */
  budgetMs: number;
};

/** Buckets of one version before the next version gets its turn: a day of hours. */
const BUCKETS_PER_TURN = 24;
const RECOUNT = 'segments or bins changed, or this version counts differently';

/**
 * BucketProfiler: computes the profiles of dirty buckets, a few of each model version in turn, until none is dirty or the time is up.
 * What is dirty is a comparison in the database, so a pass that dies, or runs twice, costs time alone.
 */
export class BucketProfiler {
  /** Baselines found profiled as they should be: their rows never change. */
  private readonly readyBaselines = new Set<string>();

  constructor(private readonly options: Options) {}

  readonly tick: TickTask = async (signal) => {
    const endMs = performance.now() + this.options.budgetMs;
    const isOver = () => signal.aborted || performance.now() >= endMs;
    let pending = await this.pending();
    while (pending.length > 0 && !isOver()) {
      const unfinished: (() => Promise<boolean>)[] = [];
      for (const turn of pending) {
        if (isOver()) return;
        if (await turn()) unfinished.push(turn);
      }
      pending = unfinished;
    }
  };

  /** One turn per plan; a turn is true when more is to be done. */
  private async pending(): Promise<(() => Promise<boolean>)[]> {
    const { live, baselines } = await this.plans();
    return [
      ...baselines.map((plan) => () => this.guarded(plan, () => this.baseline(plan))),
      ...live.map((plan) => () => this.guarded(plan, () => this.buckets(plan))),
    ];
  }

  private async plans(): Promise<Plans> {
    const documents = registrySnapshot(this.options.store.documents);
    const all: Plans = { live: [], baselines: [] };
    for (const project of await documents.projects()) {
      const monitors = await documents.list(project, 'monitor');
      for (const monitor of monitors.filter(({ body }) => body.enabled)) await this.prepare(monitor);
      for (const version of await documents.list(project, 'version')) {
        const { live, baselines } = await plansOf({ documents }, version, monitors);
        if (live.length === 0) await this.unbinned(version);
        all.live.push(...live);
        all.baselines.push(...baselines);
      }
    }
    return all;
  }

  private async prepare(monitor: RegistryDocument<'monitor'>): Promise<void> {
    try {
      await this.options.onMonitor(monitor);
    } catch (error) {
      const { project, id } = monitor;
      this.options.logger.error({ err: error, project, monitor: id }, 'a monitor could not be prepared');
    }
  }

  private async unbinned(version: RegistryDocument<'version'>): Promise<void> {
    try {
      await this.options.onUnbinned(version);
    } catch (error) {
      const { project, id } = version;
      this.options.logger.error({ err: error, project, version: id }, 'no provisional binning was made');
    }
  }

  private async buckets(plan: ProfilePlan): Promise<boolean> {
    const dirty = await this.options.store.profiles.dirtyBuckets(plan, BUCKETS_PER_TURN);
    if (dirty.length === 0) return false;
    await this.sayRecount(plan, dirty);
    await this.timed(plan, () => this.options.store.profiles.compute(plan, dirty));
    return dirty.length === BUCKETS_PER_TURN;
  }

  /** Many buckets at once are new rows of a backlog, or a recount; of the latter people are told why, and how far it is. */
  private async sayRecount(plan: ProfilePlan, dirty: readonly DirtyBucket[]): Promise<void> {
    if (dirty.length < BUCKETS_PER_TURN) return;
    const recount = await this.options.store.profiles.recount(plan);
    if (recount === null) return;
    const { project, model, version } = plan;
    const oldest = new Date(recount.oldestMs).toISOString();
    this.options.logger.info(
      { project, model, version, bucketsLeft: recount.left, oldest, why: RECOUNT },
      'counting anew',
    );
  }

  /** A new segment, or a better statement, changes the plan of baselines too. */
  private async baseline(plan: ProfilePlan): Promise<boolean> {
    const key = `${plan.project}/${plan.model}/${plan.version}/${plan.origin}/${planHash(plan)}`;
    if (this.readyBaselines.has(key)) return false;
    const { complete } = await this.options.store.profiles.inputsHash(plan, 'all');
    if (!complete) {
      const { project, model, version, origin } = plan;
      this.options.logger.info({ project, model, version, origin, why: RECOUNT }, 'counting a baseline anew');
      await this.timed(plan, () => this.options.store.profiles.computeBaseline(plan));
    }
    this.readyBaselines.add(key);
    return false;
  }

  private async timed(plan: ProfilePlan, compute: () => Promise<{ rows: number }>): Promise<void> {
    const startedMs = performance.now();
    const { rows } = await compute();
    const durationMs = performance.now() - startedMs;
    this.options.metrics.profiled({ rows, durationMs });
    const { project, model, version, origin } = plan;
    this.options.logger.debug({ project, model, version, origin, rows, durationMs }, 'buckets profiled');
  }

  /** A version whose rows cannot be profiled holds up no other. */
  private async guarded(plan: ProfilePlan, turn: () => Promise<boolean>): Promise<boolean> {
    try {
      return await turn();
    } catch (error) {
      const { project, model, version, origin } = plan;
      this.options.logger.error(
        { err: error, project, model, version, origin },
        'profiling failed; the next tick tries again',
      );
      return false;
    }
  }
}
