type Bucket = { tokens: number; atMs: number };

const BUCKETS_MAX = 10_000;

/** TokenBuckets: at most `burst` calls at once and `perSecond` on average for each name; the least recently used names are forgotten. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly limits: { perSecond: number; burst: number }) {}

  /** take: 0 when the call may go on, else the milliseconds until it may. */
  take(name: string, nowMs: number): number {
    const { perSecond, burst } = this.limits;
    const last = this.buckets.get(name) ?? { tokens: burst, atMs: nowMs };
    const elapsedMs = Math.max(0, nowMs - last.atMs);
    const tokens = Math.min(burst, last.tokens + (elapsedMs / 1_000) * perSecond);
    const granted = tokens >= 1;
    this.buckets.delete(name);
    this.buckets.set(name, { tokens: granted ? tokens - 1 : tokens, atMs: nowMs });
    this.dropOldest();
    return granted ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1_000);
  }

  private dropOldest(): void {
    const oldest = this.buckets.keys().next();
    if (this.buckets.size > BUCKETS_MAX && oldest.done !== true) this.buckets.delete(oldest.value);
  }
}
