import type { MetricName } from '#libs/contracts';
import { chosenMetrics } from '../chosen.js';
import { columnIsExtra, fact, hasNoValue, isNewlyConstant } from '../data-quality/facts.js';
import { rateLimit } from '../data-quality/rate-limit.js';
import {
  countsOf,
  dataQualityChunks,
  fits,
  heldOut,
  isRate,
  rates,
  type Rate,
} from '../data-quality/rates.js';
import { compareRows } from '../data-quality/rows.js';
import { measured, undecided, type Draft } from '../draft.js';
import { evidenceBeside, spreadOf, type Evidence } from '../evidence.js';
import { gate, isComparable, type Comparable } from '../gate.js';
import { once } from '../once.js';
import type { Pair } from '../pair.js';
import { remembered } from '../remembered.js';
import { referenceOf, type Reference } from '../reference.js';

export { dataQualityChunks } from '../data-quality/rates.js';
export { speaksOfRows } from '../data-quality/rows.js';

const DEFAULTS = ['missing_rate', 'invalid_rate', 'unseen_rate', 'missing_column'] as const;

/** Rates whose rows are a cell of their own in the test, when they are asked for. */
const needOutside = (metrics: readonly MetricName[]): boolean =>
  metrics.includes('out_of_range_rate') || metrics.includes('negative_rate');

function evidence(pair: Comparable, withOutside: boolean): Evidence {
  const spread = remembered(pair, `spread of faults ${withOutside}, ${pair.span}`, () =>
    spreadOf(
      {
        chunks: dataQualityChunks(pair, withOutside),
        phases: pair.phases,
        allChunks: () => dataQualityChunks(pair.all, withOutside),
      },
      pair,
    ),
  );
  const [baseline, window] = [
    countsOf(heldOut(pair.baseline, pair.all.baseline), withOutside),
    countsOf(pair.window, withOutside),
  ];
  return evidenceBeside(spread, { baseline, window }, pair);
}

type Shared = { readonly evidence: Evidence; readonly reference: () => Reference };

function rate(pair: Comparable, metric: Rate, shared: Shared): Draft {
  const shareOf = rates[metric];
  const [now, before] = [
    shareOf(pair.window, pair),
    shareOf(metric === 'unseen_rate' ? heldOut(pair.baseline, pair.all.baseline) : pair.baseline, pair),
  ];
  if (now === null || before === null) {
    return undecided(pair, metric, {
      status: 'not_computable',
      note: 'was not counted on one of both sides',
    });
  }
  const history = () => {
    const { pairs, of } = shared.reference();
    const changes = pairs.map(({ baseline, window }) => {
      const [a, b] = [shareOf(baseline, pair), shareOf(window, pair)];
      return a === null || b === null ? null : b.value - a.value;
    });
    return { values: changes.filter((change) => change !== null), of };
  };
  const { fixed, ...limit } = rateLimit(pair, { metric, value: now.value, before: before.value, history });
  const isFact = fixed || metric === 'distinct_rate';
  return measured(
    pair,
    {
      ...limit,
      metric,
      variant: fixed ? 'fixed-limit' : 'baseline-plus-limit',
      value: now.value,
      baselineValue: before.value,
      ...(now.resolution > 0 && { resolution: now.resolution }),
    },
    isFact ? 'exact' : shared.evidence,
  );
}

/** What has no comparable cells: a column that is new, or one that cannot be judged yet. */
function incomparable(
  pair: Pair,
  metrics: readonly MetricName[],
  why: Parameters<typeof undecided>[2],
): Draft[] {
  return metrics.flatMap((metric) => {
    if (metric === 'extra_column') return columnIsExtra(pair) ? [fact(pair, metric, true)] : [];
    if (isRate(metric) && !fits(metric, { type: pair.type, binning: pair.binning, baseline: null }))
      return [];
    return [undecided(pair, metric, why)];
  });
}

/**
 * A column without any value is one finding: `missing_column` where it is absent, or where an empty one would look the same (events);
 * `missing_rate` where it is there. Its other rates then decide nothing.
 */
function withoutValue(pair: Comparable, metrics: readonly MetricName[], shared: () => Shared): Draft[] {
  const isThere = pair.isAbsent === false;
  const note = isThere
    ? 'the column is there, but holds no value'
    : 'no value in this window: see missing_column';
  const undecidable = (metric: MetricName): Draft =>
    undecided(pair, metric, { status: 'not_computable', note });
  const rest = metrics.filter(isRate);
  if (!isThere)
    return [
      ...rest.map(undecidable),
      fact(
        pair,
        'missing_column',
        true,
        pair.isAbsent === null ? 'no value in this window (absent or empty)' : '',
      ),
    ];
  return [
    { ...rate(pair, 'missing_rate', shared()), note },
    ...rest.filter((metric) => metric !== 'missing_rate').map(undecidable),
    fact(pair, 'missing_column', false),
  ];
}

function compareColumn(pair: Pair): Draft[] {
  const wanted = chosenMetrics(pair, DEFAULTS).filter(
    (metric) => metric !== 'volume' && metric !== 'duplicate_rate' && metric !== 'share_loss',
  );
  const gated = gate(pair);
  if (!isComparable(gated)) return incomparable(pair, wanted, gated);
  const metrics = wanted.filter((metric) => !isRate(metric) || fits(metric, gated));
  const shared = once((): Shared => {
    const found = evidence(gated, needOutside(metrics));
    return { evidence: found, reference: once(() => referenceOf(gated, found.deff)) };
  });
  if (hasNoValue(gated)) return withoutValue(gated, metrics, shared);
  return metrics.flatMap((metric) => {
    if (isRate(metric)) return [rate(gated, metric, shared())];
    if (metric === 'constant') return [fact(gated, metric, isNewlyConstant(gated))];
    return metric === 'missing_column' || metric === 'extra_column' ? [fact(gated, metric, false)] : [];
  });
}

/**
 * compareQualityOfData: rates of faulty values against the baseline's or a fixed limit, with one test over all of them, and facts:
 * whether a column is there, is new, has become constant; for the rows as a whole how many there are and how many repeat.
 */
export const compareQualityOfData = (pair: Pair): Draft[] =>
  pair.feature === '' ? compareRows(pair) : compareColumn(pair);
