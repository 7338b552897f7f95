/** PartitionPosition: where this consumer stands in one of its partitions. */
export type PartitionPosition = {
  readonly topic: string;
  readonly partition: number;
  readonly incarnation: string;
  /** First offset that is not handled and committed yet. */
  readonly next: bigint;
  /** Time stamp of the newest handled record, and when it was handled; 0 before the first one of this assignment. */
  readonly brokerTimeMs: number;
  readonly lastRecordAtMs: number;
};

/** Arrival: what a fetched range means: in order, seen before, or after a hole (records that were deleted or skipped unseen). */
export type Arrival =
  | { kind: 'next'; first: bigint }
  | { kind: 'again'; first: bigint }
  | { kind: 'gap'; first: bigint; missing: { from: bigint; to: bigint } };

type State = {
  incarnation: string;
  /** First offset not handled. */
  next: bigint;
  /** First offset neither handled nor known to hold nothing for us (markers of transactions, aborted records). */
  expected: bigint;
  brokerTimeMs: number;
  lastRecordAtMs: number;
};

/**
 * Progress: positions in the partitions of one assignment, and the detection of holes that the client hides: it jumps
 * silently when the broker has deleted records that were not read yet.
 */
export class Progress {
  private readonly states = new Map<string, State>();

  /** begin: the offset from which reading is to go on (committed, or the start of the log). */
  begin(
    topic: string,
    partition: number,
    { incarnation, next }: { incarnation: string; next: bigint },
  ): void {
    this.states.set(keyOf(topic, partition), {
      incarnation,
      next,
      expected: next,
      brokerTimeMs: 0,
      lastRecordAtMs: 0,
    });
  }

  incarnation(topic: string, partition: number): string | undefined {
    return this.states.get(keyOf(topic, partition))?.incarnation;
  }

  /** skipped: the client dropped a range that held only markers or aborted records. */
  skipped(topic: string, partition: number, { first, last }: { first: bigint; last: bigint }): void {
    const state = this.states.get(keyOf(topic, partition));
    if (state?.expected === first) state.expected = last + 1n;
  }

  /** expected: the offset that is to come next; undefined for a partition that is not ours. */
  expected(topic: string, partition: number): bigint | undefined {
    return this.states.get(keyOf(topic, partition))?.expected;
  }

  /**
   * arrive: judges a fetched range by its first offset; `first` in the answer is where the range to be recorded begins. A gap is
   * told once: what comes behind it is expected from then on.
   */
  arrive(topic: string, partition: number, first: bigint): Arrival {
    const state = this.states.get(keyOf(topic, partition));
    if (state === undefined || first < state.expected) return { kind: 'again', first };
    if (first === state.expected) return { kind: 'next', first: state.next };
    const missing = { from: state.expected, to: first - 1n };
    state.next = first;
    state.expected = first;
    return { kind: 'gap', first, missing };
  }

  /** done: a range up to `last` is handled and committed. */
  done(
    topic: string,
    partition: number,
    handled: { last: bigint; brokerTimeMs: number; nowMs: number },
  ): void {
    const state = this.states.get(keyOf(topic, partition));
    if (state === undefined) return;
    state.next = handled.last + 1n;
    state.expected = state.next;
    state.brokerTimeMs = Math.max(state.brokerTimeMs, handled.brokerTimeMs);
    state.lastRecordAtMs = handled.nowMs;
  }

  positions(): PartitionPosition[] {
    return Array.from(this.states, ([key, { incarnation, next, brokerTimeMs, lastRecordAtMs }]) => ({
      ...partsOf(key),
      incarnation,
      next,
      brokerTimeMs,
      lastRecordAtMs,
    }));
  }
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;

const partsOf = (key: string): { topic: string; partition: number } => {
  const at = key.lastIndexOf('/');
  return { topic: key.slice(0, at), partition: Number(key.slice(at + 1)) };
};
