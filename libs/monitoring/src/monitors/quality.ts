import {
  ALL_SEGMENT,
  PREDICTION_FEATURES,
  type BinningBody,
  type ConfusionCell,
  type MetricName,
  type ProfileCell,
} from '#libs/contracts';
import { designEffectOf, multinomial, wilson, type Proportion } from '#libs/stats';
import { chosenMetrics } from '../chosen.js';
import { limited, measured, undecided, type Draft, type Undecidable } from '../draft.js';
import { evidenceBeside, MIN_CHUNKS, spreadOf, type Evidence, type Spread } from '../evidence.js';
import { formatPercent } from '../format.js';
import { fewRows } from '../gate.js';
import type { History } from '../limits.js';
import type { MonitorInput, Pair, Side } from '../pair.js';
import { checksum, seeded } from '../random.js';
import { compareClasses } from '../share-loss.js';

const METRICS = ['accuracy', 'label_coverage', 'share_loss'] as const satisfies readonly MetricName[];
/** A part of the baseline with fewer rows says nothing. */
const MIN_PART_ROWS = 50;
const DRAWS = 200;
/** Quantile of the standard normal distribution for a 95 % interval. */
const Z95 = 1.959964;
/** Classes that a sentence names, at most. */
const MAX_NAMED = 5;

const confusion = (cell: ProfileCell | null): ConfusionCell | null =>
  cell?.kind === 'confusion' ? cell : null;

/** Rows by label and predicted class; rows without a predicted one have the empty class and are left out. */
const pairsOf = ({ counts }: ConfusionCell): { label: string; predicted: string; rows: number }[] =>
  Object.entries(counts).flatMap(([label, row]) =>
    Object.entries(row).flatMap(([predicted, rows]) =>
      predicted === '' || rows === 0 ? [] : [{ label, predicted, rows }],
    ),
  );

const total = (parts: readonly { rows: number }[]): number => parts.reduce((sum, { rows }) => sum + rows, 0);

/** hits: predictions that turned out right, of all that were labelled and predicted a label. */
export function hits(cell: ConfusionCell): Proportion {
  const pairs = pairsOf(cell);
  return {
    successes: total(pairs.filter(({ label, predicted }) => label === predicted)),
    trials: total(pairs),
  };
}

const shareOf = ({ successes, trials }: Proportion): number => successes / trials;

/** hitCounts: right and wrong predictions per chunk. */
export const hitCounts = ({ chunks }: Pick<Side, 'chunks'>): number[][] =>
  chunks.flatMap((cell) => {
    if (cell.kind !== 'confusion') return [];
    const { successes, trials } = hits(cell);
    return [[successes, trials - successes]];
  });

const named = (classes: readonly string[]): string => {
  const some = classes.slice(0, MAX_NAMED).map((name) => `'${name}'`);
  return `${some.join(', ')}${classes.length > MAX_NAMED ? ' …' : ''}`;
};

/** strangers: says that labels and predictions have no class in common, so that no prediction can be right; null when they have. */
function strangers(cell: ConfusionCell): string | null {
  const pairs = pairsOf(cell);
  const labels = [...new Set(pairs.map(({ label }) => label))].sort();
  const predicted = [...new Set(pairs.map((pair) => pair.predicted))].sort();
  if (pairs.length === 0 || labels.some((label) => predicted.includes(label))) return null;
  return `labels are ${named(labels)} and predictions ${named(predicted)}: no class is in both`;
}

/** chanceAgreement: accuracy of predictions of these shares that know nothing of the labels (as in Cohen's kappa). */
function chanceAgreement(cell: ConfusionCell): number {
  const pairs = pairsOf(cell);
  const rows = total(pairs);
  const predicted = Map.groupBy(pairs, (pair) => pair.predicted);
  return [...Map.groupBy(pairs, ({ label }) => label)].reduce(
    (sum, [label, own]) => sum + (total(own) / rows) * (total(predicted.get(label) ?? []) / rows),
    0,
  );
}

const NO_CLASS =
  'no labelled row has a predicted class; where predictions are scores only, name the class that a high score speaks for (positiveLabel of the model, columns.positive in check)';
const OF_REGRESSION =
  'quality of a regression is not measured yet: no error of predicted values (MAE, RMSE, R²) is computed';

/** isRegression: a model of values, whose rows have no classes. */
export const isRegression = ({ features }: Pick<BinningBody, 'features'>): boolean => {
  const counted = new Set(features.map(({ feature }) => feature));
  const { value, label, score } = PREDICTION_FEATURES;
  return counted.has(value) && !counted.has(label) && !counted.has(score);
};

