export type BoostedTreesInput = {
  /** Bin of every row, by column; at most 256 bins. */
  readonly columns: readonly Uint8Array[];
  /** 1 or 0 of every row. */
  readonly labels: Uint8Array;
  /** Rows to learn from. */
  readonly rows: Uint32Array;
  readonly rounds?: number;
  readonly depth?: number;
  readonly learningRate?: number;
  /** A leaf holds at least so many rows. */
  readonly minRows?: number;
};

/** A tree in heap order: node i splits into 2i + 1 (bin ≤ at) and 2i + 2; a column of −1 is a leaf. */
type Tree = { column: Int16Array; at: Uint8Array; value: Float64Array };
type Gradients = { gradient: Float64Array; hessian: Float64Array };
type Split = { gain: number; column: number; at: number };

const BINS = 256;
/** L2 on leaf values, as customary: keeps small leaves from extremes. */
const RIDGE = 1;

const score = (gradient: number, hessian: number): number => (gradient * gradient) / (hessian + RIDGE);

function leafOf({ column, at }: Tree, columns: readonly Uint8Array[], row: number): number {
  let node = 0;
  for (let split = column[node] ?? -1; split >= 0; split = column[node] ?? -1)
    node = 2 * node + ((columns[split]?.[row] ?? 0) <= (at[node] ?? 0) ? 1 : 2);
  return node;
}

/** The best split of one column of one node, from the sums per bin. */
function bestCut(sums: Float64Array, column: number, minRows: number): Split | null {
  let [gradient, hessian, rows] = [0, 0, 0];
  for (let bin = 0; bin < BINS; bin++) {
    gradient += sums[3 * bin] ?? 0;
    hessian += sums[3 * bin + 1] ?? 0;
    rows += sums[3 * bin + 2] ?? 0;
  }
  const whole = score(gradient, hessian);
  let best: Split | null = null;
  let [g, h, n] = [0, 0, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    g += sums[3 * bin] ?? 0;
    h += sums[3 * bin + 1] ?? 0;
    n += sums[3 * bin + 2] ?? 0;
    if ((sums[3 * bin + 2] ?? 0) === 0 || n < minRows) continue;
    if (rows - n < minRows) break;
    const gain = score(g, h) + score(gradient - g, hessian - h) - whole;
    if (gain > (best?.gain ?? 1e-9)) best = { gain, column, at: bin };
  }
  return best;
}

function bestSplit(
  { columns }: BoostedTreesInput,
  rows: Uint32Array,
  { gradient, hessian }: Gradients,
  minRows: number,
): Split | null {
  let best: Split | null = null;
  const sums = new Float64Array(3 * BINS);
  for (const [index, bins] of columns.entries()) {
    sums.fill(0);
    for (const row of rows) {
      const at = 3 * (bins[row] ?? 0);
      sums[at] = (sums[at] ?? 0) + (gradient[row] ?? 0);
      sums[at + 1] = (sums[at + 1] ?? 0) + (hessian[row] ?? 0);
      sums[at + 2] = (sums[at + 2] ?? 0) + 1;
    }
    const cut = bestCut(sums, index, minRows);
    if (cut !== null && cut.gain > (best?.gain ?? 0)) best = cut;
  }
  return best;
}

function growTree(input: BoostedTreesInput, gradients: Gradients, depth: number, minRows: number): Tree {
  const nodes = 2 ** (depth + 1) - 1;
  const tree = {
    column: new Int16Array(nodes).fill(-1),
    at: new Uint8Array(nodes),
    value: new Float64Array(nodes),
  };
  let level: [node: number, rows: Uint32Array][] = [[0, input.rows]];
  for (let at = 0; at <= depth; at++) {
    const next: typeof level = [];
    for (const [node, rows] of level) {
      const split = at < depth ? bestSplit(input, rows, gradients, minRows) : null;
      if (split === null) {
        const [g, h] = rows.reduce(
          ([a, b], row) => [a + (gradients.gradient[row] ?? 0), b + (gradients.hessian[row] ?? 0)],
          [0, 0] as [number, number],
        );
        tree.value[node] = g / (h + RIDGE);
        continue;
      }
      tree.column[node] = split.column;
      tree.at[node] = split.at;
      const bins = input.columns[split.column] ?? new Uint8Array();
      next.push([2 * node + 1, rows.filter((row) => (bins[row] ?? 0) <= split.at)]);
      next.push([2 * node + 2, rows.filter((row) => (bins[row] ?? 0) > split.at)]);
    }
    level = next;
  }
  return tree;
}

/**
 * boostedTrees: gradient boosting of small regression trees on binned columns, log loss with Newton steps (Friedman 2001; histograms and
 * the gain of a split as in Chen & Guestrin 2016). Gives the log-odds of label 1 for any row. Deterministic: no sampling, of
 * equal splits the first column and the lowest cut.
 */
export function boostedTrees(input: BoostedTreesInput): (row: number) => number {
  const { columns, labels, rows, rounds = 60, depth = 3, learningRate = 0.15, minRows = 20 } = input;
  const odds = new Float64Array(labels.length);
  const gradients = { gradient: new Float64Array(labels.length), hessian: new Float64Array(labels.length) };
  const trees: Tree[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const p = 1 / (1 + Math.exp(-(odds[row] ?? 0)));
      gradients.gradient[row] = (labels[row] ?? 0) - p;
      gradients.hessian[row] = p * (1 - p);
    }
    const tree = growTree(input, gradients, depth, minRows);
    trees.push(tree);
    for (const row of rows)
      odds[row] = (odds[row] ?? 0) + learningRate * (tree.value[leafOf(tree, columns, row)] ?? 0);
  }
  return (row) =>
    trees.reduce((sum, tree) => sum + learningRate * (tree.value[leafOf(tree, columns, row)] ?? 0), 0);
}
