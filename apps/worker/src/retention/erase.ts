import type { KeyObject } from 'node:crypto';
import { documentId, registryLock, type ErasureBody, type RegistryDocument } from '#libs/contracts';
import type { Logger } from '#libs/platform';
import type { LockResult } from '#libs/queue';
import { loadPlan, type BaselineOrigin, type ErasureTarget, type Store } from '#libs/store';
import type { TickTask } from '../tick-task.js';
import { erasureTarget } from './erasure-target.js';

type Options = {
  store: Pick<Store, 'documents' | 'privacy' | 'profiles'>;
  secretKey: KeyObject;
  /** The registry's own lock: others write documents too. */
  lock: (name: string, act: () => Promise<void>) => Promise<LockResult<void>>;
  logger: Logger;
  now: () => number;
};

type Erasure = RegistryDocument<'erasure'>;

/** After this long nothing is on its way any more that was read before the ids were barred; then the bytes go, of all erasures at once. */
const PURGE_AFTER_MS = 3_600_000;

const nameOf = ({ id, body }: Erasure): string => id.slice(documentId(body.model, '').length);

/**
 * Eraser: carries out erasures. First pass: ids are barred, rows are hidden, profiles counted anew. Second pass, an hour later: once more for
 * what was on its way, then the bytes leave the disk. Every step may be repeated; a pass that dies is done again from its start.
 */
export class Eraser {
  constructor(private readonly options: Options) {}

  readonly tick: TickTask = async (signal) => {
    for (const project of await this.options.store.documents.projects()) {
      if (signal.aborted) return;
      const erasures = await this.options.store.documents.list(project, 'erasure');
      for (const each of erasures.filter(({ body }) => body.status === 'requested'))
        await this.guarded(each, () => this.hide(each));
      const due = erasures.filter((each) => this.isToBePurged(each));
      if (due.length > 0) await this.purge(project, due);
    }
  };

  private isToBePurged({ body }: Erasure): boolean {
    return (
      body.status === 'hidden' &&
      body.hiddenAt !== null &&
      Date.parse(body.hiddenAt) + PURGE_AFTER_MS <= this.options.now()
    );
  }

  private async hide(erasure: Erasure): Promise<void> {
    const ids = await this.erase(erasure);
    if (ids === null) throw new Error('the order of this erasure is gone: order it again');
    await this.note(erasure, { status: 'hidden', ids, hiddenAt: this.at() });
  }

  private async purge(project: string, erasures: readonly Erasure[]): Promise<void> {
    const done: { erasure: Erasure; ids: number }[] = [];
    for (const erasure of erasures)
      await this.guarded(erasure, async () => {
        done.push({ erasure, ids: (await this.erase(erasure)) ?? erasure.body.ids });
      });
    const { privacy } = this.options.store;
    await privacy.removeOrders(
      project,
      done.map(({ erasure }) => nameOf(erasure)),
    );
    await privacy.purge();
    for (const { erasure, ids } of done)
      await this.note(erasure, { status: 'purged', ids, purgedAt: this.at() });
  }

  /** Null when its order is gone, which is the last thing that a second pass does. */
  private async erase(erasure: Erasure): Promise<number | null> {
    const { store, secretKey, now } = this.options;
    const { project, body } = erasure;
    const [sealed, [model]] = await Promise.all([
      store.privacy.order(project, nameOf(erasure)),
      store.documents.history(project, 'model', body.model),
    ]);
    if (sealed === null || model === undefined) return null;
    const name = { erasure: nameOf(erasure), sealed, model: model.body, secretKey, nowMs: now() };
    const target = erasureTarget(erasure, name);
    const ids = await store.privacy.erase(target);
    await this.eraseFromBaselines(target);
    return ids;
  }

  /** Baselines are counted anew as a whole: a bucket that lost its last row has nothing left that would name it. */
  private async eraseFromBaselines(target: ErasureTarget): Promise<void> {
    const { store } = this.options;
    const { project, model } = target;
    const prefix = documentId(model, '');
    const documents = await store.documents.list(project, 'baseline', { prefix });
    const origins = documents.map(({ body }): BaselineOrigin => ({
      version: body.version,
      origin: body.origin,
    }));
    for (const { version, origin } of await store.privacy.eraseBaselineRows(target, origins)) {
      const plan = await loadPlan(store, { project, model, version, origin });
      if (plan === null) continue;
      const runs = await store.profiles.runs(plan);
      await store.profiles.compute(
        plan,
        runs.map(({ startMs }) => ({ startMs, covers: 0n })),
      );
    }
  }

  private async note(erasure: Erasure, change: Partial<ErasureBody>): Promise<void> {
    const { store, lock, logger } = this.options;
    const { project, id } = erasure;
    const { acquired } = await lock(registryLock(project), () =>
      store.documents.append({
        ...erasure,
        revision: erasure.revision + 1,
        body: { ...erasure.body, ...change },
        at: this.at(),
      }),
    );
    // Else another writer has the registry; the next tick does the pass again, which finds nothing left to do.
    if (acquired)
      logger.info({ project, erasure: id, status: change.status, ids: change.ids }, 'erasure went on');
  }

  private at(): string {
    return new Date(this.options.now()).toISOString();
  }

  /** An erasure that fails holds up no other. */
  private async guarded({ project, id }: Erasure, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.options.logger.error(
        { err: error, project, erasure: id },
        'an erasure failed; the next tick tries again',
      );
    }
  }
}
