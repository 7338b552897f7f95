import {
  ALL_SEGMENT,
  RECONSTRUCTION_ERROR,
  SEGMENT_IN,
  type MetricName,
  type RowSample,
  type SampledColumn,
} from '#libs/contracts';
import { correlationDrift, domainClassifier, type NumericColumn, type SampleColumn } from '#libs/stats';
import { chosenMetrics } from '../chosen.js';
import { coarseCounts, testCells } from '../coarsen.js';
import { limited, measured, undecided, type Draft, type Undecidable } from '../draft.js';
import { momentsOf } from '../drift/sides.js';
import { chunkNote, evidenceOf, MIN_CHUNKS, type Evidence } from '../evidence.js';
import { formatNumber } from '../format.js';
import { fewRows, gate, isComparable, type Comparable } from '../gate.js';
import { limitFor, thresholdOf } from '../limits.js';
import { pairer, segmentValuesOf, type MonitorInput, type Pair } from '../pair.js';
import { testChunks } from './drift.js';

const METRICS = [
  'pca_reconstruction_error',
  'domain_classifier_auc',
  'correlation_drift',
] as const satisfies readonly MetricName[];

const meanOf = (cell: Pair['window']): number | null =>
  cell?.kind === 'numeric' ? (momentsOf(cell)?.mean ?? null) : null;

function reconstructionEvidence(pair: Comparable): Evidence {
  const plan = testCells(pair.baseline, pair.binning);
  const counts = (cell: Comparable['window']) => coarseCounts(cell, plan, pair.binning);
  const samples = {
    baseline: counts(pair.baseline),
    window: counts(pair.window),
    chunks: testChunks(pair, pair.binning),
    phases: pair.phases,
    allChunks: () => testChunks(pair.all, pair.binning),
  };
  return evidenceOf(samples, pair);
}

const NO_COMPONENTS =
  'the principal components of the baseline are not made yet, or it has fewer than two features that vary';

/** The mean distance of rows from the baseline's components, against what it is on the baseline's own days. */
function reconstruction(pair: Pair, noComponents = NO_COMPONENTS): Draft {
  const metric = 'pca_reconstruction_error';
  const without: Undecidable = { status: 'not_computable', note: noComponents };
  const gated = pair.binning === null ? without : gate(pair);
  if (!isComparable(gated)) return undecided(pair, metric, gated);
  const value = meanOf(gated.window);
  const history = () => ({
    values: gated.chunks.map(meanOf).filter((mean) => mean !== null),
    of: 'the days of the baseline',
  });
  const measurement = {
    metric,
    variant: 'mean-distance-65-percent-of-variance',
    value,
    baselineValue: meanOf(gated.baseline),
    ...limited(pair, { metric, value, history }),
  } as const;
  return measured(pair, measurement, reconstructionEvidence(gated));
}

/** What is made from a sample has no parts to fit a limit on, so that a default limit that is to be fitted is none for it. */
const sampledLimit = (pair: Pair, metric: MetricName, value: number | null) => {
  const threshold = thresholdOf(pair, metric);
  const isConstant =
    typeof threshold === 'number' || (typeof threshold === 'object' && threshold?.kind === 'constant');
  const history = () => ({ values: [], of: '' });
  return limitFor({ metric, value, history, threshold: isConstant ? threshold : null });
};

type Both = { readonly baseline: SampledColumn; readonly window: SampledColumn };

/** Columns that both samples have, as the same kind. */
function bothOf({ baseline, window }: { baseline: RowSample; window: RowSample }): Both[] {
  const now = new Map(window.columns.map((column) => [column.feature, column]));
  return baseline.columns.flatMap((column) => {
    const other = now.get(column.feature);
    return other?.kind === column.kind ? [{ baseline: column, window: other }] : [];
  });
}

const numbers = (column: SampledColumn): number[] =>
  column.kind === 'numeric' ? column.values.map((value) => value ?? NaN) : [];
const texts = (column: SampledColumn): (string | null)[] =>
  column.kind === 'categorical' ? [...column.values] : [];

const sampleColumn = ({ baseline, window }: Both): SampleColumn =>
  baseline.kind === 'numeric'
    ? { kind: 'numeric', baseline: numbers(baseline), window: numbers(window) }
    : { kind: 'categorical', baseline: texts(baseline), window: texts(window) };

type Sampled = { readonly pair: Pair; readonly both: readonly Both[]; readonly deff: number };

