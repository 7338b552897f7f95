import type { Config, Logger } from '#libs/platform';
import { Queue } from 'bullmq';

import { redisOptions, throttled } from './connection.js';
import type { QueueDefinition } from './definition.js';
import { RETRY_BACKOFF } from './outcome.js';
import { within } from './within.js';

const ATTEMPTS = 8;
const KEPT_TICKS = { completed: 20, failed: 100 };
const OVERDUE_FACTOR = 3;
const CALL_MS = 5_000;

type Options = { config: Pick<Config, 'redis'>; logger: Logger; prefix?: string };
type AddOptions = { id: string; delayMs?: number };
type Ticker<T> = { id: string; everyMs: number; payload: T };

/** QUEUE_PREFIX: the namespace of all keys; braces keep a queue in one slot of a Redis cluster. */
export const QUEUE_PREFIX = '{plumbline}';

/** JobQueue: puts jobs in. A payload that does not fit its schema is a bug and throws; a Redis that is away throws QueueUnavailableError within seconds. */
export class JobQueue<T> {
  private readonly queue: Queue;

  constructor(
    private readonly definition: QueueDefinition<T>,
    { config, logger, prefix = QUEUE_PREFIX }: Options,
  ) {
    this.queue = new Queue(definition.name, {
      prefix,
      connection: { ...redisOptions(config.redis.url, config.redis.tls), maxRetriesPerRequest: 3 },
      defaultJobOptions: { attempts: definition.attempts ?? ATTEMPTS, backoff: { type: RETRY_BACKOFF } },
    });
    this.queue.on('error', throttled(logger, `the queue ${definition.name} has no Redis`));
  }

  /**
   * add: one job per id while it waits or runs. Ended jobs leave at once, given up ones too: a stored one would make the
   * same id, rung again from the ledger, silently do nothing.
   */
  async add(payload: T, { id, delayMs = 0 }: AddOptions): Promise<void> {
    const options = { jobId: id, delay: delayMs, removeOnComplete: true, removeOnFail: true };
    await this.bounded(
      'add',
      this.queue.add(this.definition.name, this.definition.payload.parse(payload), options),
    );
  }

  /**
   * ensureTicker: makes a job of this payload come every `everyMs`. Call it at start and now and then: an unchanged ticker is
   * left alone (upserting from many processes at once has made schedulers fall silent), a changed or overdue one is set again.
   */
  async ensureTicker(
    { id, everyMs, payload }: Ticker<T>,
    now: () => number = Date.now,
  ): Promise<'kept' | 'set'> {
    const data = this.definition.payload.parse(payload);
    const found = await this.bounded('tick', this.queue.getJobScheduler(id));
    const fresh = found?.next !== undefined && now() - found.next < OVERDUE_FACTOR * everyMs;
    if (fresh && found.every === everyMs && JSON.stringify(found.template?.data) === JSON.stringify(data))
      return 'kept';
    const opts = {
      attempts: 1,
      removeOnComplete: { count: KEPT_TICKS.completed },
      removeOnFail: { count: KEPT_TICKS.failed },
    };
    await this.bounded(
      'tick',
      this.queue.upsertJobScheduler(id, { every: everyMs }, { name: this.definition.name, data, opts }),
    );
    return 'set';
  }

  /** removeTicker: ends what `ensureTicker` began; false if there was none. */
  removeTicker(id: string): Promise<boolean> {
    return this.bounded('tick', this.queue.removeJobScheduler(id));
  }

  /** depth: jobs by state, for metrics. */
  async depth(): Promise<Record<'waiting' | 'active' | 'delayed' | 'failed', number>> {
    const counts = await this.bounded(
      'depth',
      this.queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    );
    const of = (state: string): number => counts[state] ?? 0;
    return { waiting: of('waiting'), active: of('active'), delayed: of('delayed'), failed: of('failed') };
  }

  close(): Promise<void> {
    return this.bounded('close', this.queue.close());
  }

  private bounded<R>(what: string, act: Promise<R>): Promise<R> {
    return within(CALL_MS, `${what} on the queue ${this.definition.name}`, act);
  }
}
