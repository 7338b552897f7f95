/** Both ends included. */
export type OffsetRange = readonly [first: bigint, last: bigint];

export type LedgerRange = {
  first: bigint;
  last: bigint;
  holes: readonly OffsetRange[];
  rejected: readonly bigint[];
};

/** A range with the time of its newest record, by whose hour the ledger is added up. */
export type TimedRange = LedgerRange & { brokerMs: number };

/** What an offset is: stored, refused, or nothing that the log holds. */
type Fate = 'accepted' | 'rejected' | 'hole';

/** Run: neighbouring offsets of one fate, at the earliest time that a range which speaks of them has. */
type Run = { first: bigint; last: bigint; fate: Fate; brokerMs: number };

type Step = { at: bigint; covered: number; holes: number; rejected: number; brokerMs: number };

const stepsOf = ({ first, last, holes, rejected, brokerMs }: TimedRange): Step[] => {
  const step = (at: bigint, change: Partial<Step>): Step => ({
    ...{ at, covered: 0, holes: 0, rejected: 0, brokerMs },
    ...change,
  });
  return [
    step(first, { covered: 1 }),
    step(last + 1n, { covered: -1 }),
    ...holes.flatMap(([from, to]) => [step(from, { holes: 1 }), step(to + 1n, { holes: -1 })]),
    ...rejected.flatMap((offset) => [step(offset, { rejected: 1 }), step(offset + 1n, { rejected: -1 })]),
  ];
};

/** Times of the ranges that cover the offset at hand, counted. */
class Times {
  private readonly counts = new Map<number, number>();

  change(ms: number, by: number): void {
    const count = (this.counts.get(ms) ?? 0) + by;
    if (count === 0) this.counts.delete(ms);
    else this.counts.set(ms, count);
  }

  earliest(): number {
    return Math.min(...this.counts.keys());
  }
}

/**
 * runsOf: the union of ranges as runs that do not overlap, ascending. An offset is accepted when any range accepted it, else rejected
 * when any range rejected it, else a hole of the log. Every range adds one to what it says about an offset, so it has accepted an
 * offset exactly where fewer ranges call it a hole or rejected than cover it.
 */
function* runsOf(ranges: readonly TimedRange[]): Generator<Run> {
  const steps = ranges.flatMap(stepsOf).toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const times = new Times();
  const now = { at: 0n, covered: 0, holes: 0, rejected: 0 };
  for (const change of steps) {
    if (change.at > now.at && now.covered > 0) {
      const fate: Fate =
        now.covered > now.holes + now.rejected ? 'accepted' : now.rejected > 0 ? 'rejected' : 'hole';
      yield { first: now.at, last: change.at - 1n, fate, brokerMs: times.earliest() };
    }
    now.at = change.at;
    now.covered += change.covered;
    now.holes += change.holes;
    now.rejected += change.rejected;
    if (change.covered !== 0) times.change(change.brokerMs, change.covered);
  }
}

const HOUR_MS = 3_600_000;
const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;

export type Counted = { received: number; quarantined: number };

/** sweepRanges: counts the offsets of ranges that overlap, each once, in all and by hour. */
export function sweepRanges(ranges: readonly TimedRange[]): Counted & { hours: Map<number, Counted> } {
  const hours = new Map<number, Counted>();
  const total = { received: 0, quarantined: 0 };
  for (const { first, last, fate, brokerMs } of runsOf(ranges)) {
    if (fate === 'hole') continue;
    const length = Number(last - first) + 1;
    const hour = hours.get(hourOf(brokerMs)) ?? { received: 0, quarantined: 0 };
    hours.set(hourOf(brokerMs), hour);
    for (const count of [total, hour]) {
      count.received += length;
      if (fate === 'rejected') count.quarantined += length;
    }
  }
  return { ...total, hours };
}

/** Exceptions that one merged range lists at most: a row of the ledger stays below a megabyte. */
const EXCEPTIONS_MAX = 50_000;

type Merged = Omit<TimedRange, 'holes' | 'rejected'> & {
  holes: [first: bigint, last: bigint][];
  rejected: bigint[];
};

const continues = (into: Merged | undefined, { first, brokerMs }: Run): into is Merged =>
  into !== undefined &&
  into.last + 1n === first &&
  hourOf(into.brokerMs) === hourOf(brokerMs) &&
  into.holes.length + into.rejected.length < EXCEPTIONS_MAX;

const take = (into: Merged, { first, last, fate }: Run): void => {
  const hole = into.holes.at(-1);
  if (fate === 'rejected') for (let offset = first; offset <= last; offset += 1n) into.rejected.push(offset);
  if (fate !== 'hole') return;
  if (hole?.[1] === first - 1n) hole[1] = last;
  else into.holes.push([first, last]);
};

/** mergeRanges: the same union in as few ranges as there are hours and gaps: neighbours of one hour become one. */
export function mergeRanges(ranges: readonly TimedRange[]): TimedRange[] {
  const merged: Merged[] = [];
  for (const run of runsOf(ranges)) {
    const open = merged.at(-1);
    const into = continues(open, run) ? open : { ...run, holes: [], rejected: [] };
    if (into !== open) merged.push(into);
    into.last = run.last;
    into.brokerMs = Math.max(into.brokerMs, run.brokerMs);
    take(into, run);
  }
  return merged.map(({ first, last, brokerMs, holes, rejected }) => ({
    first,
    last,
    brokerMs,
    holes,
    rejected,
  }));
}

/** receivedOf: how many records a range stands for. */
export const receivedOf = ({ first, last, holes }: LedgerRange): bigint =>
  holes.reduce((left, [from, to]) => left - (to - from + 1n), last - first + 1n);