const evidence = ({ pair, deff }: Sampled, p: number, more = ''): Evidence => ({
  p,
  deff,

  note: [more, chunkNote(pair)].filter((part) => part !== '').join('; '),
});

const rowsIn = ({ both }: Sampled) => ({
  rows: both[0]?.window.values.length ?? 0,
  baselineRows: both[0]?.baseline.values.length ?? 0,
});

function classifier(sampled: Sampled): Draft {
  const metric = 'domain_classifier_auc';
  const { pair, both, deff } = sampled;
  const found = domainClassifier({ columns: both.map(sampleColumn), deff });
  const value = found?.auc ?? null;
  const measurement = {
    metric,
    variant: 'boosted-trees-5-folds',
    value,
    whyNot: 'too few rows to learn from',
    ...sampledLimit(pair, metric, value),
    ...rowsIn(sampled),
    baselineValue: 0.5,
  } as const;
  return measured(pair, measurement, evidence(sampled, found?.p ?? 1));
}

function correlation(sampled: Sampled): Draft {
  const metric = 'correlation_drift';
  const { pair, both, deff } = sampled;
  const numeric = both.filter(({ baseline }) => baseline.kind === 'numeric');
  const columns = numeric.map(({ baseline, window }): NumericColumn => ({
    baseline: numbers(baseline),
    window: numbers(window),
  }));
  const found = correlationDrift({ columns, deff });
  const value = found?.change ?? null;
  const names = found?.pair.map((at) => numeric[at]?.baseline.feature ?? '').join(' and ');
  const note =
    found === null
      ? ''
      : `${names}: rank correlation ${formatNumber(found.now)} instead of ${formatNumber(found.before)}`;
  const measurement = {
    metric,
    variant: 'spearman-largest-change',
    value,
    whyNot: 'no two numbers vary together',
    ...sampledLimit(pair, metric, value),
    ...rowsIn(sampled),
  } as const;
  return measured(pair, measurement, evidence(sampled, found?.p ?? 1, note));
}

const FROM_ROWS: Readonly<Partial<Record<MetricName, (sampled: Sampled) => Draft>>> = {
  domain_classifier_auc: classifier,
  correlation_drift: correlation,
};

/** Too few rows on either side, or none at all. */
function blocked(pair: Pair, { rows, baselineRows }: ReturnType<typeof rowsIn>): Undecidable | null {
  if (pair.window === null && rows === 0) return { status: 'no_data', note: 'no rows in this window' };
  if (baselineRows === 0) return { status: 'no_baseline', note: 'the baseline has no rows to compare with' };
  return fewRows(rows, baselineRows, pair.settings.minRows, 'sampled rows');
}

/** What a sample of rows tells, for all rows together: how restless days are is taken from the reconstruction error. */
function fromRows(input: MonitorInput, pair: Pair, metrics: readonly MetricName[]): Draft[] {
  const both = bothOf(input.rows ?? { baseline: { columns: [] }, window: { columns: [] } });
  const gated = pair.binning === null ? null : gate(pair);
  const deff =
    gated !== null && isComparable(gated) && pair.chunkCount >= MIN_CHUNKS
      ? reconstructionEvidence(gated).deff
      : 1;
  const sampled = { pair: { ...pair, feature: '' }, both, deff };
  const why = blocked(sampled.pair, rowsIn(sampled));
  return metrics.flatMap((metric) => {
    if (why !== null) return FROM_ROWS[metric] === undefined ? [] : [undecided(sampled.pair, metric, why)];
    return FROM_ROWS[metric]?.(sampled) ?? [];
  });
}

/**
 * compareMultivariate: do features still go together as at training, though each by itself may not have moved? The mean reconstruction
 * error of rows from the baseline's principal components, per segment value, from profiles; and, for all rows, the AUC of a classifier
 * that tells window from baseline and the largest change of a rank correlation, from a sample of rows.
 */
export function compareMultivariate(input: MonitorInput): Draft[] {
  const pairOf = pairer(input);
  const everywhere = pairOf({ segment: ALL_SEGMENT, segmentValue: SEGMENT_IN }, RECONSTRUCTION_ERROR);
  const metrics = chosenMetrics(everywhere, METRICS);
  const values = metrics.includes('pca_reconstruction_error') ? segmentValuesOf(input) : [];
  return [
    ...values.map((value) => reconstruction(pairOf(value, RECONSTRUCTION_ERROR), input.noComponents)),
    ...fromRows(input, everywhere, metrics),
  ];
}
