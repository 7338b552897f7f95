import { facetSets, type BiasPlan, type Finding, type MetricName } from '#libs/contracts';
import { comparisonsOf } from '../bias/comparisons.js';
import { formatCount, formatNumber } from '../format.js';

/** Names: who is compared with whom about what; without the model's settings, in general words. */
export type Names = { readonly who: string; readonly others: string; readonly outcome: string };

/** namesFor: the names of a finding's groups and of the outcome that people want. */
export function namesFor(plan: BiasPlan | null | undefined, { facet, facetValue }: Finding): Names {
  const set = plan ? facetSets(plan).find(({ name }) => name === facet) : undefined;
  const comparison = set && comparisonsOf(set).find((one) => one.facetValue === facetValue);
  return {
    who: facetValue,
    others: comparison?.favouredName ?? 'the favoured group',
    outcome: plan ? plan.favourable.map((label) => `'${label}'`).join(' or ') : 'the favourable outcome',
  };
}

/** A number of points between shares, times between ratios, or a bare number. */
type Unit = 'points' | 'ratio' | 'plain';

type Wording = {
  readonly unit: Unit;
  /** What is said of a value above its neutral point, and of one below; metrics without direction say the first. */
  readonly above: (names: Names, amount: string) => string;
  readonly below?: (names: Names, amount: string) => string;
  /** What is counted. */
  readonly rows: string;
};

/** pair: both directions of a difference of shares, from one sentence with two words that are swapped. */
const pair = (say: (names: Names, amount: string, word: string) => string, up: string, down: string) => ({
  above: (names: Names, amount: string) => say(names, amount, up),
  below: (names: Names, amount: string) => say(names, amount, down),
});

const DECISIONS = 'decisions';
const LABELS = 'labelled rows';
const BOTH = 'labelled decisions';

const apart = (what: string): Pick<Wording, 'above'> => ({
  above: ({ who, others }, amount) => `the ${what} of ${who} and ${others} are ${amount} apart`,
});

/** WORDINGS: every bias metric in plain words, read from its formula: positive is bias against the group that is named first. */
const WORDINGS: Partial<Record<MetricName, Wording>> = {
  ci: {
    unit: 'plain',
    rows: LABELS,
    ...pair(
      ({ who, others }, n, word) => `${who} are ${word} rows than ${others} (imbalance ${n})`,
      'fewer',
      'more',
    ),
  },
  dpl: {
    unit: 'points',
    rows: LABELS,
    ...pair(
      ({ who, others, outcome }, n, word) =>
        `${who} had the label ${outcome} ${n} ${word} often than ${others}`,
      'less',
      'more',
    ),
  },
  kl: { unit: 'plain', rows: LABELS, ...apart('labels (Kullback–Leibler, nats)') },
  js: { unit: 'plain', rows: LABELS, ...apart('labels (Jensen–Shannon, nats)') },
  lp: { unit: 'plain', rows: LABELS, ...apart('label shares (Euclidean)') },
  tvd: { unit: 'points', rows: LABELS, ...apart('label shares (total variation)') },
  ks: { unit: 'points', rows: LABELS, ...apart('label shares (largest difference)') },
  cddl: {
    unit: 'points',
    rows: LABELS,
    ...pair(
      ({ who }, n, word) =>
        `within comparable groups ${who} are ${n} ${word} of those without the label than of those with it`,
      'more',
      'less',
    ),
  },
  dppl: {
    unit: 'points',
    rows: DECISIONS,
    ...pair(
      ({ who, others, outcome }, n, word) => `${who} got ${outcome} ${n} ${word} often than ${others}`,
      'less',
      'more',
    ),
  },
  di: {
    unit: 'ratio',
    rows: DECISIONS,
    above: ({ who, others, outcome }, n) => `${who} got ${outcome} ${n} times as often as ${others}`,
  },
  dcacc: {
    unit: 'plain',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `${who} had ${word} deserving labels per acceptance than ${others} (difference ${n})`,
      'fewer',
      'more',
    ),
  },
  dcr: {
    unit: 'plain',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `${who} had ${word} undeserving labels per rejection than ${others} (difference ${n})`,
      'more',
      'fewer',
    ),
  },
  sd: {
    unit: 'points',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `${who} who should have been rejected were rejected ${n} ${word} often than ${others}`,
      'more',
      'less',
    ),
  },
  rd: {
    unit: 'points',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `${who} who should have been accepted were accepted ${n} ${word} often than ${others}`,
      'less',
      'more',
    ),
  },
  dar: {
    unit: 'points',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `acceptances of ${who} were right ${n} ${word} often than those of ${others}`,
      'less',
      'more',
    ),
  },
  drr: {
    unit: 'points',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `rejections of ${who} were right ${n} ${word} often than those of ${others}`,
      'more',
      'less',
    ),
  },
  ad: {
    unit: 'points',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `decisions about ${who} were right ${n} ${word} often than those about ${others}`,
      'less',
      'more',
    ),
  },
  te: {
    unit: 'plain',
    rows: BOTH,
    ...pair(
      ({ who, others }, n, word) =>
        `errors about ${who} were ${word} often wrong rejections than those about ${others} (difference of ratios ${n})`,
      'more',
      'less',
    ),
  },
  cddpl: {
    unit: 'points',
    rows: DECISIONS,
    ...pair(
      ({ who }, n, word) =>
        `within comparable groups ${who} are ${n} ${word} of the rejected than of the accepted`,
      'more',
      'less',
    ),
  },
  ft: {
    unit: 'points',
    rows: 'sampled rows',
    ...pair(
      ({ who, others }, n, word) =>
        `${who} were ${n} ${word} often treated worse than their nearest neighbours among ${others} than better`,
      'more',
      'less',
    ),
  },
  ge: {
    unit: 'plain',
    rows: BOTH,
    above: (_, n) => `benefits are spread unequally over all people (generalised entropy ${n})`,
  },
  demographic_parity_ratio: {
    unit: 'ratio',
    rows: DECISIONS,
    above: ({ who, others, outcome }, n) =>
      `of ${who} and ${others}, one side got ${outcome} ${n} times as often as the other`,
  },
  equalised_odds: { unit: 'points', rows: BOTH, ...apart('error rates (the larger of both)') },
  equal_opportunity: { unit: 'points', rows: BOTH, ...apart('recalls') },
  predictive_equality: { unit: 'points', rows: BOTH, ...apart('false positive rates') },
};

