import {
  ALL_SEGMENT,
  isFeatureCell,
  type FeatureCell,
  type MetricName,
  type MonitorBody,
  type Profile,
} from '#libs/contracts';
import { hits } from './monitors/quality.js';
import { roundDown, roundUp } from './round.js';

/** What chi-squared with ten degrees of freedom exceeds by chance once in a hundred thousand times. */
const CHI_SQUARED = 41.3;
/** A Jensen–Shannon distance of d is a PSI of about 8 ln 2 · d² for small ones. */
const PSI_PER_DISTANCE = 8 * Math.LN2;
/** Standard deviations that a share stays within. */
const DEVIATIONS = 4;

const worthOf = (n: number, m: number): number => (n + m > 0 ? (n * m) / (n + m) : 0);

/**
 * Wasserstein distances in standard deviations that sampling alone gives are below this times √(1/n + 1/m): the mean is about 0.8 for a normal
 * variable, and heavy tails double it.
 */
const WASSERSTEIN_CHANCE = 3;

/** aboveChance: suggested limits of a monitor, raised where a window and a baseline have so few rows that chance alone would pass them. */
export function aboveChance(
  body: MonitorBody,
  { baselineRows, windowRows }: { baselineRows: number; windowRows: number },
): MonitorBody {
  const chance = WASSERSTEIN_CHANCE / Math.sqrt(Math.max(1, worthOf(baselineRows, windowRows)));
  const raised = (limits: Limits): Limits => {
    const limit = number(limits, 'wasserstein_normalised');
    return limit === 0 || limit >= chance ? limits : { ...limits, wasserstein_normalised: roundUp(chance) };
  };
  return {
    ...body,
    thresholds: raised(body.thresholds),
    featureThresholds: Object.fromEntries(
      Object.entries(body.featureThresholds).map(([feature, limits]) => [feature, raised(limits)]),
    ),
  };
}

type Limits = MonitorBody['thresholds'];

const number = (limits: Limits | undefined, metric: MetricName): number => {
  const limit = limits?.[metric];
  return typeof limit === 'number' ? limit : 0;
};

/** highest: the loosest of the limits that a monitor sets on a metric, over all features. */
const highest = ({ thresholds, featureThresholds }: MonitorBody, metric: MetricName): number =>
  Math.max(...[thresholds, ...Object.values(featureThresholds)].map((limits) => number(limits, metric)));

const RATES = {
  missing_rate: ({ nulls }) => nulls,
  invalid_rate: ({ invalid }) => invalid,
  unseen_rate: (cell) => (cell.kind === 'categorical' ? cell.unseen : 0),
} as const satisfies Partial<Record<MetricName, (cell: FeatureCell) => number>>;

/**
 * forSegmentValues: suggested limits for values of dimensions that nobody chose: raised where the rows of a value are so few that chance
 * alone would pass them, so that a quiet window has nothing to decide; and the accuracy of each value is held against its own baseline.
 * `windowRows`: rows of a window.
 */
export function forSegmentValues(
  body: MonitorBody,
  { baseline, windowRows }: { baseline: Profile; windowRows: number },
): MonitorBody {
  const all = baseline.cells.find(({ segment }) => segment === ALL_SEGMENT)?.rows ?? 0;
  const values = new Map<string, number>();
  const segmentThresholds: MonitorBody['segmentThresholds'] = { ...body.segmentThresholds };
  const floor = number(body.thresholds, 'accuracy');
  for (const cell of baseline.cells) {
    if (cell.segment === ALL_SEGMENT) continue;
    const key = `${cell.segment}=${cell.segmentValue}`;
    const worth = worthOf(cell.rows, all > 0 ? (cell.rows / all) * windowRows : 0);
    values.set(key, worth);
    if (cell.kind !== 'confusion' || floor === 0) continue;
    const { successes, trials } = hits(cell);
    const share = trials > 0 ? successes / trials : 0;
    const chance = DEVIATIONS * Math.sqrt((share * (1 - share)) / Math.max(1, worth));
    segmentThresholds[key] = { accuracy: roundDown(Math.max(0, Math.min(floor, share - chance))) };
  }
  const [psi, distance] = [highest(body, 'psi'), highest(body, 'jensen_shannon')];
  const shift = highest(body, 'wasserstein_normalised');
  for (const [key, worth] of values) {
    const shifted = WASSERSTEIN_CHANCE / Math.sqrt(Math.max(1, worth));
    if (shift > 0 && shifted > number(body.thresholds, 'wasserstein_normalised'))
      segmentThresholds[key] = {
        ...segmentThresholds[key],
        wasserstein_normalised: Math.max(shift, roundUp(shifted)),
      };
    const chance = CHI_SQUARED / Math.max(1, worth);
    if (psi === 0 || chance <= number(body.thresholds, 'psi')) continue;
    segmentThresholds[key] = {
      ...segmentThresholds[key],
      psi: Math.max(psi, roundUp(chance)),
      jensen_shannon: Math.max(distance, roundUp(Math.sqrt(chance / PSI_PER_DISTANCE))),
    };
  }
  return { ...body, segmentThresholds, featureThresholds: raisedRates(body, baseline, values) };
}

/** Rates of a feature, raised to what chance does in the smallest of the values. */
function raisedRates(
  body: MonitorBody,
  baseline: Profile,
  values: ReadonlyMap<string, number>,
): MonitorBody['featureThresholds'] {
  const least = Math.max(1, Math.min(...values.values()));
  const limits = { ...body.featureThresholds };
  if (values.size === 0) return limits;
  for (const cell of baseline.cells) {
    if (cell.segment !== ALL_SEGMENT || !isFeatureCell(cell) || cell.rows === 0) continue;
    for (const [name, faulty] of Object.entries(RATES)) {
      const metric = name as keyof typeof RATES;
      const rate = faulty(cell) / cell.rows;
      const customary = Math.max(number(body.thresholds, metric), number(limits[cell.feature], metric));
      const chance = roundUp(DEVIATIONS * Math.sqrt((rate * (1 - rate)) / least));
      if (customary > 0 && chance > customary)
        limits[cell.feature] = { ...limits[cell.feature], [metric]: chance };
    }
  }
  return limits;
}
