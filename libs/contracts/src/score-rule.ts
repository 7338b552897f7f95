import { PREDICTION_FEATURES } from './names.js';

/** ScoreRule: the predicted class of a row that has a score and no predicted label: `positive` from the threshold on, else `negative`. */
export type ScoreRule = { threshold: number; positive: string; negative: string };

export const DEFAULT_SCORE_THRESHOLD = 0.5;

/** CLASS_PAIRS: classes that say by themselves which of two a score speaks of, and people want; the first of each. */
export const CLASS_PAIRS: readonly (readonly [positive: string, negative: string])[] = [
  ['1', '0'],
  ['true', 'false'],
  ['True', 'False'],
  ['yes', 'no'],
];

/** oppositeOf: what the other class of two is called, where nobody says it. */
export const oppositeOf = (positive: string): string =>
  CLASS_PAIRS.find(([first]) => first === positive)?.[1] ??
  CLASS_PAIRS.find(([, second]) => second === positive)?.[0] ??
  `not ${positive}`;

/** hasScoresOnly: whether predictions are scores and no labels, as far as a binning tells. */
export function hasScoresOnly(features: readonly { feature: string }[]): boolean {
  const counted = new Set(features.map(({ feature }) => feature));
  return counted.has(PREDICTION_FEATURES.score) && !counted.has(PREDICTION_FEATURES.label);
}

/** Scored: what a model says of its scores. */
type Scored = {
  readonly problem: string;
  readonly positiveLabel?: string | undefined;
  readonly scoreThreshold?: number | undefined;
  readonly bias?: { readonly scoreThreshold?: number | undefined } | undefined;
};

/** scoreRule: how the scores of a model become classes; null where labels are predicted, or nobody says what a high score speaks for. */
export function scoreRule(
  { problem, positiveLabel, scoreThreshold, bias }: Scored,
  features: readonly { feature: string }[],
): ScoreRule | null {
  if (problem !== 'binary' || positiveLabel === undefined || !hasScoresOnly(features)) return null;
  return {
    threshold: scoreThreshold ?? bias?.scoreThreshold ?? DEFAULT_SCORE_THRESHOLD,
    positive: positiveLabel,
    negative: oppositeOf(positiveLabel),
  };
}

/** scoreRuleText: the rule in words. */
export const scoreRuleText = ({ threshold, positive, negative }: ScoreRule): string =>
  `predictions are scores only: ${threshold} or more counts as '${positive}', less as '${negative}'`;
