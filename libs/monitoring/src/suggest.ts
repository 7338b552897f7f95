import {
  kindTitle,
  monitorBodySchema,
  type BiasPlan,
  type BinningBody,
  type Feature,
  type MetricName,
  type MonitorBody,
  type MonitorKind,
  type Profile,
  type ProfileChunk,
} from '#libs/contracts';
import { deviationLimit } from '#libs/stats';
import { accuracyHistory, dataQualityHistory, driftHistory, type History } from './history.js';
import { monitors } from './monitors.js';
import { hits, isRegression } from './monitors/quality.js';
import { pairer, segmentValuesOf, type MonitorInput, type Pair } from './pair.js';
import { roundDown, roundUp } from './round.js';
import { SHARE_LOSS_LIMIT } from './share-loss.js';
import { suggestAttribution, suggestBias } from './suggest-special.js';

/** SuggestInput: what is known of a model version when its baseline is registered. */
export type SuggestInput = {
  readonly model: string;
  readonly version: string;
  readonly baseline: {
    readonly hasLabels: boolean;
    readonly cannotServe: readonly { readonly kind: string; readonly reason: string }[];
  };
  readonly baselineProfile: Profile;
  /** The baseline cut into days; empty when it has no time stamps. */
  readonly baselineChunks: readonly ProfileChunk[];
  readonly binning: BinningBody;
  readonly features: readonly Feature[];
  /** How facets are counted; absent when the model has none. */
  readonly bias?: BiasPlan | null;
};

type Limits = Partial<Record<MetricName, number>>;

/**
 * PSI 0.2 is customary; a Jensen–Shannon distance of 0.2 is about the same shift (PSI ≈ 8 ln 2 · distance² for small ones), while 0.1 lies
 * within the noise of 200 rows. Values that move by 0.15 standard deviations on average are what a twentieth of them in another unit does to
 * most shapes of data; 500 rows of one population differ by 0.06. A limit starts at its customary value and is raised to what the
 * baseline's own days do, up to a value that still tells faults.
 */
const RANGES: Partial<Record<MetricName, { readonly least: number; readonly most: number }>> = {
  psi: { least: 0.2, most: 2 },
  jensen_shannon: { least: 0.2, most: 0.6 },
  wasserstein_normalised: { least: 0.15, most: 1 },
  missing_rate: { least: 0.01, most: 0.2 },
  invalid_rate: { least: 0.01, most: 0.2 },
  unseen_rate: { least: 0.01, most: 0.2 },
  share_loss: { least: SHARE_LOSS_LIMIT, most: SHARE_LOSS_LIMIT },
};

/** Accuracy may fall by this much below the baseline's, or by three standard deviations of its days. */
const ACCURACY_MARGIN = 0.02;
const MIN_ROWS = 200;
const MAX_ID_LENGTH = 64;
const MAX_NAME_LENGTH = 128;

/** checksum: FNV-1a, 32 bits, as text; only to keep shortened ids apart. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** monitorId: the id of a suggested monitor, e.g. `delay-risk-1-drift`; long names are cut and kept apart by a checksum. */
export function monitorId({ model, version, kind }: Pick<MonitorBody, 'model' | 'version' | 'kind'>): string {
  const suffix = `-${kind.replaceAll('_', '-')}`;
  const name = `${model}-${version}`;
  if (name.length + suffix.length <= MAX_ID_LENGTH) return name + suffix;
  const tail = `-${checksum(JSON.stringify([model, version]))}${suffix}`;
  return name.slice(0, MAX_ID_LENGTH - tail.length) + tail;
}

const bodyOf = (
  { model, version }: SuggestInput,
  kind: MonitorKind,
  limits: Partial<MonitorBody>,
): MonitorBody =>
  monitorBodySchema.parse({
    ...limits,
    name: `${model} ${version}: ${kindTitle(kind)}`.slice(0, MAX_NAME_LENGTH),
    kind,
    model,
    version,
    minRows: MIN_ROWS,
  });

/** customary: where the limits of all features start, for metrics that a monitor of this kind decides on. */
const customary = (metrics: readonly MetricName[]): Limits =>
  Object.fromEntries(metrics.map((metric) => [metric, RANGES[metric]?.least ?? 0]));

/** raised: limits of one feature that its own history puts above the customary ones; the highest over segment values counts. */
function raised(histories: readonly History[]): Limits {
  const limits: Limits = {};
  for (const [name, range] of Object.entries(RANGES)) {
    const metric = name as MetricName;
    const highest = histories.map((history) => deviationLimit({ history: history[metric] ?? [] }) ?? 0);
    const limit = Math.min(range.most, roundUp(Math.max(0, ...highest)));
    if (limit > range.least) limits[metric] = limit;
  }
  return limits;
}

