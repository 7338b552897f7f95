import type { MetricName, MonitorBody, Threshold } from '#libs/contracts';
import { deviationLimit, quantileLimit } from '#libs/stats';
import type { Pair } from './pair.js';

/** LESS_IS_WORSE: metrics whose limit is a floor; for all others it is a ceiling. */
export const LESS_IS_WORSE: ReadonlySet<MetricName> = new Set([
  'accuracy',
  'label_coverage',
  'volume',
  'distinct_rate',
  'ndcg',
  'attribution_coverage',
]);

/** Metrics that have a sign: a limit of 0.5 holds for −0.5 as well. */
const SIGNED: ReadonlySet<MetricName> = new Set(['mean_shift', 'std_shift', 'quantile_shift']);
/** Metrics that can be too high and too low, where a limit is fitted on what is normal. */
const RANGED: ReadonlySet<MetricName> = new Set(['volume']);

const DEFAULT_QUANTILE = 0.99;

/** History: what a metric is on parts of the baseline, each against the rest; `of` says in words what it was made from. */
export type History = { readonly values: readonly number[]; readonly of: string };

/** Limit: the bound that a value is held against; `floor` when it is a lower one. */
export type Limit = {
  readonly threshold: number | null;
  readonly floor: boolean;
  /** How a fitted limit came about. */
  readonly how: string;
  /** Why a limit that was asked for could not be fitted. */
  readonly unfitted: string;
};

type Place = Pick<Pair, 'segment' | 'segmentValue' | 'feature' | 'settings'>;

/** thresholdOf: what a monitor says about a metric here: of the segment value, the segment, the feature, the monitor; then their `default`, for metrics that take one. */
export function thresholdOf(
  { settings, segment, segmentValue, feature }: Place,
  metric: MetricName,
  { withDefault = true }: { withDefault?: boolean } = {},
): Threshold | null {
  const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
    Object.hasOwn(record, key) ? record[key] : undefined;
  const levels = [
    own(settings.segmentThresholds, `${segment}=${segmentValue}`),
    own(settings.segmentThresholds, segment),
    own(settings.featureThresholds, feature),
    settings.thresholds,
  ];
  const first = (name: MetricName | 'default') =>
    levels.map((level) => level?.[name]).find((t) => t !== undefined);
  return first(metric) ?? (withDefault ? first('default') : undefined) ?? null;
}

/** limitOf: the constant limit that a monitor sets on a metric of a feature; null when it sets none, or one that is to be fitted. */
export function limitOf(settings: MonitorBody, feature: string, metric: MetricName): number | null {
  const threshold = thresholdOf({ settings, segment: '', segmentValue: '', feature }, metric, {
    withDefault: false,
  });
  return constantOf(threshold);
}

/** namesMetric: whether a monitor chose a metric or has a limit on it somewhere. */
export const namesMetric = (
  { metrics, thresholds, featureThresholds, segmentThresholds }: MonitorBody,
  metric: MetricName,
): boolean =>
  metrics?.includes(metric) === true ||
  [thresholds, ...Object.values(featureThresholds), ...Object.values(segmentThresholds)].some((limits) =>
    Object.hasOwn(limits, metric),
  );

/** hasFittedLimits: whether any limit is to be fitted on parts of the baseline. */
export const hasFittedLimits = ({ thresholds, featureThresholds, segmentThresholds }: MonitorBody): boolean =>
  [thresholds, ...Object.values(featureThresholds), ...Object.values(segmentThresholds)]
    .flatMap((limits) => Object.values(limits))
    .some((limit) => limit === 'auto' || (typeof limit === 'object' && limit.kind !== 'constant'));

/** constantOf: a threshold as a number, where it is one. */
export function constantOf(threshold: Threshold | null): number | null {
  if (typeof threshold === 'number') return threshold;
  if (threshold === null || threshold === 'auto' || threshold.kind !== 'constant') return null;
  return threshold.upper ?? threshold.lower ?? null;
}