/** qualitySubjects: the rows as a whole; of a regression its predicted values. */
export const qualitySubjects = (binning: Pick<BinningBody, 'features'>): string[] => [
  isRegression(binning) ? PREDICTION_FEATURES.value : '',
];

/**
 * qualityWarnings: why the accuracy of a baseline says little or nothing: labels and predictions without a class in common or without a
 * predicted class, an accuracy below that of chance, or a regression. `cell` is the confusion of all its rows.
 */
export function qualityWarnings(
  binning: Pick<BinningBody, 'features'>,
  cell: ProfileCell | null | undefined,
  hasLabels: boolean,
): string[] {
  if (!hasLabels) return [];
  if (isRegression(binning)) return [OF_REGRESSION];
  const counted = confusion(cell ?? null);
  if (counted === null || counted.labelled === 0) return [];
  const found = hits(counted);
  if (found.trials === 0) return [`accuracy is not measured: ${NO_CLASS}`];
  const apart = strangers(counted);
  if (apart !== null) return [`accuracy is not measured: ${apart}; spell both alike`];
  const chance = chanceAgreement(counted);
  return wilson(shareOf(found), found.trials, Z95).high < chance
    ? [
        `accuracy of the baseline is ${formatPercent(shareOf(found))}, less than the ${formatPercent(chance)} of predictions that have nothing to do ` +
          'with the labels: do labels and predictions mean the same classes?',
      ]
    : [];
}

type Counted = {
  readonly metric: 'accuracy' | 'label_coverage';
  /** Of a cell, the rows that count and those that are as they should be. */
  readonly of: (cell: ConfusionCell) => Proportion;
  readonly now: Proportion;
  readonly before: Proportion | null;
  readonly deff: number;
};

/** historyOf: the share in parts of the baseline; where there are too few of them, in draws of the window's size over deff. */
function historyOf(pair: Pair, { of, now, before, deff }: Counted): History {
  const parts = pair.chunks.flatMap((cell) => (cell.kind === 'confusion' ? [of(cell)] : []));
  const usable = parts.filter(({ trials }) => trials >= MIN_PART_ROWS);
  if (usable.length >= MIN_CHUNKS)
    return { values: usable.map(shareOf), of: `${usable.length} parts of the baseline` };
  if (before === null || before.trials === 0) return { values: [], of: '' };
  const random = seeded(checksum(JSON.stringify([pair.segment, pair.segmentValue, before])));
  const drawn = (share: number, trials: number): number => {
    const rows = Math.max(1, Math.round(trials / deff));
    return (multinomial({ cells: [share, 1 - share], rows, random })?.[0] ?? 0) / rows;
  };
  // The baseline's share is itself a sample's.
  const values = Array.from({ length: DRAWS }, () =>
    drawn(drawn(shareOf(before), before.trials), now.trials),
  );
  return { values, of: `${DRAWS} draws from the baseline` };
}

const measurementOf = (pair: Pair, counted: Counted) => {
  const { metric, now, before } = counted;
  const value = shareOf(now);
  return {
    metric,
    value,
    baselineValue: before === null || before.trials === 0 ? null : shareOf(before),
    ...limited(pair, { metric, value, history: () => historyOf(pair, counted) }),
  };
};

/** One-sided, on the side of the limit: only a loss of accuracy is evidence for a floor. */
function accuracyEvidence(
  pair: Pair,
  { now, before, spread }: { now: Proportion; before: Proportion; spread: Spread },
  floor: boolean,
): Evidence {
  const sides = ({ successes, trials }: Proportion) => [successes, trials - successes];
  const found = evidenceBeside(spread, { baseline: sides(before), window: sides(now) }, pair);
  const isLess = shareOf(now) < shareOf(before);
  if (isLess === floor) return { ...found, p: found.p === null ? null : found.p / 2 };
  return { ...found, isExact: false, p: found.p === null ? null : 1 - found.p / 2 };
}

