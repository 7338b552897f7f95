import { contentOf, roleOf, subjectOf } from './events.js';

/** Entry: records that Kafka acknowledged: event `indexes[k]` lies at `baseOffset + k`. */
export type Entry = {
  topic: string;
  kind: 'prediction' | 'truth';
  /** Which life of the topic, counted from 0. */
  life: number;
  partition: number;
  baseOffset: bigint;
  indexes: readonly number[];
};

type Missing = { topic: string; life: number; partition: number; from: bigint; to: bigint };

/** A ground truth record that is not JSON, in the place of one that is. */
export const isBadTruth = (index: number): boolean => index % 1_000 === 33;

export const isBad = (kind: Entry['kind'], index: number): boolean =>
  kind === 'prediction' ? roleOf(index) === 'bad' : isBadTruth(index);

export type Acknowledged = { entry: Entry; index: number; offset: bigint };

/** AckLog: what the producer knows to be written, and what was taken away again before anybody could read it. */
export class AckLog {
  readonly entries: Entry[] = [];
  readonly missing: Missing[] = [];

  add(entry: Entry): void {
    this.entries.push(entry);
  }

  /** lose: these offsets were deleted unread. */
  lose(range: Missing): void {
    if (range.from <= range.to) this.missing.push(range);
  }

  private isMissing({ topic, life, partition }: Entry, offset: bigint): boolean {
    return this.missing.some(
      (range) =>
        range.topic === topic &&
        range.life === life &&
        range.partition === partition &&
        offset >= range.from &&
        offset <= range.to,
    );
  }

  /** Every acknowledged record that could be read. */
  *readable(): Generator<Acknowledged> {
    for (const entry of this.entries)
      for (const [at, index] of entry.indexes.entries()) {
        const offset = entry.baseOffset + BigInt(at);
        if (this.missing.length === 0 || !this.isMissing(entry, offset)) yield { entry, index, offset };
      }
  }

  /** The newest content of every prediction, by its number, and the predictions with ground truth. */
  outcome(): { contents: Map<number, number>; truths: Set<number> } {
    const contents = new Map<number, number>();
    const truths = new Set<number>();
    for (const { entry, index } of this.readable()) {
      if (isBad(entry.kind, index)) continue;
      if (entry.kind === 'truth') truths.add(index);
      else contents.set(subjectOf(index), contentOf(index));
    }
    return { contents, truths };
  }

  get count(): number {
    return this.entries.reduce((sum, { indexes }) => sum + indexes.length, 0);
  }
}
