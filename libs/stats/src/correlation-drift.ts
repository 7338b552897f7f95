import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

/** Two numeric columns, rows of both sides; NaN where there is no value. */
export type NumericColumn = { readonly baseline: readonly number[]; readonly window: readonly number[] };

/** CorrelationDrift: the pair of columns (by position) whose rank correlation changed most. */
export type CorrelationDrift = {
  change: number;
  pair: [number, number];
  before: number;
  now: number;
  /** That no pair changed: the smallest p of all pairs times their number. */
  p: number;
};

const MIN_ROWS = 10;
/** Variance of Fisher's z of a rank correlation is this / (n − 3) (Fieller, Hartley & Pearson 1957). */
const RANK_VARIANCE = 1.06;

/** Ranks, equal values sharing their mean rank. */
function ranks(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) result[order[i] ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

/**
 * spearman: rank correlation of the rows in which both values are there (Spearman 1904; the same as `scipy.stats.spearmanr`). Null for
 * fewer than ten of them, and for a constant.
 */
export function spearman(x: readonly number[], y: readonly number[]): { rho: number; rows: number } | null {
  const rows = [...x.keys()].filter((row) => Number.isFinite(x[row]) && Number.isFinite(y[row]));
  if (rows.length < MIN_ROWS) return null;
  const [a, b] = [x, y].map((values) => ranks(rows.map((row) => values[row] ?? 0))) as [
    Float64Array,
    Float64Array,
  ];
  const mean = (rows.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const i of rows.keys()) {
    const [u, v] = [(a[i] ?? 0) - mean, (b[i] ?? 0) - mean];
    xy += u * v;
    xx += u * u;
    yy += v * v;
  }
  if (!(xx > 0 && yy > 0)) return null;
  return { rho: Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))), rows: rows.length };
}

/** Fisher's z; rank correlations of exactly ±1 are taken a hair inside. */
const fisherZ = (rho: number): number => Math.atanh(Math.max(-1 + 1e-12, Math.min(1 - 1e-12, rho)));

/** The change of one pair, with the p of its own; null where a side has no correlation. */
function changeOf(
  columns: readonly NumericColumn[],
  pair: [number, number],
  deff: number,
): CorrelationDrift | null {
  const [x, y] = [columns[pair[0]], columns[pair[1]]];
  if (x === undefined || y === undefined) return null;
  const [before, now] = [spearman(x.baseline, y.baseline), spearman(x.window, y.window)];
  if (before === null || now === null) return null;
  const varianceOf = ({ rows }: { rows: number }) => RANK_VARIANCE / Math.max(1, rows / deff - 3);
  const z =
    Math.abs(fisherZ(now.rho) - fisherZ(before.rho)) / Math.sqrt(varianceOf(before) + varianceOf(now));
  return {
    change: Math.abs(now.rho - before.rho),
    pair,
    before: before.rho,
    now: now.rho,
    p: 2 * (1 - normalCdf(z, 0, 1)),
  };
}

/**
 * correlationDrift: the largest change of a rank correlation between two columns, which no look at single columns sees. The test is Fisher's
 * z of the difference, two-sided, Bonferroni over the pairs, on n / deff rows. Null when no pair has a correlation on both sides.
 */
export function correlationDrift({
  columns,
  deff = 1,
}: {
  readonly columns: readonly NumericColumn[];
  readonly deff?: number;
}): CorrelationDrift | null {
  const pairs = columns.flatMap((_, i) =>
    columns.slice(i + 1).map((__, k): [number, number] => [i, i + 1 + k]),
  );
  const changes = pairs.flatMap((pair) => changeOf(columns, pair, deff) ?? []);
  const [first] = changes;
  if (first === undefined) return null;
  const worst = changes.reduce((a, b) => (b.change > a.change ? b : a), first);
  const p = Math.min(1, Math.min(...changes.map((change) => change.p)) * changes.length);
  return { ...worst, p };
}
