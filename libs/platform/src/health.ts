/** HealthReading: what a check says; a reason is shown without login, so it names no address and no secret. */
export type HealthReading =
  { readonly ok: true; readonly detail?: string } | { readonly ok: false; readonly reason: string };

/** Must end when the signal aborts; a throw counts as failed. */
type HealthCheck = (signal: AbortSignal) => HealthReading | Promise<HealthReading>;

/** HealthReport: all checks of one kind; `ok` when every one is. */
export type HealthReport = { readonly ok: boolean; readonly checks: Readonly<Record<string, HealthReading>> };

type Options = { timeoutMs?: number; onError?: (name: string, error: unknown) => void };

const TIMEOUT_MS = 2_000;

/**
 * Health: the named checks of one app. *Live* = a restart would not help yet; *ready* = work can be done now.
 * A check that does not answer in time is failed, so one hanging dependency never hangs the probe.
 */
export class Health {
  private readonly liveChecks = new Map<string, HealthCheck>();
  private readonly readyChecks = new Map<string, HealthCheck>();
  private readonly timeoutMs: number;
  private readonly onError: (name: string, error: unknown) => void;

  constructor({ timeoutMs = TIMEOUT_MS, onError = () => undefined }: Options = {}) {
    this.timeoutMs = timeoutMs;
    this.onError = onError;
  }

  addLive(name: string, check: HealthCheck): void {
    this.liveChecks.set(name, check);
  }

  addReady(name: string, check: HealthCheck): void {
    this.readyChecks.set(name, check);
  }

  live(): Promise<HealthReport> {
    return this.report(this.liveChecks);
  }

  ready(): Promise<HealthReport> {
    return this.report(this.readyChecks);
  }

  private async report(checks: ReadonlyMap<string, HealthCheck>): Promise<HealthReport> {
    const readings = await Promise.all(
      Array.from(checks, async ([name, check]) => [name, await this.read(name, check)] as const),
    );
    return { ok: readings.every(([, reading]) => reading.ok), checks: Object.fromEntries(readings) };
  }

  private async read(name: string, check: HealthCheck): Promise<HealthReading> {
    const controller = new AbortController();
    const late = Promise.withResolvers<HealthReading>();
    const timer = setTimeout(() => {
      controller.abort();
      late.resolve({ ok: false, reason: `no answer within ${this.timeoutMs} ms` });
    }, this.timeoutMs);
    try {
      return await Promise.race([late.promise, Promise.resolve(check(controller.signal))]);
    } catch (error) {
      this.onError(name, error);
      return { ok: false, reason: 'the check failed; the log says why' };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** probe: a check that is ok when `act` returns and failed, with one fixed reason, when it throws. */
export const probe =
  (act: (signal: AbortSignal) => Promise<unknown>): HealthCheck =>
  async (signal) => {
    await act(signal);
    return { ok: true };
  };
