import type { NumericBinning } from '#libs/contracts';

/** A larger sample is thinned to so many points at equal distances, both ends included: ten of them are one hundredth of the rows. */
export const SAMPLE_POINTS = 1_001;
/** In its first and last hundredth a larger sample keeps points as if there were so many of them: ten are one thousandth of the rows. */
export const TAIL_POINTS = 10_001;
const BINS = 100;
/** Edges beside those of equal frequency: this share of the rows lies beyond one, at either end. */
const TAILS = [0.005, 0.001, 0.0001];
/** Bins that are split once more, because what they hold may lie anywhere in too much of the axis. */
const SPLITS = 4;
/** Splitting a bin that is not much wider than others, for the rows that it holds, is not worth a bin. */
const WORTH_SPLITTING = 3;

const buffer = new DataView(new ArrayBuffer(8));

/** The next larger Float64 of a finite number. */
export function nextAfter(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  buffer.setFloat64(0, value);
  buffer.setBigUint64(0, buffer.getBigUint64(0) + (value > 0 ? 1n : -1n));
  return buffer.getFloat64(0);
}

/** OrderedSample: some values of `rows` ordered ones, ascending, and the rank of each, from 0. */
export type OrderedSample = {
  readonly values: readonly number[];
  readonly ranks: readonly number[];
  readonly rows: number;
};

/** wholeSample: a sample that keeps every value. */
export const wholeSample = (ascending: readonly number[]): OrderedSample => ({
  values: ascending,
  ranks: [...ascending.keys()],
  rows: ascending.length,
});

/** Run: one value, from its first rank to the first rank of the next. */
type Run = { readonly value: number; readonly from: number; to: number };

function runsOf({ values, ranks, rows }: OrderedSample): Run[] {
  const runs: Run[] = [];
  for (const [at, point] of values.entries()) {
    const value = point === 0 ? 0 : point; // -0 is 0
    const [last, from] = [runs.at(-1), ranks[at] ?? 0];
    if (last?.value === value) continue;
    if (last !== undefined) last.to = from;
    runs.push({ value, from, to: rows });
  }
  return runs;
}

/** placesOf: of which rank the hundredths and tails begin, as numpy has it: between two rows, as a rule. A tail of fewer than two rows says nothing. */
function placesOf(rows: number, bins: number): number[] {
  const even = Array.from({ length: bins - 1 }, (_, i) => ((i + 1) / bins) * (rows - 1));
  const tails = TAILS.flatMap((tail) => [tail * (rows - 1), (1 - tail) * (rows - 1)]);
  return [...even, ...tails.filter((place) => Math.ceil(place) >= 2 && Math.ceil(place) <= rows - 2)];
}

/** between: linear, as numpy's default; `to` where they are too near or too far apart for it. */
function between(from: number, to: number, part: number): number {
  const value = part < 0.5 ? from + (to - from) * part : to - (to - from) * (1 - part);
  return value > from && value < to ? value : to;
}

/** runAt: position of the run that has a rank. */
function runAt(runs: readonly Run[], rank: number): number {
  let [low, high] = [0, runs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((runs[middle]?.from ?? Infinity) <= rank) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** split: bins (as runs at which they begin) whose rows times width is far above the average are cut in the middle of their rows. */
function split(runs: readonly Run[], starts: readonly number[], max: number): number[] {
  const cuts = [...starts];
  const scoreOf = (from: number, to: number | undefined) => {
    const [first, next] = [runs[from], to === undefined ? undefined : runs[to]];
    const last = next ?? { value: max, from: runs.at(-1)?.to ?? 0 };
    return first === undefined ? 0 : (last.from - first.from) * (last.value / 2 - first.value / 2);
  };
  const total = cuts.reduce((sum, from, i) => sum + scoreOf(from, cuts[i + 1]), 0);
  for (let i = 0; i < SPLITS; i++) {
    const scores = cuts.map((from, at) => scoreOf(from, cuts[at + 1]));
    const widest = scores.indexOf(Math.max(...scores));
    const [from = 0, to = runs.length] = cuts.slice(widest, widest + 2);
    const middle = ((runs[from]?.from ?? 0) + (runs[to - 1]?.to ?? 0)) / 2;
    const cut = Math.max(from + 1, runAt(runs, middle));
    if (cut >= to || !((scores[widest] ?? 0) > (WORTH_SPLITTING * total) / starts.length)) return cuts;
    cuts.splice(widest + 1, 0, cut);
  }
  return cuts;
}

/**
 * numericEdges: about 100 bins of equal frequency from an ordered sample; bins begin where numpy has the hundredths of its rows, so that
 * tenths of the rows are whole bins however few there are. Beside them edges lie at 0.5, 0.1 and 0.01 % from either end, and some more where
 * bins are wide for the rows that they hold: how far a heavy tail reaches is decided there. A value that holds a hundredth has a bin of its
 * own, [v, nextAfter(v)), and what lies between it and the next edge another. The first edge is `min` and the last bin ends with `max`, both
 * of all rows. Without any value there is one bin, which holds 0.
 */
export function numericEdges(
  sample: OrderedSample,
  { min, max, bins = BINS }: { min: number; max: number; bins?: number },
): Pick<NumericBinning, 'edges' | 'max'> {
  if (sample.rows === 0) return { edges: [0], max: 0 };
  const runs = runsOf(sample);
  const atom = Math.max(2, (sample.rows - 1) / bins);
  const isAtom = ({ from, to }: Run): boolean => to - from >= atom;
  const besideAtoms = [...runs.keys()].filter((at) => {
    const [run, before] = [runs[at], runs[at - 1]];
    return (run !== undefined && isAtom(run)) || (before !== undefined && isAtom(before));
  });
  const isWhole = sample.values.length === sample.rows;
  /** Where bins begin that begin with a run: at its value, or between it and the one before. */
  const starts = new Map<number, number>();
  for (const place of placesOf(sample.rows, bins)) {
    const at = runAt(runs, Math.ceil(place));
    const [before, run] = [runs[at - 1], runs[at]];
    if (run === undefined || starts.has(at)) continue;
    const isBetween = isWhole && run.from > place && before !== undefined && !isAtom(before) && !isAtom(run);
    starts.set(at, isBetween ? between(before.value, run.value, place % 1) : run.value);
  }
  for (const at of [0, ...besideAtoms]) if (!starts.has(at)) starts.set(at, runs[at]?.value ?? min);
  const cuts = split(
    runs,
    [...starts.keys()].sort((a, b) => a - b),
    max,
  );
  const edges = new Set([min === 0 ? 0 : min]);
  for (const cut of cuts) {
    const run = runs[cut];
    if (run === undefined) continue;
    if (cut > 0 || isAtom(run)) edges.add(starts.get(cut) ?? run.value);
    if (isAtom(run)) edges.add(nextAfter(run.value));
  }
  return { edges: [...edges].filter((edge) => edge <= max).sort((a, b) => a - b), max };
}
