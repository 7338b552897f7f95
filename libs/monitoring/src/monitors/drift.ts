import type { FeatureBinning, MetricName } from '#libs/contracts';
import type { Contrast } from '#libs/stats';
import { chosenMetrics } from '../chosen.js';
import {
  cellsInUse,
  coarseCounts,
  coarsen,
  testCells,
  type CoarseCell,
  type FeatureCell,
} from '../coarsen.js';
import { limited, measured, undecided, type Draft, type Undecidable } from '../draft.js';
import { CELLS, driftMetric, type DriftMetric } from '../drift/metrics.js';
import { coarse, present, type Sides } from '../drift/sides.js';
import { evidenceBeside, spreadOf } from '../evidence.js';
import { fewRows, gate, isComparable, type Comparable } from '../gate.js';
import { once } from '../once.js';
import type { Pair, Side } from '../pair.js';
import { remembered } from '../remembered.js';
import { referenceOf, type Reference } from '../reference.js';
import type { History } from '../limits.js';

/** What is computed when a monitor does not choose, by type of feature. */
const DEFAULTS = {
  numeric: ['psi', 'kolmogorov_smirnov', 'wasserstein_normalised'],
  categorical: ['psi', 'jensen_shannon', 'chi2'],
} as const satisfies Record<Pair['type'], readonly MetricName[]>;

/** testChunks: the baseline's chunks in the cells that evidence is made over; those that are kept condensed hold just these. */
export function testChunks({ baseline, chunks }: Side, binning: FeatureBinning): number[][] {
  if (baseline?.kind !== binning.kind) return [];
  const cells = testCells(baseline, binning);
  return chunks.flatMap((cell) =>
    cell.kind === binning.kind ? [cell.coarse ?? coarseCounts(cell, cells, binning)] : [],
  );
}

type Chosen = { readonly name: MetricName; readonly metric: DriftMetric };

/** fitting: the chosen metrics that fit the pair's type. */
const fitting = (pair: Pair): Chosen[] =>
  chosenMetrics(pair, DEFAULTS[pair.type]).flatMap((name) => {
    const metric = driftMetric(name);
    return metric !== undefined && (metric.fits === 'both' || metric.fits === pair.type)
      ? [{ name, metric }]
      : [];
  });

/** noValues: a window without a single value has not drifted, it is broken; data quality tells that once. */
const noValues = ({ baseline, window }: Comparable): Undecidable | null =>
  present(window) === 0 && present(baseline) > 0
    ? { status: 'not_computable', note: 'no usable value in this window: see the data-quality monitor' }
    : null;

/** fewValues: what looks at numbers only needs enough of them. */
const fewValues = ({ baseline, window, settings }: Comparable): Undecidable | null =>
  window.kind === 'numeric' ? fewRows(present(window), present(baseline), settings.minRows, 'values') : null;

/** historyOf: a metric on parts of the baseline, for limits that are fitted. */
function historyOf({ measure }: DriftMetric, sides: Sides, { pairs, of }: Reference): History {
  const values = pairs.map((pair) => measure({ ...sides, ...pair }).value);
  return { values: values.filter((value) => value !== null), of };
}

/** Question: what the test asks by itself, beside whether anything is different: of the level of numbers, and of rows without a usable value. */
type Question = 'level' | 'unusable';

const isUnusable = ({ kind }: CoarseCell): boolean => kind === 'null' || kind === 'invalid';

/** questionsOf: what the baseline can be asked. Where all its values are usable, a new kind of cell is seen without being asked for. */
function questionsOf({ baseline, binning }: Comparable): Question[] {
  const unusable = baseline.nulls + baseline.invalid;
  const asked: Question[] = binning.kind === 'numeric' && present(baseline) > 0 ? ['level'] : [];
  return unusable > 0 && present(baseline) > 0 ? [...asked, 'unusable'] : asked;
}

/** contrastOf: the scores of the cells for a question; the level is the rank among the values of the baseline. */
function contrastOf(question: Question, baseline: FeatureCell, binning: FeatureBinning): Contrast {
  const plan = testCells(baseline, binning);
  if (question === 'unusable') return plan.map((cell) => (isUnusable(cell) ? 1 : 0));
  const counts = coarseCounts(baseline, plan, binning);
  const values = counts.map((count, i) => (plan[i]?.kind === 'values' ? count : 0));
  const rows = values.reduce((a, b) => a + b, 0);
  let below = 0;
  return values.map((count, i) => {
    below += count;
    return rows > 0 && plan[i]?.kind === 'values' ? (below - count / 2) / rows - 0.5 : 0;
  });
}

function sidesOf(pair: Comparable) {
  const { baseline, window, binning } = pair;
  const plan = remembered(pair, 'cells', () => coarsen(baseline, binning));
  const cells = remembered(pair, 'cells of the test', () => testCells(baseline, binning));
  const questions = questionsOf(pair);
  const spread = remembered(pair, `spread over cells, ${pair.span}`, () =>
    spreadOf(
      {
        chunks: testChunks(pair, binning),
        phases: pair.phases,
        allChunks: () => testChunks(pair.all, binning),
        contrasts: questions.map((question) => contrastOf(question, baseline, binning)),
        allContrasts: () =>
          questions.flatMap((question) =>
            pair.all.baseline?.kind === binning.kind
              ? [contrastOf(question, pair.all.baseline, binning)]
              : [],
          ),
      },
      pair,
    ),
  );
  const uncorrected = { baseline, window, binning, plan, deff: 1 };
  const evidence = evidenceBeside(spread, coarse({ ...uncorrected, plan: cells }), pair);
  return { sides: { ...uncorrected, deff: evidence.deff }, evidence };
}

/** variantOf: which definition a value follows; one over cells says how many there were. */
function variantOf(metric: DriftMetric, { baseline, binning, plan }: Sides): string {
  const variant =
    binning.kind === 'numeric' ? metric.variant : (metric.variantOfCategories ?? metric.variant);
  return variant.replace(CELLS, `${cellsInUse(plan, baseline)}-cells`);
}

/**
 * compareDrift: how far the distribution of a feature (or of predictions) is from the baseline's, by the metrics that the monitor
 * chose. Those over cells count about ten of equal baseline mass plus new, missing and invalid values; those over values read the
 * fine bins. One test is the evidence of all of them, over the ten cells and narrow ones in both tails.
 */
export function compareDrift(pair: Pair): Draft[] {
  const chosen = fitting(pair);
  const gated = gate(pair);
  const reason = isComparable(gated) ? noValues(gated) : gated;
  if (reason !== null || !isComparable(gated)) {
    const why = reason ?? { status: 'not_computable', note: '' };
    return chosen.map(({ name }) => undecided(pair, name, why));
  }
  const { sides, evidence } = sidesOf(gated);
  const reference = once(() => referenceOf(gated, evidence.deff));
  const few = fewValues(gated);
  return chosen.map(({ name, metric }) => {
    if (few !== null && metric.over === 'values') return undecided(pair, name, few);
    const found = metric.measure(sides);
    const history = () => historyOf(metric, sides, reference());
    const limit = limited(pair, { metric: name, value: found.value, history });
    return measured(pair, { ...found, ...limit, metric: name, variant: variantOf(metric, sides) }, evidence);
  });
}
