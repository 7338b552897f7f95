import { PREDICTION_FEATURES, type FeatureType, type MetricName, type MonitorKind } from '#libs/contracts';
import type { Draft } from './draft.js';
import { compareQualityOfData, speaksOfRows } from './monitors/data-quality.js';
import { compareAttributions } from './monitors/attribution.js';
import { compareBias } from './monitors/bias.js';
import { compareDrift } from './monitors/drift.js';
import { compareMultivariate } from './monitors/multivariate.js';
import { compareQuality, qualitySubjects } from './monitors/quality.js';
import type { MonitorInput, Pair, Whole } from './pair.js';
import { compareValues } from './share-loss.js';

/** Monitor: what a kind of monitor looks at, and how it compares one pair. Pure. */
export type Monitor = {
  /** Features to compare; the empty name is the segment value as a whole. */
  readonly subjects: (input: MonitorInput) => string[];
  readonly compare: (pair: Pair, input: MonitorInput) => Draft[];
  /** For kinds that do not compare feature by feature: everything at once, instead of the two above. */
  readonly compareAll?: (input: MonitorInput) => Draft[];
  /** The metric that stands for a pair whose comparison failed. */
  readonly main: MetricName;
  /** The cell that the empty name stands for; confusion unless said. */
  readonly whole?: Whole;
};

/** Who chooses a text means its words too. */
const chosen = ({ settings, features }: MonitorInput, names: string[]): string[] => {
  if (settings.features === null) return names;
  const own = new Set(settings.features);
  const ofTexts = features.filter(({ name, madeOf }) => own.has(madeOf?.feature ?? '') && !own.has(name));
  return [...settings.features, ...ofTexts.map(({ name }) => name)];
};

const inputs = (input: MonitorInput): string[] =>
  chosen(
    input,
    input.features.filter((feature) => feature.role === 'input').map((feature) => feature.name),
  );

const inputsBut = (type: FeatureType, input: MonitorInput): string[] => {
  const others = new Set(input.features.filter((feature) => feature.type === type).map(({ name }) => name));
  return inputs(input).filter((name) => !others.has(name));
};

/** Every column that is sent, and the rows themselves when a metric or a limit speaks of them. */
const columns = (input: MonitorInput): string[] => [
  ...(speaksOfRows(input.settings) ? [''] : []),
  ...inputsBut('unseen_words', input),
];

/** Identifiers differ from row to row: they have no distribution to drift. */
const comparable = (input: MonitorInput): string[] => inputsBut('identifier', input);

const predictions = (input: MonitorInput): string[] => {
  const binned = new Set(input.binning.features.map((binning) => binning.feature));
  const known = Object.values<string>(PREDICTION_FEATURES).filter((name) => binned.has(name));
  return chosen(input, known).filter((name) => known.includes(name));
};

const compareDistribution = (pair: Pair): Draft[] => [...compareDrift(pair), ...compareValues(pair)];

/** monitors: every kind of monitor there is. */
export const monitors: Readonly<Record<MonitorKind, Monitor>> = {
  data_quality: { subjects: columns, compare: compareQualityOfData, main: 'missing_rate', whole: 'rows' },
  drift: { subjects: comparable, compare: compareDistribution, main: 'psi' },
  prediction_drift: { subjects: predictions, compare: compareDistribution, main: 'psi' },
  quality: { subjects: ({ binning }) => qualitySubjects(binning), compare: compareQuality, main: 'accuracy' },
  bias: { subjects: () => [], compare: () => [], compareAll: compareBias, main: 'dppl' },
  attribution: { subjects: () => [], compare: () => [], compareAll: compareAttributions, main: 'ndcg' },
  multivariate_drift: {
    subjects: () => [],
    compare: () => [],
    compareAll: compareMultivariate,
    main: 'pca_reconstruction_error',
  },
};
