import type { RegistryDocument } from '#libs/contracts';
import type { Logger } from '#libs/platform';
import type { LockResult } from '#libs/queue';
import type { Store } from '#libs/store';
import { plansOf } from '../profiles/live-plans.js';
import { registrySnapshot } from '../registry-snapshot.js';
import type { TickTask } from '../tick-task.js';
import { sealRule } from './seal-rule.js';

type Options = {
  store: Pick<Store, 'documents' | 'retention' | 'privacy'>;
  /** Held while buckets are sealed: no profile may be computed at the same time. */
  lock: (name: string, act: () => Promise<void>) => Promise<LockResult<void>>;
  logger: Logger;
  now: () => number;
};

/** Buckets are sealed a day before their rows can expire, so an hour more or less does not matter. */
const EVERY_MS = 3_600_000;
const PURGE_EVERY_MS = 86_400_000;
/** The tick that profiles buckets. */
const PROFILE_LOCK = 'tick-profile';

/** Retainer: seals buckets whose time is over, then takes away what nobody needs any more: their marks, and the bytes of deleted rows. */
export class Retainer {
  private lastMs = -Infinity;
  private purgedMs = -Infinity;

  constructor(private readonly options: Options) {}

  readonly tick: TickTask = async (signal) => {
    const { store, now } = this.options;
    const nowMs = now();
    if (nowMs - this.lastMs < EVERY_MS) return;
    const documents = registrySnapshot(store.documents);
    let isWhole = true;
    for (const project of await documents.projects()) {
      if (signal.aborted) return;
      isWhole = (await this.project(project, nowMs)) && isWhole;
    }
    if (isWhole) this.lastMs = nowMs;
    if (nowMs - this.purgedMs < PURGE_EVERY_MS) return;
    await store.privacy.purge();
    this.purgedMs = nowMs;
  };

  /** False when a version was being profiled, or failed: the next tick tries again. */
  private async project(project: string, nowMs: number): Promise<boolean> {
    const { store, lock, logger } = this.options;
    const documents = registrySnapshot(store.documents);
    const monitors = await documents.list(project, 'monitor');
    let isWhole = true;
    for (const version of await documents.list(project, 'version')) {
      try {
        const { acquired } = await lock(PROFILE_LOCK, () => this.seal(version, monitors, nowMs));
        isWhole &&= acquired;
      } catch (error) {
        logger.error(
          { err: error, project, version: version.id },
          'buckets were not sealed; the next tick tries again',
        );
        isWhole = false;
      }
    }
    await store.retention.sweepMarks(project, nowMs);
    return isWhole;
  }

  private async seal(
    version: RegistryDocument<'version'>,
    monitors: readonly RegistryDocument<'monitor'>[],
    nowMs: number,
  ): Promise<void> {
    const { store, logger } = this.options;
    const { project, body } = version;
    const history = await store.documents.history(project, 'model', body.model);
    const rule = sealRule(
      history.map((revision) => revision.body),
      nowMs,
    );
    const { live } = await plansOf(store, version, monitors);
    if (rule === null || live.length === 0) return;
    for (let sealed = await store.retention.seal(live, rule); sealed.length > 0;) {
      logger.info({ project, version: version.id, buckets: sealed.length }, 'buckets sealed');
      sealed = await store.retention.seal(live, rule);
    }
  }
}
