import type { Logger } from './logging.js';

type Options = {
  logger: Logger;
  /** All steps together get this long; what hangs is left behind. */
  deadlineMs: number;
  exit?: (code: number) => void;
};
type Step = { name: string; stop: () => void | Promise<void> };

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Shutdown: graceful stop in order. What was registered last stops first (a consumer before the client it writes through).
 * A second signal changes nothing: Ctrl-C under npm delivers two, and the deadline already bounds the wait.
 */
export class Shutdown {
  private readonly steps: Step[] = [];
  private readonly controller = new AbortController();
  private stopping: Promise<boolean> | undefined;

  constructor(private readonly options: Options) {}

  /** signal: aborts when the stop begins; hand it to loops and waits. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** add: registers how to stop what was just started. */
  add(name: string, stop: Step['stop']): void {
    this.steps.push({ name, stop });
  }

  /** listen: stops on SIGTERM or SIGINT and then leaves the process with 0, or with 1 if a step failed or the deadline passed. */
  listen(): void {
    for (const name of SIGNALS) process.on(name, () => void this.leave(name));
  }

  /** stop: runs every step once; true when all ended well within the deadline. Later calls get the same answer. */
  stop(): Promise<boolean> {
    this.stopping ??= this.run();
    return this.stopping;
  }

  private async leave(name: string): Promise<void> {
    if (this.stopping !== undefined) return;
    this.options.logger.info({ signal: name }, 'stopping');
    const clean = await this.stop();
    this.options.logger.info({ clean }, 'stopped');
    (this.options.exit ?? process.exit)(clean ? 0 : 1);
  }

  private async run(): Promise<boolean> {
    this.controller.abort();
    const deadline = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => deadline.resolve('late'), this.options.deadlineMs);
    let clean = true;
    for (const step of this.steps.toReversed()) {
      const outcome = await Promise.race([this.runStep(step), deadline.promise]);
      if (outcome === 'late') {
        this.options.logger.error(
          { step: step.name, deadlineMs: this.options.deadlineMs },
          'stop took too long; leaving the rest',
        );
        clean = false;
        break;
      }
      clean &&= outcome === 'done';
    }
    clearTimeout(timer);
    return clean;
  }

  private async runStep({ name, stop }: Step): Promise<'done' | 'failed'> {
    try {
      await stop();
      return 'done';
    } catch (error) {
      this.options.logger.error({ err: error, step: name }, 'a step of the stop failed');
      return 'failed';
    }
  }
}
