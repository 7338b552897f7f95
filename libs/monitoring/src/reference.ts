import { isFeatureCell, type FeatureBinning, type NumericCell } from '#libs/contracts';
import { multinomial, type Random } from '#libs/stats';
import type { FeatureCell } from './coarsen.js';
import { MIN_CHUNKS } from './evidence.js';
import type { Comparable } from './gate.js';
import { checksum, seeded } from './random.js';

/** CellPair: a window-like part of the baseline and what it is compared with. */
type CellPair = { readonly baseline: FeatureCell; readonly window: FeatureCell };

/** Reference: what is normal: pairs that differ by nothing but what the baseline itself does. */
export type Reference = { readonly pairs: readonly CellPair[]; readonly of: string };

/** A part with fewer rows says nothing. */
const MIN_PART_ROWS = 50;
/** Enough for a 99th percentile with two values above it. */
const RESAMPLES = 200;

const less = (a: number, b: number): number => Math.max(0, a - b);
const lessEach = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((count, i) => less(count, b[i] ?? 0));

/** without: a cell less one of its parts. Extremes cannot be taken out and stay. Null for cells of different kinds. */
function without(whole: FeatureCell, part: FeatureCell): FeatureCell | null {
  const counted = {
    rows: less(whole.rows, part.rows),
    nulls: less(whole.nulls, part.nulls),
    invalid: less(whole.invalid, part.invalid),
    counts: lessEach(whole.counts, part.counts),
  };
  if (whole.kind === 'categorical' && part.kind === 'categorical') {
    return { ...whole, ...counted, unseen: less(whole.unseen, part.unseen) };
  }
  if (whole.kind !== 'numeric' || part.kind !== 'numeric') return null;
  return {
    ...whole,
    ...counted,
    under: less(whole.under, part.under),
    underSum: whole.underSum - part.underSum,
    over: less(whole.over, part.over),
    overSum: whole.overSum - part.overSum,
    sum: whole.sum - part.sum,
    sumSquares: less(whole.sumSquares, part.sumSquares),
  };
}

/** partsOf: each chunk of a baseline against the rest of it; chunks with fewer than `minRows` say nothing. */
export function partsOf(
  { baseline, chunks }: Pick<Comparable, 'baseline' | 'chunks'>,
  minRows = MIN_PART_ROWS,
): CellPair[] {
  return chunks.flatMap((cell) => {
    if (!isFeatureCell(cell) || cell.rows < minRows) return [];
    const rest = without(baseline, cell);
    return rest === null || rest.rows < minRows ? [] : [{ baseline: rest, window: cell }];
  });
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** middles: where the mass of each slot (under, bins, over) is thought to lie; enough for comparing draws with draws. */
function middles(cell: NumericCell, binning: Extract<FeatureBinning, { kind: 'numeric' }>): number[] {
  const { edges, max } = binning;
  return [
    cell.under > 0 ? cell.underSum / cell.under : (edges[0] ?? max),
    ...edges.map((edge, i) => edge / 2 + (edges[i + 1] ?? max) / 2),
    cell.over > 0 ? cell.overSum / cell.over : max,
  ];
}

/** drawn: a cell of so many independent rows from the baseline's shares. */
function drawn(pair: Comparable, rows: number, random: Random): FeatureCell | null {
  const { baseline, binning } = pair;
  const { nulls, invalid, counts } = baseline;
  if (baseline.kind === 'categorical') {
    const draw = multinomial({ cells: [nulls, invalid, baseline.unseen, ...counts], rows, random });
    if (draw === null) return null;
    const [n = 0, i = 0, unseen = 0, ...values] = draw;
    return { ...baseline, rows, nulls: n, invalid: i, unseen, counts: values };
  }
  if (binning.kind !== 'numeric') return null;
  const { under, over } = baseline;
  const draw = multinomial({ cells: [nulls, invalid, under, ...counts, over], rows, random });
  if (draw === null) return null;
  const [n = 0, i = 0, ...slots] = draw;
  const at = middles(baseline, binning);
  const sums = slots.map((count, slot) => count * (at[slot] ?? 0));
  return {
    ...baseline,
    rows,
    nulls: n,
    invalid: i,
    counts: slots.slice(1, -1),
    under: slots[0] ?? 0,
    underSum: sums[0] ?? 0,
    over: slots.at(-1) ?? 0,
    overSum: sums.at(-1) ?? 0,
    sum: total(sums),
    sumSquares: total(sums.map((sum, slot) => sum * (at[slot] ?? 0))),
  };
}

/** Both sides are drawn, because the real baseline is a sample too. */
function resampled(pair: Comparable, deff: number): CellPair[] {
  const { segment, segmentValue, feature, baseline, window } = pair;
  const random = seeded(checksum(JSON.stringify([segment, segmentValue, feature, baseline.rows])));
  const rowsOf = (cell: FeatureCell) => Math.max(1, Math.round(cell.rows / deff));
  return Array.from({ length: RESAMPLES }, () => {
    const [before, now] = [drawn(pair, rowsOf(baseline), random), drawn(pair, rowsOf(window), random)];
    return before === null || now === null ? [] : [{ baseline: before, window: now }];
  }).flat();
}

/**
 * referenceOf: each part of the baseline (cut like the monitor's windows) against the rest; where there are too few of them, both sides
 * drawn from the baseline's shares at the window's number of rows over deff: then what differs from day to day is only in deff.
 */
export function referenceOf(pair: Comparable, deff: number): Reference {
  const parts = partsOf(pair);
  if (parts.length >= MIN_CHUNKS) return { pairs: parts, of: `${parts.length} parts of the baseline` };
  return { pairs: resampled(pair, deff), of: `${RESAMPLES} draws from the baseline` };
}