type HistoryOf = (pair: Pair, minRows: number) => History;

function suggested(
  input: SuggestInput,
  kind: MonitorKind,
  metrics: readonly MetricName[],
  historyOf: HistoryOf,
): MonitorBody | null {
  const plain = bodyOf(input, kind, { thresholds: customary(metrics) });
  const monitorInput = asMonitorInput(input, plain);
  const [values, pairOf] = [segmentValuesOf(monitorInput), pairer(monitorInput)];
  const subjects = monitors[kind].subjects(monitorInput);
  // Without a feature there are only segment values that could lose their rows.
  if (subjects.length === 0 || (subjects.join() === '' && values.length < 2)) return null;
  const own = subjects.map((feature) => {
    const limits = raised(values.map((value) => historyOf(pairOf(value, feature), MIN_ROWS)));
    return [feature, limits] as const;
  });
  const featureThresholds = Object.fromEntries(own.filter(([, limits]) => Object.keys(limits).length > 0));
  return { ...plain, featureThresholds };
}

const asMonitorInput = (input: SuggestInput, settings: MonitorBody): MonitorInput => ({
  baseline: input.baselineProfile,
  baselineChunks: input.baselineChunks,
  window: { cells: [] },
  binning: input.binning,
  features: input.features,
  settings,
});

/**
 * quality: the floor of accuracy is that of all rows less what the most restless segment value does from day to day. No floor where the
 * baseline has no accuracy, or so little that nothing could be below it: the monitor then says what it lacks.
 */
function quality(input: SuggestInput): MonitorBody | null {
  if (isRegression(input.binning)) return bodyOf(input, 'quality', {});
  const plain = bodyOf(input, 'quality', { thresholds: customary(['share_loss']) });
  const monitorInput = asMonitorInput(input, plain);
  const [values, pairOf] = [segmentValuesOf(monitorInput), pairer(monitorInput)];
  const [all] = values;
  if (all === undefined) return null;
  const { baseline } = pairOf(all, '');
  if (baseline?.kind !== 'confusion') return null;
  const { successes, trials } = hits(baseline);
  if (trials === 0) return plain;
  const margins = values.map(
    (value) => deviationLimit({ history: accuracyHistory(pairOf(value, ''), MIN_ROWS) }) ?? 0,
  );
  const margin = Math.max(ACCURACY_MARGIN, ...margins);
  const floor = roundDown(successes / trials - margin);
  return floor > 0 ? { ...plain, thresholds: { accuracy: floor, ...plain.thresholds } } : plain;
}

function bias(input: SuggestInput): MonitorBody | null {
  if (!input.bias || (input.baselineProfile.facets ?? []).length === 0) return null;
  const plain = bodyOf(input, 'bias', {});
  return { ...plain, ...suggestBias(asMonitorInput(input, plain), input.bias) };
}

function attribution(input: SuggestInput): MonitorBody | null {
  const { attributions = [] } = input.baselineProfile;
  if (!attributions.some(({ explained }) => explained >= MIN_ROWS)) return null;
  const plain = bodyOf(input, 'attribution', {});
  return { ...plain, ...suggestAttribution(asMonitorInput(input, plain)) };
}

/**
 * suggestMonitors: data quality, drift, prediction drift and, with labels, quality; bias where the model has facets, attribution where rows
 * are explained; with limits fitted on the baseline: mean + 3
 * standard deviations of its own days against the others, within customary ranges, rounded up to two digits. Daily windows,
 * an hour to settle, 200 rows. Of the drift metrics those decide that see different things: PSI for shares of rows (Jensen–Shannon for
 * categories, whose PSI limit is looser) and, for numbers, the Wasserstein distance for how far they went: PSI cannot see what a few
 * rows in the tail do. The others are reported. Kinds that the baseline cannot serve, or that have nothing to look at, are left out.
 */
export function suggestMonitors(input: SuggestInput): MonitorBody[] {
  const drift = ['psi', 'jensen_shannon', 'wasserstein_normalised'] as const;
  const bodies = [
    suggested(
      input,
      'data_quality',
      ['missing_rate', 'invalid_rate', 'unseen_rate', 'share_loss'],
      dataQualityHistory,
    ),
    suggested(input, 'drift', drift, driftHistory),
    suggested(input, 'prediction_drift', [...drift, 'share_loss'], driftHistory),
    input.baseline.hasLabels ? quality(input) : null,
    bias(input),
    attribution(input),
  ];
  const refused = new Set(input.baseline.cannotServe.map(({ kind }) => kind));
  return bodies.filter((body) => body !== null).filter((body) => !refused.has(body.kind));
}