type Bounds = { readonly upper: number | null; readonly lower: number | null };
const NO_BOUNDS: Bounds = { upper: null, lower: null };

/** ofNumber: a plain number bounds the bad side. */
function ofNumber(metric: MetricName, limit: number): Bounds {
  if (SIGNED.has(metric)) return { upper: Math.abs(limit), lower: -Math.abs(limit) };
  return LESS_IS_WORSE.has(metric) ? { upper: null, lower: limit } : { upper: limit, lower: null };
}

type Fitted = Exclude<Threshold, number | 'auto'>;

const quantileOf = (threshold: Fitted): number =>
  threshold.kind === 'auto' ? (threshold.quantile ?? DEFAULT_QUANTILE) : DEFAULT_QUANTILE;

function fit(threshold: Exclude<Fitted, { kind: 'constant' }>, history: readonly number[]): number | null {
  const { factor } = threshold;
  if (factor !== undefined) return deviationLimit({ history, factor });
  return quantileLimit({ history, probability: quantileOf(threshold) });
}

/** ofHistory: bounds that the baseline's own parts keep. */
function ofHistory(
  metric: MetricName,
  threshold: Exclude<Fitted, { kind: 'constant' }>,
  history: readonly number[],
): Bounds {
  const highest = (values: readonly number[]) => fit(threshold, values);
  const lowest = (values: readonly number[]) => {
    const limit = highest(values.map((value) => -value));
    return limit === null ? null : -limit;
  };
  if (SIGNED.has(metric)) {
    const size = highest(history.map(Math.abs));
    return size === null ? NO_BOUNDS : { upper: size, lower: -size };
  }
  if (RANGED.has(metric)) return { upper: highest(history), lower: lowest(history) };
  return LESS_IS_WORSE.has(metric)
    ? { upper: null, lower: lowest(history) }
    : { upper: highest(history), lower: null };
}

const ceiling = (threshold: number | null): Limit => ({ threshold, floor: false, how: '', unfitted: '' });

/** nearest: of two bounds the one that the value is beyond, or closer to. */
function nearest({ upper, lower }: Bounds, value: number | null): Limit {
  if (lower === null) return ceiling(upper);
  const floor = { ...ceiling(lower), floor: true };
  if (upper === null) return floor;
  if (value === null) return ceiling(upper);
  return value - lower < upper - value ? floor : ceiling(upper);
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(4))} %`;

function wordsOf(threshold: Exclude<Fitted, { kind: 'constant' }>, of: string): string {
  return threshold.factor === undefined
    ? `limit fitted: ${percent(quantileOf(threshold))} quantile over ${of}`
    : `limit fitted: mean and ${threshold.factor} standard deviations over ${of}`;
}

/**
 * limitFor: the limit of a metric's value. A constant is taken as it is; `stddev` and `auto` are fitted on `history`, which is asked for
 * only then. Where the baseline is too small to be cut into parts there is no limit, and `unfitted` says so.
 */
export function limitFor({
  metric,
  threshold,
  value,
  history,
}: {
  readonly metric: MetricName;
  readonly threshold: Threshold | null;
  readonly value: number | null;
  readonly history: () => History;
}): Limit {
  if (threshold === null) return ceiling(null);
  if (typeof threshold === 'number') return nearest(ofNumber(metric, threshold), value);
  const fitted: Fitted = threshold === 'auto' ? { kind: 'auto' } : threshold;
  if (fitted.kind === 'constant') {
    return nearest({ upper: fitted.upper ?? null, lower: fitted.lower ?? null }, value);
  }
  const { values, of } = history();
  const limit = nearest(ofHistory(metric, fitted, values), value);
  return limit.threshold === null
    ? { ...limit, unfitted: 'no limit could be fitted: too little of the baseline to compare with itself' }
    : { ...limit, how: wordsOf(fitted, of) };
}
