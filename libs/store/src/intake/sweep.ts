import type { OffsetRange } from './ledger.js';

export type LedgerRange = {
  first: bigint;
  last: bigint;
  holes: readonly OffsetRange[];
  rejected: readonly bigint[];
};

type Step = { at: bigint; covered: number; holes: number; rejected: number };

const step = (at: bigint, change: Partial<Step>): Step => ({
  at,
  covered: 0,
  holes: 0,
  rejected: 0,
  ...change,
});

/**
 * sweepRanges: counts the offsets of ranges that overlap, each once. An offset is accepted when any range accepted it, else quarantined
 * when any range rejected it, else a hole of the log. Every range adds one to what it says about an offset, so it has accepted an
 * offset exactly where fewer ranges call it a hole or rejected than cover it.
 */
export function sweepRanges(ranges: readonly LedgerRange[]): { received: number; quarantined: number } {
  const steps = ranges.flatMap(stepsOf).toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  let received = 0n;
  let quarantined = 0n;
  const now = step(0n, {});
  for (const change of steps) {
    const length = change.at - now.at;
    if (length > 0n && now.covered > 0) {
      if (now.covered > now.holes + now.rejected) received += length;
      else if (now.rejected > 0) {
        received += length;
        quarantined += length;
      }
    }
    now.at = change.at;
    now.covered += change.covered;
    now.holes += change.holes;
    now.rejected += change.rejected;
  }
  return { received: Number(received), quarantined: Number(quarantined) };
}

const stepsOf = ({ first, last, holes, rejected }: LedgerRange): Step[] => [
  step(first, { covered: 1 }),
  step(last + 1n, { covered: -1 }),
  ...holes.flatMap(([from, to]) => [step(from, { holes: 1 }), step(to + 1n, { holes: -1 })]),
  ...rejected.flatMap((offset) => [step(offset, { rejected: 1 }), step(offset + 1n, { rejected: -1 })]),
];