function accuracy(pair: Pair, window: ConfusionCell, baseline: ConfusionCell | null): Draft {
  const metric = 'accuracy';
  const now = hits(window);
  const before = baseline === null ? null : hits(baseline);
  const { minRows } = pair.settings;
  if (now.trials === 0) return undecided(pair, metric, { status: 'not_computable', note: NO_CLASS });
  const few =
    fewRows(now.trials, minRows, minRows, 'labelled rows') ??
    (before === null || before.trials === 0
      ? null
      : fewRows(now.trials, before.trials, minRows, 'labelled rows'));
  if (few !== null) return undecided(pair, metric, few);
  const known = baseline === null || before?.trials === 0 ? null : baseline;
  const apart = strangers(known ?? window);
  if (apart !== null) {
    const note = `${known === null ? '' : 'of the baseline: '}${apart}`;
    return undecided(pair, metric, { status: 'not_computable', note });
  }
  const spread = spreadOf(
    { chunks: hitCounts(pair), phases: pair.phases, allChunks: () => hitCounts(pair.all) },
    pair,
  );
  const deff = spread.dispersion === null ? 1 : designEffectOf(spread.dispersion);
  const counted: Counted = { metric, of: hits, now, before, deff };
  const measurement = {
    ...measurementOf(pair, counted),
    variant: 'share-of-labelled',
    interval: wilson(shareOf(now), now.trials / deff, Z95),
    rows: now.trials,
    baselineRows: before?.trials ?? 0,
  };
  if (before === null || before.trials === 0) return measured(pair, measurement, 'exact');
  const { floor } = measurement;
  return measured(pair, measurement, accuracyEvidence(pair, { now, before, spread }, floor !== false));
}

const covered = ({ labelled, rows }: ConfusionCell): Proportion => ({ successes: labelled, trials: rows });

const coverage = (pair: Pair, window: ConfusionCell, baseline: ConfusionCell | null): Draft =>
  measured(
    pair,
    {
      ...measurementOf(pair, {
        metric: 'label_coverage',
        of: covered,
        now: covered(window),
        before: baseline === null ? null : covered(baseline),
        deff: 1,
      }),
      variant: 'labelled-share-of-rows',
    },
    'exact',
  );

function gate(pair: Pair, window: ConfusionCell | null): Undecidable | null {
  if (window === null || window.rows === 0) return { status: 'no_data', note: 'no rows in this window' };
  const few = fewRows(window.rows, pair.settings.minRows, pair.settings.minRows);
  if (few !== null) return few;
  return window.labelled === 0
    ? { status: 'waiting', note: 'no label has arrived for this window yet' }
    : null;
}

/** Labels of some classes come later than others: a class may yet come while so few of the usual labels are there. */
const ENOUGH_OF_COVERAGE = 0.5;

/**
 * classes: whether each true class still comes, and, where predictions are scores only, whether each is still predicted; predicted labels are
 * looked at by prediction drift, which needs no ground truth.
 */
function classes(
  pair: Pair,
  { window, baseline }: { readonly window: ConfusionCell; readonly baseline: ConfusionCell | null },
  { features }: Pick<BinningBody, 'features'>,
): Draft[] {
  const metric = 'share_loss';
  if (baseline === null || baseline.labelled === 0)
    return [undecided(pair, metric, { status: 'no_baseline', note: 'the baseline has no labels' })];
  const part = shareOf(covered(window)) / shareOf(covered(baseline));
  if (part < ENOUGH_OF_COVERAGE) {
    const note = `${formatPercent(shareOf(covered(window)))} of the rows have a label so far: a class may yet come`;
    return [undecided(pair, metric, { status: 'waiting', note })];
  }
  const both = { window, baseline };
  const { label, score } = PREDICTION_FEATURES;
  const names = features.map(({ feature }) => feature);
  return [
    compareClasses(pair, both, { by: 'label', feature: '' }),
    ...(names.includes(score) && !names.includes(label) && hits(baseline).trials > 0
      ? [compareClasses(pair, both, { by: 'predicted', feature: label })]
      : []),
  ];
}

/** One finding stands for all of them. */
const ofRegression = (pair: Pair): Draft[] =>
  pair.segment === ALL_SEGMENT
    ? [undecided({ ...pair, feature: '' }, 'accuracy', { status: 'not_computable', note: OF_REGRESSION })]
    : [];

/**
 * compareQuality: accuracy and label coverage of a segment value, and whether its classes still come. Accuracy below its limit counts when
 * it is also, by a one-sided test, below the baseline's; against a baseline without labels the limit itself is the fact.
 * Until the first label arrives both wait: no labels is neither good nor bad.
 */
export function compareQuality(pair: Pair, { binning }: Pick<MonitorInput, 'binning'>): Draft[] {
  if (pair.feature !== '') return ofRegression(pair);
  const [window, baseline] = [confusion(pair.window), confusion(pair.baseline)];
  const reason = gate(pair, window);
  return chosenMetrics(pair, METRICS).flatMap((metric) => {
    if (window === null || reason !== null)
      return [undecided(pair, metric, reason ?? { status: 'no_data', note: '' })];
    if (metric === 'share_loss') return classes(pair, { window, baseline }, binning);
    return [
      metric === 'label_coverage' ? coverage(pair, window, baseline) : accuracy(pair, window, baseline),
    ];
  });
}
