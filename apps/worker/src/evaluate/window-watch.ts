/** What was last seen of one monitor: under which settings and baseline, and the signature of each window. */
type Seen = { context: string; windows: Map<string, string>; waitingSinceMs: Map<string, number> };

/**
 * WindowWatch: which windows have not changed since they were last found evaluated, so that a tick does not read all of history.
 * Only a memory of what the ledger says: forgetting costs a look at each window, never a result.
 */
export class WindowWatch {
  private readonly monitors = new Map<string, Seen>();

  /** isKnown: whether the window was found evaluated under this context and signature. */
  isKnown(monitor: string, context: string, window: string, signature: string): boolean {
    return this.seen(monitor, context).windows.get(window) === signature;
  }

  /** settle: the ledger has the window as it is now. */
  settle(monitor: string, context: string, window: string, signature: string): void {
    const { windows, waitingSinceMs } = this.seen(monitor, context);
    windows.set(window, signature);
    waitingSinceMs.delete(window);
  }

  /** waitsSince: when this window was first found due while buckets of it still had to be profiled. */
  waitsSince(monitor: string, context: string, window: string, nowMs: number): number {
    const { waitingSinceMs } = this.seen(monitor, context);
    const sinceMs = waitingSinceMs.get(window) ?? nowMs;
    waitingSinceMs.set(window, sinceMs);
    return sinceMs;
  }

  /** keep: forgets all monitors but these. */
  keep(monitors: ReadonlySet<string>): void {
    for (const monitor of this.monitors.keys()) if (!monitors.has(monitor)) this.monitors.delete(monitor);
  }

  private seen(monitor: string, context: string): Seen {
    const known = this.monitors.get(monitor);
    if (known?.context === context) return known;
    const fresh = { context, windows: new Map<string, string>(), waitingSinceMs: new Map<string, number>() };
    this.monitors.set(monitor, fresh);
    return fresh;
  }
}
