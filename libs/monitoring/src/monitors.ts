import { PREDICTION_FEATURES, type MetricName, type MonitorKind } from '#libs/contracts';
import type { Draft } from './draft.js';
import { compareAttributions } from './monitors/attribution.js';
import { compareBias } from './monitors/bias.js';
import { compareQualityOfData } from './monitors/data-quality.js';
import { compareDrift } from './monitors/drift.js';
import { compareQuality } from './monitors/quality.js';
import type { MonitorInput, Pair } from './pair.js';

/** Monitor: what a kind of monitor looks at, and how it compares one pair. Pure. */
export type Monitor = {
  /** Features to compare; the empty name is the segment value as a whole. */
  readonly subjects: (input: MonitorInput) => string[];
  readonly compare: (pair: Pair) => Draft[];
  /** For kinds that do not compare feature by feature: everything at once, instead of the two above. */
  readonly compareAll?: (input: MonitorInput) => Draft[];
  /** The metric that stands for a pair whose comparison failed. */
  readonly main: MetricName;
};

const chosen = ({ settings }: MonitorInput, names: string[]): string[] => settings.features ?? names;

const inputs = (input: MonitorInput): string[] =>
  chosen(
    input,
    input.features.filter((feature) => feature.role === 'input').map((feature) => feature.name),
  );

const predictions = (input: MonitorInput): string[] => {
  const binned = new Set(input.binning.features.map((binning) => binning.feature));
  const known = Object.values<string>(PREDICTION_FEATURES).filter((name) => binned.has(name));
  return chosen(input, known).filter((name) => known.includes(name));
};

/** monitors: every kind of monitor there is. */
export const monitors: Readonly<Record<MonitorKind, Monitor>> = {
  data_quality: { subjects: inputs, compare: compareQualityOfData, main: 'missing_rate' },
  drift: { subjects: inputs, compare: compareDrift, main: 'psi' },
  prediction_drift: { subjects: predictions, compare: compareDrift, main: 'psi' },
  quality: { subjects: () => [''], compare: compareQuality, main: 'accuracy' },
  bias: { subjects: () => [], compare: () => [], compareAll: compareBias, main: 'dppl' },
  attribution: { subjects: () => [], compare: () => [], compareAll: compareAttributions, main: 'ndcg' },
};
