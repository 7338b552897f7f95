import { retry } from '#libs/platform';

import type { Admin } from './admin.js';
import { Progress } from './progress.js';
import { NO_TOPIC_ID } from './topic-ids.js';

/** Assignment: topic → partitions that the group gave to this consumer. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

/** Seek: reading has to go on elsewhere, because the topic was created anew under its old name. */
export type Seek = { topic: string; partition: number; offset: bigint; was: string; is: string };

type Plan = { partition: number; next: bigint; seek: boolean; was: string };

const ATTEMPTS = 6;
const INCARNATION_MAX_AGE_MS = 1_000;

const differs = (was: string, is: string): boolean => was !== '' && was !== NO_TOPIC_ID && was !== is;

const planTopic = async (admin: Admin, groupId: string, topic: string, is: string): Promise<Plan[]> => {
  const [offsets, committed] = await Promise.all([admin.offsets(topic), admin.committed(groupId, topic)]);
  return offsets.map(({ partition, start }) => {
    const seen = committed.find((each) => each.partition === partition);
    const was = seen?.note ?? '';
    const seek = seen?.offset != null && differs(was, is);
    return { partition, was, seek, next: seek ? start : (seen?.offset ?? start) };
  });
};

/**
 * Session: one assignment of the group, from join to rejoin. It knows the positions to go on from, and notices a topic that
 * was deleted and created again: at the start by the incarnation committed beside the offset, later by asking the broker.
 */
export class Session {
  readonly progress = new Progress();
  readonly loaded: Promise<Seek[]>;
  private checkedMs = -Infinity;
  private readonly current = new Map<string, string>();

  constructor(
    private readonly options: {
      admin: Admin;
      groupId: string;
      assignment: Assignment;
      signal: AbortSignal;
      now: () => number;
    },
  ) {
    this.loaded = retry(() => this.load(), { attempts: ATTEMPTS, signal: options.signal });
    this.loaded.catch(() => undefined);
  }

  /** recreated: the partitions of `topic` to read from their start, when its incarnation is not the one they were begun with. */
  async recreated(topic: string, maxAgeMs = INCARNATION_MAX_AGE_MS): Promise<Seek[]> {
    await this.refresh(maxAgeMs);
    const is = this.current.get(topic);
    if (is === undefined || this.stale(topic, is).length === 0) return [];
    const offsets = await this.options.admin.offsets(topic);
    return this.stale(topic, is).map(({ partition, was }) => {
      const offset = offsets.find((each) => each.partition === partition)?.start ?? 0n;
      this.progress.begin(topic, partition, { incarnation: is, next: offset });
      return { topic, partition, offset, was, is };
    });
  }

  private stale(topic: string, is: string): { partition: number; was: string }[] {
    return (this.options.assignment[topic] ?? [])
      .map((partition) => ({ partition, was: this.progress.incarnation(topic, partition) ?? '' }))
      .filter(({ was }) => differs(was, is));
  }

  private async refresh(maxAgeMs: number): Promise<void> {
    const nowMs = this.options.now();
    if (nowMs - this.checkedMs < maxAgeMs) return;
    const found = await this.options.admin.incarnations(Object.keys(this.options.assignment));
    this.checkedMs = nowMs;
    for (const [topic, id] of found) this.current.set(topic, id);
  }

  private async load(): Promise<Seek[]> {
    const { admin, groupId, assignment } = this.options;
    await this.refresh(0);
    const seeks: Seek[] = [];
    for (const [topic, partitions] of Object.entries(assignment)) {
      const is = this.current.get(topic) ?? NO_TOPIC_ID;
      for (const { partition, next, seek, was } of await planTopic(admin, groupId, topic, is)) {
        if (!partitions.includes(partition)) continue;
        this.progress.begin(topic, partition, { incarnation: is, next });
        if (seek) seeks.push({ topic, partition, offset: next, was, is });
      }
    }
    return seeks;
  }
}
