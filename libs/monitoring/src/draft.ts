import type { Finding, FindingStatus, MetricName, MonitorBody } from '#libs/contracts';
import type { Evidence } from './evidence.js';
import type { Pair } from './pair.js';

/** Draft: a finding before the evaluation as a whole decides: `computed`, or already known not to be. */
export type Draft = Omit<Finding, 'status' | 'pAdjusted'> & {
  status: 'computed' | Exclude<FindingStatus, 'ok' | 'breached'>;
  /** Whether the value is beyond its limit, where a plain comparison of both would not tell. */
  beyond?: boolean;
};

/** Undecidable: why there is no value to decide on. */
export type Undecidable = { status: Exclude<Draft['status'], 'computed'>; note: string };

/** limitOf: the limit that a monitor sets on a metric of a feature; null when it only reports it. */
export function limitOf(settings: MonitorBody, feature: string, metric: MetricName): number | null {
  const own = Object.hasOwn(settings.featureThresholds, feature)
    ? settings.featureThresholds[feature]
    : undefined;
  return own?.[metric] ?? settings.thresholds[metric] ?? null;
}

const rowsOf = (pair: Pair) => ({ rows: pair.window?.rows ?? 0, baselineRows: pair.baseline?.rows ?? 0 });

const blank = ({ segment, segmentValue, feature }: Pair) =>
  ({
    segment,
    segmentValue,
    feature,
    facet: '',
    facetValue: '',
    value: null,
    baselineValue: null,
    interval: null,
    threshold: null,
    p: null,
    evidence: 'none',
    deff: 1,
    resolution: null,
    variant: '',
  }) as const;

/** undecided: the draft of a metric that has no value, with the reason. */
export const undecided = (pair: Pair, metric: MetricName, { status, note }: Undecidable): Draft => ({
  ...blank(pair),
  ...rowsOf(pair),
  metric,
  threshold: limitOf(pair.settings, pair.feature, metric),
  status,
  note,
});

/** Measurement: what a metric found. `atLeast` is what the value is for certain, when bins leave it open. */
export type Measurement = {
  readonly metric: MetricName;
  readonly variant: string;
  readonly value: number | null;
  readonly baselineValue?: number | null;
  readonly interval?: { readonly low: number; readonly high: number } | null;
  readonly threshold: number | null;
  readonly resolution?: number;
  readonly atLeast?: number;
  /** Said when the value is null. */
  readonly whyNot?: string;
  /** Replaces the counts of the cells, e.g. by labelled rows. */
  readonly rows?: number;
  readonly baselineRows?: number;
};

/** statusOf: a value that is missing, or whose bins are too coarse for its limit, decides nothing. */
function statusOf({ value, resolution = 0, atLeast, threshold, whyNot = '' }: Measurement, note: string) {
  if (value === null) return { status: 'not_computable', note: whyNot } as const;
  if (threshold !== null && resolution > threshold && (atLeast ?? value) <= threshold) {
    return {
      status: 'not_computable',
      note: 'the bins are coarser than the limit: they could hide as much',
    } as const;
  }
  return { status: 'computed', note } as const;
}

/** measured: the draft of a metric with a value, or the reason why it has none. */
export function measured(pair: Pair, measurement: Measurement, evidence: Evidence | 'exact'): Draft {
  const {
    metric,
    variant,
    value,
    baselineValue = null,
    interval = null,
    threshold,
    resolution,
  } = measurement;
  const counts = rowsOf(pair);
  return {
    ...blank(pair),
    rows: measurement.rows ?? counts.rows,
    baselineRows: measurement.baselineRows ?? counts.baselineRows,
    metric,
    variant,
    value,
    baselineValue,
    interval,
    threshold,
    resolution: resolution ?? null,
    ...(evidence === 'exact'
      ? { evidence, p: null, deff: 1, ...statusOf(measurement, '') }
      : { evidence: 'test', p: evidence.p, deff: evidence.deff, ...statusOf(measurement, evidence.note) }),
  };
}
