import type { FeatureBinning, MetricName, NumericCell } from '#libs/contracts';
import { jensenShannon, kolmogorovSmirnov, moments, psi, wasserstein, type TwoSamples } from '#libs/stats';
import { coarseCounts, coarsen, isExactBin } from '../coarsen.js';
import { limitOf, measured, undecided, type Draft, type Measurement, type Undecidable } from '../draft.js';
import { evidenceOf, type Evidence } from '../evidence.js';
import { fewRows, gate, isComparable, type Comparable } from '../gate.js';
import type { Pair, Side } from '../pair.js';

const METRICS = {
  numeric: ['psi', 'kolmogorov_smirnov', 'wasserstein_normalised'],
  categorical: ['jensen_shannon', 'psi', 'chi2'],
} as const satisfies Record<Pair['type'], readonly MetricName[]>;

/** coarseChunks: the baseline's chunks in cells of about equal mass of that same baseline. */
export function coarseChunks({ baseline, chunks }: Side, binning: FeatureBinning): number[][] {
  if (baseline === null || baseline.kind === 'confusion') return [];
  const plan = coarsen(baseline, binning);
  return chunks.flatMap((cell) => (cell.kind === 'confusion' ? [] : [coarseCounts(cell, plan, binning)]));
}

const present = (cell: Comparable['window']): number => cell.rows - cell.nulls - cell.invalid;

/** stdOf: spread of the baseline's values; 0 for a constant, null when the sums cannot tell. */
const stdOf = (cell: NumericCell): number | null =>
  cell.min !== null && cell.min === cell.max
    ? 0
    : (moments({ count: present(cell), sum: cell.sum, sumSquares: cell.sumSquares })?.std ?? null);

type NumericBinning = Extract<FeatureBinning, { kind: 'numeric' }>;
type NumericPair = { baseline: NumericCell; window: NumericCell; binning: NumericBinning };

function ks({ baseline, window, binning }: NumericPair, threshold: number | null): Measurement {
  const ordered = (cell: NumericCell) => [cell.under, ...cell.counts, cell.over];
  const bins = binning.edges.map((_, bin) => isExactBin(binning.edges, binning.max, bin));
  const result = kolmogorovSmirnov({
    baseline: ordered(baseline),
    window: ordered(window),
    exact: [false, ...bins, false],
  });
  return {
    metric: 'kolmogorov_smirnov',
    variant: 'D-at-bin-edges',
    threshold,
    value: result?.distance ?? null,
    ...(result !== null && { resolution: result.resolution }),
  };
}

function normalisedWasserstein(
  { baseline, window, binning }: NumericPair,
  threshold: number | null,
): Measurement {
  const result = wasserstein({ edges: binning.edges, max: binning.max, baseline, window });
  const std = stdOf(baseline);
  const common = { metric: 'wasserstein_normalised', variant: 'per-baseline-std', threshold } as const;
  if (result === null || std === null) {
    return { ...common, value: null, whyNot: 'the sums of the values do not give a spread' };
  }
  if (std === 0) {
    const value = result.distance === 0 ? 0 : null;
    return { ...common, value, whyNot: 'the baseline is constant: there is no spread to measure in' };
  }
  const [value, resolution] = [result.distance / std, result.resolution / std];
  return { ...common, value, resolution, atLeast: value - resolution };
}

/** KS and Wasserstein look at values only, so it is values that must be enough. */
function numericDrafts(pair: Comparable, evidence: Evidence): Draft[] {
  const { baseline, window, binning, settings, feature } = pair;
  if (baseline.kind !== 'numeric' || window.kind !== 'numeric' || binning.kind !== 'numeric') return [];
  const numeric = { baseline, window, binning };
  const limit = (metric: MetricName) => limitOf(settings, feature, metric);
  const few = fewRows(present(window), present(baseline), settings.minRows, 'values');
  if (few !== null) {
    return METRICS.numeric.slice(1).map((metric) => undecided(pair, metric, few));
  }
  return [
    measured(pair, ks(numeric, limit('kolmogorov_smirnov')), evidence),
    measured(pair, normalisedWasserstein(numeric, limit('wasserstein_normalised')), evidence),
  ];
}

function categoricalDrafts(pair: Comparable, samples: TwoSamples, evidence: Evidence): Draft[] {
  const threshold = (metric: MetricName) => limitOf(pair.settings, pair.feature, metric);
  const js = {
    metric: 'jensen_shannon',
    variant: 'base2-distance-10-cells',
    value: jensenShannon(samples),
    threshold: threshold('jensen_shannon'),
  } as const;
  const chi2 = {
    metric: 'chi2',
    variant: 'two-sample-per-df',
    value: evidence.statisticPerDf,
    threshold: threshold('chi2'),
    whyNot: 'fewer than two cells hold enough rows',
  } as const;
  return [measured(pair, js, evidence), measured(pair, chi2, evidence)];
}

/** noValues: a window without a single value has not drifted, it is broken; data quality tells that once. */
const noValues = ({ baseline, window }: Comparable): Undecidable | null =>
  present(window) === 0 && present(baseline) > 0
    ? { status: 'not_computable', note: 'no usable value in this window: see the data-quality monitor' }
    : null;

/**
 * compareDrift: how far the distribution of a feature (or of predictions) is from the baseline's. PSI and Jensen–Shannon are over
 * about ten cells of equal baseline mass plus new, missing and invalid values; Kolmogorov–Smirnov and Wasserstein over the
 * fine bins, values only. One chi-squared test over the same ten cells is the evidence of all of them.
 */
export function compareDrift(pair: Pair): Draft[] {
  const gated = gate(pair);
  const reason = isComparable(gated) ? noValues(gated) : gated;
  if (reason !== null || !isComparable(gated)) {
    const why = reason ?? { status: 'not_computable', note: '' };
    return METRICS[pair.type].map((metric) => undecided(pair, metric, why));
  }
  const plan = coarsen(gated.baseline, gated.binning);
  const counts = (cell: Comparable['window']) => coarseCounts(cell, plan, gated.binning);
  const samples = { baseline: counts(gated.baseline), window: counts(gated.window) };
  const evidence = evidenceOf({
    ...samples,
    chunks: coarseChunks(gated, gated.binning),
    allChunks: () => coarseChunks(gated.all, gated.binning),
    chunkCount: gated.chunkCount,
  });
  const threshold = limitOf(gated.settings, gated.feature, 'psi');
  const stability = { metric: 'psi', variant: '10-cells', value: psi(samples), threshold } as const;
  return [
    measured(pair, stability, evidence),
    ...(gated.binning.kind === 'numeric'
      ? numericDrafts(gated, evidence)
      : categoricalDrafts(gated, samples, evidence)),
  ];
}
