import type { Store } from '#libs/store';
import type { TickTask } from '../tick-task.js';
import type { WorkerMetrics } from '../worker-metrics.js';

type Options = {
  store: Pick<Store, 'documents' | 'labels'>;
  metrics: Pick<WorkerMetrics, 'linked'>;
  /** A pass ends after this long; the next tick goes on. */
  budgetMs: number;
};

const ARRIVALS_PER_CALL = 100_000;

/** linkLabels: brings labels to their predictions and takes amended ids out of their old buckets, project by project. */
export const linkLabels =
  ({ store, metrics, budgetMs }: Options): TickTask =>
  async (signal) => {
    const endMs = performance.now() + budgetMs;
    for (const project of await store.documents.projects()) {
      for (let more = true; more && !signal.aborted && performance.now() < endMs;) {
        const result = await store.labels.link(project, ARRIVALS_PER_CALL);
        metrics.linked(result.linked);
        more = result.more;
      }
    }
  };
