import type { MetricName } from '#libs/contracts';
import {
  andersonDarling,
  chiSquaredTwoSample,
  contingency,
  cramersV,
  cramerVonMises,
  gTest,
  hellinger,
  jensenShannon,
  kolmogorovSmirnov,
  kullbackLeibler,
  lInfinity,
  psi,
  robustDistance,
  totalVariation,
  type ChiSquared,
  type OrderedTest,
} from '#libs/stats';
import type { Measured } from '../draft.js';
import { coarse, everyCategory, ordered, present, type Sides } from './sides.js';
import { meanDrift, quantileDrift, rawWasserstein, scaledWasserstein, stdDrift } from './values.js';

/** DriftMetric: which features it fits, whether values alone must be enough, and its definition by name. */
export type DriftMetric = {
  readonly fits: 'numeric' | 'categorical' | 'both';
  /** `values`: looks at values only, so it is values that must be enough; `rows`: missing and invalid ones are cells of their own. */
  readonly over: 'values' | 'rows';
  readonly variant: string;
  readonly variantOfCategories?: string;
  readonly measure: (sides: Sides) => Measured;
};

/** CELLS: stands in a variant for the number of cells that were used, e.g. `10-cells`. */
export const CELLS = 'N-cells';

const FEW_CELLS = 'fewer than two cells hold enough rows';
const ONE_VALUE = 'all rows of both sides hold one value';

const perDf = (test: ChiSquared | null): Measured => ({
  value: test === null ? null : test.statistic / test.df,
  whyNot: FEW_CELLS,
});

const statistic = (test: OrderedTest | null): Measured => ({
  value: test?.statistic ?? null,
  whyNot: 'all values lie in one bin',
});

function ks(sides: Sides): Measured {
  const result = kolmogorovSmirnov(ordered(sides));
  return { value: result?.distance ?? null, ...(result !== null && { resolution: result.resolution }) };
}

const largest = (sides: Sides): Measured =>
  sides.binning.kind === 'numeric' ? ks(sides) : { value: lInfinity(everyCategory(sides)) };

function robust(sides: Sides): Measured {
  const { value, ...rest } = largest(sides);
  const rowsOf = (cell: Sides['window']) => (sides.binning.kind === 'numeric' ? present(cell) : cell.rows);
  const [baselineRows, windowRows] = [rowsOf(sides.baseline), rowsOf(sides.window)];
  if (value === null) return { value };
  return { ...rest, value: robustDistance({ distance: value, baselineRows, windowRows, deff: sides.deff }) };
}

const cells = (metric: (samples: ReturnType<typeof coarse>) => number | null) => (sides: Sides) => ({
  value: metric(coarse(sides)),
});

/** driftMetricsByName: every distance that a drift monitor can report, one line each. */
const driftMetricsByName = {
  psi: { fits: 'both', over: 'rows', variant: CELLS, measure: cells(psi) },
  kullback_leibler: {
    fits: 'both',
    over: 'rows',
    variant: `baseline-to-window-nats-${CELLS}`,
    measure: cells(kullbackLeibler),
  },
  jensen_shannon: {
    fits: 'both',
    over: 'rows',
    variant: `base2-distance-${CELLS}`,
    measure: cells(jensenShannon),
  },
  hellinger: { fits: 'both', over: 'rows', variant: CELLS, measure: cells(hellinger) },
  total_variation: { fits: 'categorical', over: 'rows', variant: CELLS, measure: cells(totalVariation) },
  l_infinity: {
    fits: 'both',
    over: 'values',
    variant: 'simple-cdf-at-bin-edges',
    variantOfCategories: 'simple-share-of-category',
    measure: largest,
  },
  l_infinity_robust: {
    fits: 'both',
    over: 'values',
    variant: 'robust-cdf-c1.8',
    variantOfCategories: 'robust-share-c1.8',
    measure: robust,
  },
  kolmogorov_smirnov: { fits: 'numeric', over: 'values', variant: 'D-at-bin-edges', measure: ks },
  wasserstein: { fits: 'numeric', over: 'values', variant: 'W1-binned', measure: rawWasserstein },
  wasserstein_normalised: {
    fits: 'numeric',
    over: 'values',
    variant: 'per-baseline-std',
    measure: scaledWasserstein,
  },
  cramer_von_mises: {
    fits: 'numeric',
    over: 'values',
    variant: 'T-binned',
    measure: (sides) => statistic(cramerVonMises({ ...ordered(sides), deff: sides.deff })),
  },
  anderson_darling: {
    fits: 'numeric',
    over: 'values',
    variant: 'A2-midrank-binned',
    measure: (sides) => statistic(andersonDarling({ ...ordered(sides), deff: sides.deff })),
  },
  mean_shift: { fits: 'numeric', over: 'values', variant: 'per-baseline-std', measure: meanDrift },
  std_shift: { fits: 'numeric', over: 'values', variant: 'ln-of-ratio', measure: stdDrift },
  quantile_shift: {
    fits: 'numeric',
    over: 'values',
    variant: 'largest-of-5-25-50-75-95-per-baseline-std',
    measure: quantileDrift,
  },
  chi2: {
    fits: 'categorical',
    over: 'rows',
    variant: 'two-sample',
    measure: (sides) => ({ value: contingency(everyCategory(sides))?.chiSquared ?? null, whyNot: ONE_VALUE }),
  },
  chi2_per_df: {
    fits: 'categorical',
    over: 'rows',
    variant: 'two-sample-per-df',
    measure: (sides) => perDf(chiSquaredTwoSample(coarse(sides))),
  },
  g_test: {
    fits: 'categorical',
    over: 'rows',
    variant: 'two-sample',
    measure: (sides) => ({ value: contingency(everyCategory(sides))?.g ?? null, whyNot: ONE_VALUE }),
  },
  g_test_per_df: {
    fits: 'categorical',
    over: 'rows',
    variant: 'two-sample-per-df',
    measure: (sides) => perDf(gTest(coarse(sides))),
  },
  cramers_v: {
    fits: 'categorical',
    over: 'rows',
    variant: 'bias-corrected-balanced',
    measure: (sides) => ({
      value: cramersV({ ...coarse(sides), biasCorrected: true, balanced: true }),
      whyNot: FEW_CELLS,
    }),
  },
} as const satisfies Partial<Record<MetricName, DriftMetric>>;

export type DriftMetricName = keyof typeof driftMetricsByName;

const isDriftMetric = (metric: MetricName): metric is DriftMetricName =>
  Object.hasOwn(driftMetricsByName, metric);

/** driftMetric: the definition of a metric; undefined when it is no distance. */
export const driftMetric = (metric: MetricName): DriftMetric | undefined =>
  isDriftMetric(metric) ? driftMetricsByName[metric] : undefined;
