import type { TickJob } from '#libs/contracts';
import type { Logger } from '#libs/platform';
import type { JobQueue } from '#libs/queue';

type Options = {
  queue: Pick<JobQueue<TickJob>, 'ensureTicker'>;
  everyMs: number;
  logger: Logger;
  /** How often the schedulers are looked at. */
  checkMs?: number;
};

const CHECK_MS = 5_000;

/** TICK_KINDS: every kind of tick; each has one scheduler and one handler. */
export const TICK_KINDS = [
  'link-labels',
  'profile',
  'evaluate',
  'reconcile-notices',
  'erase',
  'retention',
  'watch-intake',
] as const satisfies readonly TickJob['kind'][];

/**
 * TickBell: keeps one scheduler per kind of tick in Redis. Schedulers vanish (a flushed or restored Redis, known faults of the
 * library), so they are looked at again and again for as long as the worker lives; missing ones are put back.
 */
export class TickBell {
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;

  constructor(private readonly options: Options) {}

  /** start: sets the schedulers now and checks them from then on; throws when Redis does not answer now. */
  async start(): Promise<void> {
    await this.ensure();
    this.timer = setInterval(() => this.check(), this.options.checkMs ?? CHECK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.checking;
  }

  private check(): void {
    this.checking ??= this.ensure()
      .catch((error: unknown) =>
        this.options.logger.warn({ err: error }, 'the tick schedulers were not checked'),
      )
      .finally(() => {
        this.checking = undefined;
      });
  }

  private async ensure(): Promise<void> {
    const { queue, everyMs, logger } = this.options;
    for (const kind of TICK_KINDS) {
      const done = await queue.ensureTicker({ id: kind, everyMs, payload: { kind } });
      if (done === 'set') logger.info({ tick: kind, everyMs }, 'tick scheduler set');
    }
  }
}
