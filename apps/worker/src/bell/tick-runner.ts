import type { TickJob } from '#libs/contracts';
import type { Logger } from '#libs/platform';
import type { JobContext, JobOutcome, LockResult } from '#libs/queue';
import type { TickTask } from '../tick-task.js';
import type { WorkerMetrics } from '../worker-metrics.js';

/** TickLock: runs `act` if no other worker holds `name`. */
export type TickLock = (
  name: string,
  act: (signal: AbortSignal) => Promise<void>,
) => Promise<LockResult<void>>;

type Options = {
  tasks: Readonly<Record<TickJob['kind'], TickTask>>;
  lock: TickLock;
  metrics: Pick<WorkerMetrics, 'tick'>;
  logger: Logger;
};

/**
 * TickRunner: one task per kind of tick at a time over all workers. A tick that finds another worker at it is done at once,
 * a failed one is only logged: the next tick sees the same work in the database.
 */
export class TickRunner {
  constructor(private readonly options: Options) {}

  readonly handle = async (
    { kind }: TickJob,
    { signal }: Pick<JobContext, 'signal'>,
  ): Promise<JobOutcome> => {
    const { tasks, lock, metrics, logger } = this.options;
    try {
      const { acquired } = await lock(`tick-${kind}`, (lost) => tasks[kind](AbortSignal.any([signal, lost])));
      metrics.tick(kind, acquired ? 'ran' : 'busy');
    } catch (error) {
      if (signal.aborted) return { kind: 'done' };
      metrics.tick(kind, 'failed');
      logger.error({ err: error, tick: kind }, 'a tick failed; the next one tries again');
    }
    return { kind: 'done' };
  };
}