const amountOf = (value: number, unit: Unit): string =>
  unit === 'points' ? `${formatNumber(Math.abs(value) * 100)} points` : formatNumber(Math.abs(value));

/** Baseline and interval are told in the direction of the sentence, so that they can be read with it. */
const along = (value: number, direction: number, unit: Unit): string =>
  formatNumber(unit === 'points' ? value * 100 * direction : unit === 'plain' ? value * direction : value);

/** hasBiasWords: whether a metric is told by {@link biasSentence}. */
export const hasBiasWords = (metric: MetricName): boolean => Object.hasOwn(WORDINGS, metric);

/** biasEvent: what a breach of a bias metric means, without numbers but for its own. */
export function biasEvent(finding: Finding, names: Names): string {
  const wording = WORDINGS[finding.metric];
  const value = finding.value ?? 0;
  if (wording === undefined) return '';
  const say = value < 0 ? (wording.below ?? wording.above) : wording.above;
  return say(names, amountOf(value, wording.unit));
}

/**
 * biasSentence: one bias finding in plain words, e.g. "women got 'approved' 14 points less often than men for region = south (baseline 4, limit 14),
 * 95 % interval 11 to 17, 8,210 decisions".
 */
export function biasSentence(finding: Finding, names: Names, where: string): string {
  const wording = WORDINGS[finding.metric];
  if (wording === undefined) return '';
  const { value, baselineValue, threshold, interval, rows } = finding;
  const direction = (value ?? 0) < 0 && wording.unit !== 'ratio' ? -1 : 1;
  const told = (number: number) => along(number, direction, wording.unit);
  const known = [
    baselineValue === null ? '' : `baseline ${told(baselineValue)}`,
    threshold === null ? '' : `limit ${told(threshold)}`,
  ].filter((part) => part !== '');
  const ends = interval === null ? [] : [interval.low, interval.high].sort((a, b) => (a - b) * direction);
  return [
    `${biasEvent(finding, names)} for ${where}${known.length > 0 ? ` (${known.join(', ')})` : ''}`,
    ...(ends.length === 2 ? [`95 % interval ${ends.map(told).join(' to ')}`] : []),
    `${formatCount(rows)} ${wording.rows}`,
  ].join(', ');
}
