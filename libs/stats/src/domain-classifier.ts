import { boostedTrees } from './boosted-trees.js';
import { rocAuc, type RocAuc } from './roc-auc.js';

/** SampleColumn: the values of one feature, row by row; NaN or null where there is none. */
export type SampleColumn =
  | { readonly kind: 'numeric'; readonly baseline: readonly number[]; readonly window: readonly number[] }
  | {
      readonly kind: 'categorical';
      readonly baseline: readonly (string | null)[];
      readonly window: readonly (string | null)[];
    };

export type DomainClassifierInput = {
  readonly columns: readonly SampleColumn[];
  /** ≥ 1: counts n / deff rows in the test (default 1). */
  readonly deff?: number;
};

const FOLDS = 5;
/** Fewer rows than this on a side leave too few per fold to learn from. */
const MIN_ROWS = 50;
const MAX_BIN = 254;

/** Quantiles of both sides together; 0 stands for no value. */
function numericBins(values: readonly number[]): Uint8Array {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b);
  const edges = [
    ...new Set(
      Array.from({ length: MAX_BIN - 1 }, (_, i) => known[Math.floor(((i + 1) * known.length) / MAX_BIN)]),
    ),
  ].filter((edge) => edge !== undefined);
  const binOf = (value: number): number => {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] ?? Infinity) <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
  return Uint8Array.from(values, (value) => (Number.isFinite(value) ? binOf(value) : 0));
}

/** Categories in the order of how often they belong to the window among the rows to learn from, so that one cut can tell them apart. */
function categoryBins(values: readonly (string | null)[], labels: Uint8Array, rows: Uint32Array): Uint8Array {
  const seen = new Map<string, [window: number, all: number]>();
  for (const row of rows) {
    const value = values[row];
    if (value == null) continue;
    const [window, all] = seen.get(value) ?? [0, 0];
    seen.set(value, [window + (labels[row] ?? 0), all + 1]);
  }
  const shareOf = ([window, all]: [number, number]) => (window + 1) / (all + 2);
  const order = [...seen].sort(([a, left], [b, right]) => shareOf(left) - shareOf(right) || (a < b ? -1 : 1));
  const scale = Math.min(1, (MAX_BIN - 1) / Math.max(1, order.length - 1));
  const bins = new Map(order.map(([value], rank) => [value, 1 + Math.round(rank * scale)]));
  const middle = 1 + Math.round(((order.length - 1) / 2) * scale);
  return Uint8Array.from(values, (value) => (value == null ? 0 : (bins.get(value) ?? middle)));
}

/**
 * domainClassifier: can a classifier tell rows of the window from rows of the baseline? ROC AUC of gradient-boosted trees on rows that
 * they were not fitted on (5 folds); ½ where nothing differs, 1 where everything does, whatever features it takes together
 * (Rabanser, Günnemann & Lipton 2019). Rows of each side are to come in random order: fold i holds every fifth one, from i on.
 * p is that of the rank-sum test of the out-of-fold scores. Null with fewer than 50 rows on a side, or without columns.
 */
export function domainClassifier({ columns, deff = 1 }: DomainClassifierInput): RocAuc | null {
  const [n, m] = [columns[0]?.baseline.length ?? 0, columns[0]?.window.length ?? 0];
  if (n < MIN_ROWS || m < MIN_ROWS) return null;
  if (columns.some(({ baseline, window }) => baseline.length !== n || window.length !== m)) {
    throw new RangeError('the columns do not have the same rows');
  }
  const labels = Uint8Array.from({ length: n + m }, (_, row) => Number(row >= n));
  const foldOf = (row: number): number => (row < n ? row : row - n) % FOLDS;
  const numeric = columns.map((column) =>
    column.kind === 'numeric' ? numericBins([...column.baseline, ...column.window]) : null,
  );
  const scores = { positives: [] as number[], negatives: [] as number[] };
  for (let fold = 0; fold < FOLDS; fold++) {
    const rows = Uint32Array.from(labels.keys()).filter((row) => foldOf(row) !== fold);
    const binned = columns.map(
      (column, index) =>
        numeric[index] ??
        categoryBins([...column.baseline, ...column.window] as (string | null)[], labels, rows),
    );
    const predict = boostedTrees({ columns: binned, labels, rows });
    for (const row of labels.keys())
      if (foldOf(row) === fold) (row < n ? scores.negatives : scores.positives).push(predict(row));
  }
  return rocAuc({ ...scores, deff });
}
