import type { NotifyJob } from '#libs/contracts';
import type { JobQueue } from '#libs/queue';
import type { Store } from '#libs/store';
import type { TickTask } from '../tick-task.js';
import { loadRoutes, noticesOf, queueNotice } from './routing.js';

type Options = {
  store: Pick<Store, 'documents' | 'alerts' | 'notices'>;
  queue: Pick<JobQueue<NotifyJob>, 'add'>;
  now: () => number;
};

/** A transition that nobody could be told for a day is told by the pages alone. */
const LOOK_BACK_MS = 24 * 3_600_000;
const TRANSITIONS_PER_PASS = 2_000;
const SETTLED_MAX = 50_000;

/**
 * NoticeReconciler: rings again for notices without an outcome: queued jobs may vanish with Redis, or be given up after crashes. The
 * queue ignores what it still holds, and a notice that has its outcome is not sent again.
 */
export class NoticeReconciler {
  /** Transitions with an outcome on every routed channel, so that they are looked up once. */
  private readonly settled = new Map<string, string>();

  constructor(private readonly options: Options) {}

  readonly tick: TickTask = async (signal) => {
    const { store, now } = this.options;
    for (const project of await store.documents.projects()) {
      const routes = await loadRoutes(store, project);
      const ids = await store.notices.unsent(project, now() - LOOK_BACK_MS, TRANSITIONS_PER_PASS);
      const routing = JSON.stringify(routes);
      for (const id of ids) {
        if (signal.aborted) return;
        const key = `${project}/${id}`;
        if (this.settled.get(key) !== routing && (await this.isSettled(project, id, routes)))
          this.remember(key, routing);
      }
    }
  };

  private async isSettled(
    project: string,
    transitionId: string,
    routes: Awaited<ReturnType<typeof loadRoutes>>,
  ): Promise<boolean> {
    const { store, queue } = this.options;
    const transition = await store.alerts.transition(project, transitionId);
    if (transition === null) return false;
    const logged = await store.notices.forTransition(project, transitionId);
    const told = new Set(logged.map(({ channel }) => channel));
    const missing = noticesOf(project, transition, routes).filter(({ channel }) => !told.has(channel));
    for (const notice of missing) await queueNotice(queue, notice);
    return missing.length === 0;
  }

  private remember(key: string, routing: string): void {
    if (this.settled.size >= SETTLED_MAX) this.settled.clear();
    this.settled.set(key, routing);
  }
}
