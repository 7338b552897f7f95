import type { HealthReading } from '#libs/platform';

import type { Outages } from './persist.js';

type Standing = { topic: string; partition: number; next: bigint; end: bigint };

/** STALLED_MS: no offset moved for this long although records wait: a restart is worth trying. */
export const STALLED_MS = 5 * 60_000;

/**
 * Liveness: offsets move, or there is nothing to read. A process that is up proves nothing: a consumer can have stopped for
 * good inside it. A known wait for a service that is away counts as alive: a restart would not bring that service back.
 */
export class Liveness {
  private readonly seen = new Map<string, { next: bigint; okMs: number }>();

  constructor(private readonly outages: Pick<Outages, 'names'>) {}

  /** observe: the partitions assigned now; those assigned to others since are forgotten. */
  observe(standings: readonly Standing[], nowMs: number): void {
    const keys = new Set(standings.map(keyOf));
    for (const key of this.seen.keys()) if (!keys.has(key)) this.seen.delete(key);
    for (const standing of standings) {
      const before = this.seen.get(keyOf(standing));
      const isStill = standing.next === before?.next && standing.next < standing.end;
      this.seen.set(keyOf(standing), { next: standing.next, okMs: isStill ? before.okMs : nowMs });
    }
  }

  read(nowMs: number): HealthReading {
    const away = this.outages.names();
    if (away.length > 0) return { ok: true, detail: `waiting for ${away.join(', ')}` };
    const stalled = [...this.seen].filter(([, { okMs }]) => nowMs - okMs > STALLED_MS).map(([key]) => key);
    if (stalled.length === 0) return { ok: true };
    return {
      ok: false,
      reason: `no offset moved for ${STALLED_MS / 60_000} minutes in ${stalled.join(', ')}`,
    };
  }
}

const keyOf = ({ topic, partition }: Standing): string => `${topic}/${partition}`;
