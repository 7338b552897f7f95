import type { FeatureStatistics } from '#libs/contracts';
import { numericEdges, type OrderedSample } from '#libs/store';
import { apportion } from './counts.js';
import type { StatisticsFeature } from './formats.js';

type Numbers = NonNullable<StatisticsFeature['numerical_statistics']>;
type Kll = NonNullable<NonNullable<Numbers['distribution']>['kll']>;
type Bins = { edges: number[]; max: number; counts: number[] };
/** Shaped: bins with counts, or why the distribution cannot be used. */
type Shaped = Bins | { why: string };

type Extent = { min: number; max: number };

/** A value of level i of a sketch stands for 2^i values. */
function weighted(data: readonly (readonly number[])[]): { value: number; weight: number }[] {
  return data
    .flatMap((level, i) => level.map((value) => ({ value: value === 0 ? 0 : value, weight: 2 ** i })))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value);
}

/** sampleOf: the items of the sketch, ascending, at the ranks that their weights give them. */
function sampleOf(items: readonly { value: number; weight: number }[]): OrderedSample {
  const ranks: number[] = [];
  let rows = 0;
  for (const { weight } of items) {
    ranks.push(rows);
    rows += weight;
  }
  return { values: items.map(({ value }) => value), ranks, rows };
}

/** binOf: the last bin whose edge is not above the value. */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function fromSketch(
  data: readonly (readonly number[])[],
  { min, max }: Extent,
  { bins, present }: { bins: number; present: number },
): Shaped {
  const items = weighted(data);
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined) return { why: 'its sketch holds no values' };
  const extent = { min: Math.min(min, first.value), max: Math.max(max, last.value) };
  const { edges } = numericEdges(sampleOf(items), { ...extent, bins });
  const weights = edges.map(() => 0);
  for (const { value, weight } of items) {
    const bin = binOf(edges, value);
    weights[bin] = (weights[bin] ?? 0) + weight;
  }
  return { edges, max: extent.max, counts: apportion(weights, present) };
}

/** Buckets of a constant, or of few values, share their bounds: those become one bin. */
function fromBuckets(buckets: NonNullable<Kll['buckets']>, { min, max }: Extent, present: number): Shaped {
  const merged: { from: number; count: number }[] = [];
  for (const { lower_bound: from, upper_bound: to, count } of buckets) {
    if (from == null || to == null || to < from) return { why: 'a bucket has no bounds' };
    const last = merged.at(-1);
    if (last !== undefined && from < last.from) return { why: 'its buckets are not in order' };
    if (last?.from === from) last.count += count;
    else merged.push({ from, count });
  }
  const [first, end] = [merged[0], buckets.at(-1)?.upper_bound];
  if (first === undefined || end == null) return { why: 'it has no buckets' };
  first.from = Math.min(first.from, min);
  return {
    edges: merged.map(({ from }) => from),
    max: Math.max(end, max),
    counts: apportion(
      merged.map(({ count }) => count),
      present,
    ),
  };
}

function shapeOf(numbers: Numbers, present: number, bins: number): Shaped {
  const kll = numbers.distribution?.kll;
  if (present === 0) return { edges: [0], max: 0, counts: [0] };
  const extent = { min: numbers.min ?? Infinity, max: numbers.max ?? -Infinity };
  if (kll?.sketch !== undefined) {
    const shaped = fromSketch(kll.sketch.data, extent, { bins, present });
    if (!('why' in shaped)) return shaped;
  }
  if (kll?.buckets !== undefined) return fromBuckets(kll.buckets, extent, present);
  return { why: 'it has no distribution (neither buckets nor a sketch)' };
}

/** numericStatistics: a numeric feature of statistics.json with its own bins: about `bins` from the sketch, where there is one, else its ten buckets. */
export function numericStatistics(
  name: string,
  numbers: Numbers,
  { rows, bins }: { rows: number; bins: number },
): FeatureStatistics | { why: string } {
  const present = Math.round(numbers.common.num_present);
  if (present > rows) return { why: `it has ${present} values in ${rows} rows` };
  const shaped = shapeOf(numbers, present, bins);
  if ('why' in shaped) return shaped;
  const mean = numbers.mean ?? (numbers.sum ?? 0) / Math.max(1, present);
  const spread = numbers.std_dev ?? 0;
  return {
    name,
    kind: 'numeric',
    ...shaped,
    min: shaped.edges[0] ?? 0,
    nulls: rows - present,
    sum: numbers.sum ?? mean * present,
    sumSquares: present * (spread * spread + mean * mean),
  };
}
