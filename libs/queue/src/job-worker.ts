import type { Config, Logger } from '#libs/platform';
import { UnrecoverableError, Worker, type Job } from 'bullmq';

import { redisOptions, throttled } from './connection.js';
import type { QueueDefinition } from './definition.js';
import { QUEUE_PREFIX } from './job-queue.js';
import { isExpected, retryDelayMs, settle, type JobOutcome } from './outcome.js';

/** JobContext: `attempt` counts from 1; `signal` aborts when a stop has waited long enough. */
export type JobContext = {
  readonly id: string;
  readonly attempt: number;
  readonly isLastAttempt: boolean;
  readonly signal: AbortSignal;
};

/** JobHandler: does one job. It may run twice for the same job (a lost lock, a killed process), so its effects must bear that. */
export type JobHandler<T> = (payload: T, context: JobContext) => Promise<JobOutcome>;

/** What happened to one try, for metrics and logs. */
type JobReport = {
  readonly queue: string;
  readonly outcome: 'done' | 'failed';
  readonly durationMs: number;
};

type Options<T> = {
  config: Pick<Config, 'redis'>;
  logger: Logger;
  handle: JobHandler<T>;
  concurrency: number;
  onReport?: (report: JobReport) => void;
  prefix?: string;
};

const LOCK_MS = 30_000;
const STALLED_SCAN_MS = 15_000;
/** A job whose process died comes back this often; the default of one gives it up at the second crash whatever its attempts are. */
const STALLED_MAX = 20;

const parsed = <T>({ name, payload }: QueueDefinition<T>, data: unknown): T => {
  const result = payload.safeParse(data);
  if (result.success) return result.data;
  throw new UnrecoverableError(
    `the job in ${name} does not fit its schema: ${result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
  );
};

/** JobWorker: takes jobs out and runs the handler. Starts at once; survives a Redis that is away and goes on when it is back. */
export class JobWorker<T> {
  private readonly worker: Worker;
  private readonly stopping = new AbortController();

  constructor(
    private readonly definition: QueueDefinition<T>,
    private readonly options: Options<T>,
  ) {
    const { config, concurrency, logger, prefix = QUEUE_PREFIX } = options;
    this.worker = new Worker(definition.name, (job: Job<unknown>) => this.run(job), {
      prefix,
      concurrency,
      connection: { ...redisOptions(config.redis.url, config.redis.tls), maxRetriesPerRequest: null },
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_SCAN_MS,
      maxStalledCount: STALLED_MAX,
      settings: { backoffStrategy: (attemptsMade, _type, error) => retryDelayMs(attemptsMade, error) },
    });
    this.worker.on('error', throttled(logger, `the worker of ${definition.name} has no Redis`));
    this.worker.on('failed', (job, error) => this.onFailed(job, error));
  }

  /** close: takes no more jobs and waits for running ones up to `deadlineMs`, then aborts and leaves them; they come back elsewhere. True if all had ended. */
  async close(deadlineMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), deadlineMs);
    });
    const clean = await Promise.race([
      this.worker.close().then(
        () => true,
        () => false,
      ),
      late,
    ]);
    clearTimeout(timer);
    if (!clean) {
      this.stopping.abort(new Error('the worker stops'));
      void this.worker.disconnect().catch(() => undefined);
    }
    return clean;
  }

  private async run(job: Job<unknown>): Promise<void> {
    const startedMs = performance.now();
    const report = (outcome: JobReport['outcome']) =>
      this.options.onReport?.({
        queue: this.definition.name,
        outcome,
        durationMs: performance.now() - startedMs,
      });
    const attempt = job.attemptsMade + 1;
    const context = {
      id: job.id ?? '',
      attempt,
      isLastAttempt: attempt >= (job.opts.attempts ?? 1),
      signal: this.stopping.signal,
    };
    try {
      settle(await this.options.handle(parsed(this.definition, job.data), context));
      report('done');
    } catch (error) {
      report('failed');
      throw error;
    }
  }

  private onFailed(job: Job<unknown> | undefined, error: Error): void {
    const attempts = { attempt: job?.attemptsMade, attemptsMax: job?.opts.attempts };
    const level = isExpected(error) ? 'debug' : 'warn';
    this.options.logger[level](
      { err: error, queue: this.definition.name, job: job?.id, ...attempts },
      'a job failed',
    );
  }
}
