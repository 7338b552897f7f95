import type { CategoricalCell, MetricName, NumericCell } from '#libs/contracts';
import { limitOf, measured, undecided, type Draft, type Measurement } from '../draft.js';
import { evidenceOf, type Evidence } from '../evidence.js';
import { gate, isComparable, type Comparable } from '../gate.js';
import type { Pair, Side } from '../pair.js';

type Cell = NumericCell | CategoricalCell;
const unseenOf = (cell: Cell): number => (cell.kind === 'categorical' ? cell.unseen : 0);

/** Rows as they should be, without a value, with a wrong type, with a new category. */
const countsOf = (cell: Cell): number[] => [
  cell.rows - cell.nulls - cell.invalid - unseenOf(cell),
  cell.nulls,
  cell.invalid,
  unseenOf(cell),
];

/** dataQualityChunks: rows as they should be, missing, of a wrong type and new, per chunk of the baseline. */
export const dataQualityChunks = ({ chunks }: Pick<Side, 'chunks'>): number[][] =>
  chunks.flatMap((cell) => (cell.kind === 'confusion' ? [] : [countsOf(cell)]));

const rates = {
  missing_rate: (cell: Cell) => cell.nulls / cell.rows,
  invalid_rate: (cell: Cell) => cell.invalid / cell.rows,
  unseen_rate: (cell: Cell) => unseenOf(cell) / cell.rows,
} satisfies Partial<Record<MetricName, (cell: Cell) => number>>;
type Rate = keyof typeof rates;

const ratesOf = ({ type }: Pair): Rate[] =>
  type === 'categorical' ? ['missing_rate', 'invalid_rate', 'unseen_rate'] : ['missing_rate', 'invalid_rate'];

/** The monitor limits the *increase*; the finding states the limit on the window's rate, so that value and threshold compare. */
function rate({ baseline, window, settings, feature }: Comparable, metric: Rate): Measurement {
  const before = rates[metric](baseline);
  const increase = limitOf(settings, feature, metric);
  return {
    metric,
    variant: 'baseline-plus-limit',
    value: rates[metric](window),
    baselineValue: before,
    threshold: increase === null ? null : before + increase,
  };
}

/** A column can be empty by chance when it is mostly empty anyway: below this chance it is a fact. */
const CHANCE_OF_EMPTY = 1e-6;

/** columnIsMissing: no value at all where the baseline had enough of them that this is no accident. */
function columnIsMissing(baseline: Cell, window: Cell): boolean {
  const nullRate = baseline.nulls / baseline.rows;
  return window.nulls === window.rows && nullRate < 1 && nullRate ** window.rows < CHANCE_OF_EMPTY;
}

/** A missing column needs no limit of its own to be told; a limit of 1 mutes it. */
const MISSING_COLUMN_LIMIT = 0;

function missingColumn(pair: Comparable, missing: boolean): Draft {
  const threshold = limitOf(pair.settings, pair.feature, 'missing_column') ?? MISSING_COLUMN_LIMIT;
  const value = missing ? 1 : 0;
  return measured(
    pair,
    { metric: 'missing_column', variant: 'fact', value, baselineValue: 0, threshold },
    'exact',
  );
}

const evidence = (pair: Comparable): Evidence =>
  evidenceOf({
    baseline: countsOf(pair.baseline),
    window: countsOf(pair.window),
    chunks: dataQualityChunks(pair),
    allChunks: () => dataQualityChunks(pair.all),
    chunkCount: pair.chunkCount,
  });

/**
 * compareQualityOfData: rates of missing, wrongly typed and new values against the baseline's, with one test over all of them, and
 * whether the column is there at all. A missing column is one finding; its rates then decide nothing.
 */
export function compareQualityOfData(pair: Pair): Draft[] {
  const gated = gate(pair);
  const metrics = ratesOf(pair);
  if (!isComparable(gated)) {
    return [...metrics, 'missing_column' as const].map((metric) => undecided(pair, metric, gated));
  }
  if (columnIsMissing(gated.baseline, gated.window)) {
    const reason = { status: 'not_computable', note: 'the column is missing: see missing_column' } as const;
    return [...metrics.map((metric) => undecided(pair, metric, reason)), missingColumn(gated, true)];
  }
  const shared = evidence(gated);
  return [
    ...metrics.map((metric) => measured(pair, rate(gated, metric), shared)),
    missingColumn(gated, false),
  ];
}
