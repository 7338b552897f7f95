import { retry } from '#libs/platform';

import type { Admin } from './admin.js';
import type { ConsumerEvent } from './consumer-event.js';
import { Progress, type PartitionPosition } from './progress.js';
import { stallsOf, type Stall } from './stalls.js';
import { NO_TOPIC_ID } from './topic-ids.js';

/** Assignment: topic → partitions that the group gave to this consumer. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

/** SeekEvent: why reading does not go on where the group had stopped. */
type SeekEvent = Extract<ConsumerEvent, { type: 'gap' | 'rewound' | 'recreated' }>;

/** Seek: reading has to go on elsewhere. */
export type Seek = { topic: string; partition: number; offset: bigint; event: SeekEvent };

type Standing = {
  topic: string;
  partition: number;
  incarnation: string;
  /** Where reading was to go on, and under which incarnation. */
  next: bigint;
  was: string;
  start: bigint;
  end: bigint;
};

const ATTEMPTS = 6;

const differs = (was: string, is: string): boolean => was !== '' && was !== NO_TOPIC_ID && was !== is;

/**
 * eventOf: what it means that reading was to go on at `next` in a log that holds the offsets from `start` up to below `end`: nothing,
 * another topic under the same name, records deleted before they were read, or a log that has lost its end.
 */
export const eventOf = ({
  topic,
  partition,
  incarnation,
  next,
  was,
  start,
  end,
}: Standing): SeekEvent | undefined => {
  if (differs(was, incarnation)) return { type: 'recreated', topic, partition, was, is: incarnation };
  const where = { topic, partition, incarnation };
  if (next < start) return { type: 'gap', ...where, from: next, to: start - 1n };
  if (next > end) return { type: 'rewound', ...where, from: end, to: next - 1n };
  return undefined;
};

/**
 * Session: one assignment of the group, from join to rejoin. It knows the positions to go on from, and notices what the client does
 * not: a topic that was deleted and created again (at the start by the incarnation committed beside the offset, later by asking the broker), and
 * a log that does not hold the offset to go on from.
 */
export class Session {
  readonly progress = new Progress();
  readonly loaded: Promise<Seek[]>;
  private checking: Promise<void> | undefined;
  private looked: readonly PartitionPosition[] = [];
  private hasEnded = false;
  private readonly current = new Map<string, string>();

  constructor(
    private readonly options: {
      admin: Admin;
      groupId: string;
      assignment: Assignment;
      signal: AbortSignal;
    },
  ) {
    this.loaded = retry(() => this.load(), { attempts: ATTEMPTS, signal: options.signal });
    this.loaded.catch(() => undefined);
  }

  /** isEnding: the group rebalances, or has gone on without us; what is begun now could not be kept. */
  get isEnding(): boolean {
    return this.hasEnded;
  }

  end(): void {
    this.hasEnded = true;
  }

  /** fetched: something was read just now; which topic it came from has to be asked after this moment. */
  fetched(): void {
    this.checking = undefined;
  }

  /**
   * recreated: the partitions of `topic` to read from their start, when its incarnation is not the one they were begun with. The broker is asked
   * once after each fetch: until then records may be those of another topic of the same name.
   */
  async recreated(topic: string): Promise<Seek[]> {
    await this.check();
    const is = this.current.get(topic);
    if (is === undefined || this.stale(topic, is).length === 0) return [];
    return this.compare(topic, this.stale(topic, is));
  }

  /** look: the same for all topics, for the time when nothing is fetched. */
  async look(): Promise<Seek[]> {
    await this.loaded;
    this.fetched();
    const seeks: Seek[] = [];
    for (const topic of Object.keys(this.options.assignment)) seeks.push(...(await this.recreated(topic)));
    return seeks;
  }

  /** stalls: partitions that have not moved since the last call although records wait. */
  async stalls(): Promise<Stall[]> {
    const positions = this.progress.positions();
    const ends = new Map<string, bigint>();
    for (const topic of new Set(positions.map((position) => position.topic)))
      for (const { partition, end } of await this.options.admin.offsets(topic))
        ends.set(`${topic}/${partition}`, end);
    const before = this.looked;
    this.looked = positions;
    return stallsOf(before, positions, ({ topic, partition }) => ends.get(`${topic}/${partition}`));
  }

  /** reset: what has happened to a partition whose next offset the broker does not hold. */
  async reset(topic: string, partition: number): Promise<Seek[]> {
    await this.loaded;
    await this.refresh();
    return this.compare(topic, [partition]);
  }

  /** Partitions whose log does not fit the position, each set to the start of its log. */
  private async compare(topic: string, partitions: readonly number[]): Promise<Seek[]> {
    const offsets = await this.options.admin.offsets(topic);
    return offsets.flatMap(({ partition, start, end }) => {
      const next = this.progress.expected(topic, partition);
      if (next === undefined || !partitions.includes(partition)) return [];
      const was = this.progress.incarnation(topic, partition) ?? '';
      const incarnation = this.current.get(topic) ?? was;
      return this.begin({ topic, partition, incarnation, next, was, start, end });
    });
  }

  /** Begins a partition where reading goes on; the seek where that is not where it was to go on. */
  private begin(standing: Standing): Seek[] {
    const { topic, partition, incarnation, next, start } = standing;
    const event = eventOf(standing);
    const offset = event === undefined ? next : start;
    this.progress.begin(topic, partition, { incarnation, next: offset });
    return event === undefined ? [] : [{ topic, partition, offset, event }];
  }

  private stale(topic: string, is: string): number[] {
    const partitions = this.options.assignment[topic] ?? [];
    return partitions.filter((partition) => differs(this.progress.incarnation(topic, partition) ?? '', is));
  }

  private async check(): Promise<void> {
    this.checking ??= this.refresh();
    const { checking } = this;
    try {
      await checking;
    } catch (error) {
      if (this.checking === checking) this.checking = undefined;
      throw error;
    }
  }

  private async refresh(): Promise<void> {
    const found = await this.options.admin.incarnations(Object.keys(this.options.assignment));
    for (const [topic, id] of found) this.current.set(topic, id);
  }

  private async load(): Promise<Seek[]> {
    await this.refresh();
    const seeks: Seek[] = [];
    for (const [topic, partitions] of Object.entries(this.options.assignment))
      for (const standing of await this.standings(topic))
        if (partitions.includes(standing.partition)) seeks.push(...this.begin(standing));
    return seeks;
  }

  private async standings(topic: string): Promise<Standing[]> {
    const { admin, groupId } = this.options;
    const [offsets, committed] = await Promise.all([admin.offsets(topic), admin.committed(groupId, topic)]);
    const incarnation = this.current.get(topic) ?? NO_TOPIC_ID;
    return offsets.map(({ partition, start, end }) => {
      const seen = committed.find((each) => each.partition === partition);
      const next = seen?.offset ?? start;
      return { topic, partition, incarnation, next, was: seen?.note ?? '', start, end };
    });
  }
}
