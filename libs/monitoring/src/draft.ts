import type { Finding, FindingStatus, MetricName } from '#libs/contracts';
import type { Evidence, OwnTails } from './evidence.js';
import { constantOf, limitFor, thresholdOf, type History } from './limits.js';
import type { Pair } from './pair.js';

/** Judged: what only the evaluation as a whole can say. */
type Judged = 'ok' | 'breached' | 'inconclusive' | 'no_limit';

/** Draft: a finding before the evaluation as a whole decides: `computed`, or already known not to be. */
export type Draft = Omit<Finding, 'status' | 'pAdjusted'> & {
  status: 'computed' | Exclude<FindingStatus, Judged>;
  /** Whether the value is beyond its limit, where a plain comparison of both would not tell. */
  beyond?: boolean;
  /** The limit is a lower bound; left out, the metric decides. */
  floor?: boolean;
  /** What the same test says of the baseline's own chunks, where they were looked at. */
  own?: OwnTails;
};

/** Undecidable: why there is no value to decide on. */
export type Undecidable = { status: Exclude<Draft['status'], 'computed'>; note: string };

/** Place: who a draft is about, and under which settings. */
export type Place = Pick<Pair, 'segment' | 'segmentValue' | 'feature' | 'settings' | 'window' | 'baseline'>;

const rowsOf = (pair: Place) => ({ rows: pair.window?.rows ?? 0, baselineRows: pair.baseline?.rows ?? 0 });

/** BLANK: a draft that says nothing yet; where it is about more than all rows, and of what metric, is filled in. */
export const BLANK = {
  feature: '',
  facet: '',
  facetValue: '',
  variant: '',
  value: null,
  baselineValue: null,
  interval: null,
  threshold: null,
  p: null,
  evidence: 'none',
  deff: 1,
  resolution: null,
  rows: 0,
  baselineRows: 0,
  status: 'computed',
  note: '',
} as const satisfies Omit<Draft, 'segment' | 'segmentValue' | 'metric'>;

const blank = ({ segment, segmentValue, feature }: Place) => ({ ...BLANK, segment, segmentValue, feature });

/** undecided: the draft of a metric that has no value, with the reason. */
export const undecided = (pair: Place, metric: MetricName, { status, note }: Undecidable): Draft => ({
  ...blank(pair),
  ...rowsOf(pair),
  metric,
  threshold: constantOf(thresholdOf(pair, metric)),
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
  readonly floor?: boolean;
  /** How a fitted limit came about; said in the note. */
  readonly how?: string;
  /** Why a limit that was asked for is not there; empty when it is, or none was asked for. */
  readonly unfitted?: string;
  readonly resolution?: number;
  readonly atLeast?: number;
  /** Said when the value is null. */
  readonly whyNot?: string;
  /** Replaces the counts of the cells, e.g. by labelled rows. */
  readonly rows?: number;
  readonly baselineRows?: number;
};

/** Measured: a value before it is held against a limit. */
export type Measured = Pick<Measurement, 'value' | 'resolution' | 'atLeast' | 'interval' | 'whyNot'>;

/** limited: the limit of a value as a monitor sets it, for a measurement; `history` is asked for when the limit is to be fitted. */
export const limited = (
  pair: Pair,
  { metric, value, history }: { metric: MetricName; value: number | null; history: () => History },
): Pick<Measurement, 'threshold' | 'floor' | 'how' | 'unfitted'> =>
  limitFor({ metric, value, history, threshold: thresholdOf(pair, metric) });

/** sentences: parts of a note, those that are there. */
export const sentences = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join('; ');

/** statusOf: a value that is missing, or whose bins are too coarse for its limit, decides nothing. */
function statusOf(measurement: Measurement, note: string) {
  const { value, resolution = 0, atLeast, threshold, whyNot = '', how = '', unfitted = '' } = measurement;
  if (value === null) return { status: 'not_computable', note: whyNot } as const;
  if (unfitted !== '') return { status: 'not_computable', note: unfitted } as const;
  const limit = threshold === null ? null : Math.abs(threshold);
  if (limit !== null && resolution > limit && Math.abs(atLeast ?? value) <= limit) {
    return {
      status: 'not_computable',
      note: 'the bins are coarser than the limit: they could hide as much',
    } as const;
  }
  return { status: 'computed', note: sentences(how, note) } as const;
}

/** Values near the ends of doubles: their sums and differences are no numbers any more. */
const OVERFLOW = 'the values are too large to compute with';

/** asEvidence: what a draft says of a test. What is beyond doubt is a fact, and no member of the family. */
export const asEvidence = ({ p, isExact, deff, note, own }: Evidence) => ({
  ...(isExact === true ? ({ evidence: 'exact', p: null } as const) : ({ evidence: 'test', p } as const)),
  deff,
  note,
  ...(own !== undefined && { own }),
});

/** measured: the draft of a metric with a value, or the reason why it has none. */
export function measured(pair: Place, measurement: Measurement, evidence: Evidence | 'exact'): Draft {
  const {
    metric,
    variant,
    value,
    baselineValue = null,
    interval = null,
    threshold,
    resolution,
  } = measurement;
  const numbers = [
    value,
    baselineValue,
    threshold,
    resolution ?? null,
    interval?.low ?? null,
    interval?.high ?? null,
  ];
  if (numbers.some((number) => number !== null && !Number.isFinite(number)))
    return undecided(pair, metric, { status: 'not_computable', note: OVERFLOW });
  if (evidence !== 'exact' && !(Number.isFinite(evidence.p ?? 0) && Number.isFinite(evidence.deff)))
    return undecided(pair, metric, { status: 'failed', note: 'its test gave no number' });
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
    ...(measurement.floor !== undefined && { floor: measurement.floor }),
    ...(evidence === 'exact'
      ? { evidence, p: null, deff: 1, ...statusOf(measurement, '') }
      : { ...asEvidence(evidence), ...statusOf(measurement, evidence.note) }),
  };
}
