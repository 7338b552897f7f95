import type { ConfusionCell, ProfileCell } from '#libs/contracts';
import { newcombeInterval, twoProportionTest, type Proportion } from '#libs/stats';
import { limitOf, measured, undecided, type Draft, type Undecidable } from '../draft.js';
import { deffNote, dispersion, type Evidence } from '../evidence.js';
import { formatNumber } from '../format.js';
import { fewRows } from '../gate.js';
import type { Pair, Side } from '../pair.js';

const confusion = (cell: ProfileCell | null): ConfusionCell | null =>
  cell?.kind === 'confusion' ? cell : null;

/** hits: predictions that turned out right, of all that were labelled and predicted a label. */
export function hits(cell: ConfusionCell): Proportion {
  const rows = Object.entries(cell.counts);
  const successes = rows.reduce(
    (total, [label, predicted]) => total + (Object.hasOwn(predicted, label) ? (predicted[label] ?? 0) : 0),
    0,
  );
  const trials = rows.reduce(
    (total, [, predicted]) => total + Object.values(predicted).reduce((a, b) => a + b, 0),
    0,
  );
  return { successes, trials };
}

const shareOf = ({ successes, trials }: Proportion): number | null =>
  trials > 0 ? successes / trials : null;

/** hitCounts: right and wrong predictions per chunk. */
export const hitCounts = ({ chunks }: Pick<Side, 'chunks'>): number[][] =>
  chunks.flatMap((cell) => {
    if (cell.kind !== 'confusion') return [];
    const { successes, trials } = hits(cell);
    return [[successes, trials - successes]];
  });

/** Only a loss of accuracy is evidence, so the test is one-sided; the interval of the difference says how large it is. */
function lossEvidence(pair: Pair, baseline: Proportion, window: Proportion): Evidence {
  const deff = dispersion({ chunks: hitCounts(pair), allChunks: () => hitCounts(pair.all) });
  const test = twoProportionTest({ baseline, window, deff, alternative: 'less' });
  const interval = newcombeInterval({ baseline, window, deff });
  const difference =
    interval === null
      ? ''
      : `difference to the baseline ${formatNumber(interval.difference)}, 95% interval ${formatNumber(interval.low)} to ${formatNumber(interval.high)}`;
  const note = [difference, deffNote(pair.chunkCount)].filter((part) => part !== '').join('; ');
  return { p: test?.p ?? null, deff, statisticPerDf: null, note };
}

function accuracy(pair: Pair, window: ConfusionCell, baseline: ConfusionCell | null): Draft {
  const now = hits(window);
  const before = baseline === null ? null : hits(baseline);
  const few =
    fewRows(now.trials, pair.settings.minRows, pair.settings.minRows, 'labelled rows') ??
    (before === null || before.trials === 0
      ? null
      : fewRows(now.trials, before.trials, pair.settings.minRows, 'labelled rows'));
  if (few !== null) return undecided(pair, 'accuracy', few);
  const measurement = {
    metric: 'accuracy',
    variant: 'share-of-labelled',
    value: shareOf(now),
    baselineValue: before === null ? null : shareOf(before),
    threshold: limitOf(pair.settings, pair.feature, 'accuracy'),
    rows: now.trials,
    baselineRows: before?.trials ?? 0,
  } as const;
  if (before === null || before.trials === 0) return measured(pair, measurement, 'exact');
  return measured(pair, measurement, lossEvidence(pair, before, now));
}

function coverage(pair: Pair, window: ConfusionCell, baseline: ConfusionCell | null): Draft {
  return measured(
    pair,
    {
      metric: 'label_coverage',
      variant: 'labelled-share-of-rows',
      value: window.labelled / window.rows,
      baselineValue: baseline === null || baseline.rows === 0 ? null : baseline.labelled / baseline.rows,
      threshold: limitOf(pair.settings, pair.feature, 'label_coverage'),
    },
    'exact',
  );
}

function gate(pair: Pair, window: ConfusionCell | null): Undecidable | null {
  if (window === null || window.rows === 0) return { status: 'no_data', note: 'no rows in this window' };
  const few = fewRows(window.rows, pair.settings.minRows, pair.settings.minRows);
  if (few !== null) return few;
  return window.labelled === 0
    ? { status: 'waiting', note: 'no label has arrived for this window yet' }
    : null;
}

/**
 * compareQuality: accuracy and label coverage of a segment value. Less is worse for both. Accuracy below its limit counts when
 * it is also, by a one-sided test, below the baseline's; against a baseline without labels the limit itself is the fact.
 * Until the first label arrives both wait: no labels is neither good nor bad.
 */
export function compareQuality(pair: Pair): Draft[] {
  const [window, baseline] = [confusion(pair.window), confusion(pair.baseline)];
  const reason = gate(pair, window);
  if (window === null || reason !== null) {
    const why = reason ?? { status: 'no_data', note: '' };
    return [undecided(pair, 'accuracy', why), undecided(pair, 'label_coverage', why)];
  }
  return [accuracy(pair, window, baseline), coverage(pair, window, baseline)];
}
